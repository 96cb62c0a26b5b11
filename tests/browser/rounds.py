"""The rounds: every page of portal, floor and board, and the desk's main screens."""

from tests.browser.walk import Walk

NOBODY = Walk(
    "",
    (
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/invitation/no-such-token/",
        "/no-such-page/",
    ),
    answers=(("/invitation/no-such-token/", 404), ("/no-such-page/", 404)),
)
CUSTOMER = Walk(
    "customer@example.com",
    ("/portal/", "/portal/orders/", "/board/", "/accounts/password/change/"),
    follows=("portal:",),
    answers=(("/board/", 403),),
)
TECHNICIAN = Walk("technician@example.com", ("/floor/",), follows=("floor:",))
MANAGER = Walk(
    "manager@example.com",
    (
        "/board/",
        "/styleguide/",
        "/api/v1/docs/",
        "/accounts/2fa/",
        "/admin/restoration/project/",
        "/admin/restoration/operation/",
        "/admin/workshop/user/",
        "/admin/workshop/invitation/add/",
        "/admin/common/outboxevent/",
    ),
    follows=("board:",),
    reference=("/api/v1/docs/",),
)
PARTS = Walk(
    "parts@example.com",
    ("/admin/",),
    follows=(
        "admin:index",
        "admin:parts_part_changelist",
        "admin:parts_part_change",
        "admin:parts_stocklevel_changelist",
        "admin:parts_stocklevel_change",
        "admin:parts_stockmovement_changelist",
        "admin:parts_demand_changelist",
        "admin:parts_demand_change",
        "admin:parts_purchaseorder_changelist",
        "admin:parts_purchaseorder_change",
        "admin:parts_purchaseorder_add",
        "admin:parts_purchaseorderline_changelist",
        "admin:parts_purchaseorderline_change",
        "admin:parts_partsorder_changelist",
        "admin:parts_partsorder_change",
        "admin:parts_partsorder_add",
    ),
    examples=1,
)
WALKS = {
    "nobody": NOBODY,
    "customer": CUSTOMER,
    "technician": TECHNICIAN,
    "manager": MANAGER,
    "parts": PARTS,
}

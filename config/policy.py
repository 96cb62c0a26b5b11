"""Who may enter which route. An undeclared route opens to nobody.

Keys are route names with their namespaces. Own or other is the view's question: where
a customer may enter, someone else's object answers like a missing one (`Rule.other`).
"""

from common.gate import Answer, Rule, public, signed_in

OK = Answer.OK
MISSING = Answer.MISSING


def nobody() -> Rule:
    """A route of a library that this house has no use for."""
    return Rule(
        anonymous=MISSING, customer=MISSING, technician=MISSING, parts=MISSING,
        manager=MISSING, token=MISSING, without_mfa=True,
    )  # fmt: skip


def customers() -> Rule:
    """Customers only, with what is theirs."""
    return Rule(customer=OK)


def floor() -> Rule:
    """Technicians, and managers who look over their shoulder."""
    return Rule(technician=OK, manager=OK)


def desk() -> Rule:
    """Parts staff and managers."""
    return Rule(parts=OK, manager=OK)


def house() -> Rule:
    """Everyone who works here."""
    return Rule(technician=OK, parts=OK, manager=OK)


def managers() -> Rule:
    return Rule(manager=OK)


def parts_orders() -> Rule:
    """The desk, and customers with the orders that are theirs."""
    return Rule(customer=OK, parts=OK, manager=OK)


def api(rule: Rule | None = None) -> Rule:
    """An API route: who may enter it in person may also send a machine.

    Args:
        rule: who may enter in person; by default everyone who has signed in.
    """
    people = rule or signed_in()
    return Rule(
        customer=people.customer, technician=people.technician, parts=people.parts,
        manager=people.manager, token=OK,
    )  # fmt: skip


# --- Signs of life and the common pages ---------------------------------------
HOUSE = {
    "common:healthz": public(),
    "common:readyz": public(),
    "house:home": signed_in(without_mfa=True),
    "house:invitation": public(),
    # A label's code leads each role to a page of its own.
    "house:scanned": house(),
    "house:styleguide": house(),
    "set_language": public(),
}

# --- Sign-in: allauth ---------------------------------------------------------
SIGN_IN = {
    "account_login": public(),
    "account_logout": public(),
    "account_inactive": public(),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(),
    "account_reset_password_from_key_done": public(),
    "account_reauthenticate": signed_in(without_mfa=True),
    "account_change_password": signed_in(without_mfa=True),
    "mfa_authenticate": public(),
    "mfa_login_webauthn": public(),
    "mfa_index": signed_in(without_mfa=True),
    "mfa_reauthenticate": signed_in(without_mfa=True),
    "mfa_activate_totp": signed_in(without_mfa=True),
    "mfa_deactivate_totp": signed_in(),
    "mfa_view_recovery_codes": signed_in(),
    "mfa_generate_recovery_codes": signed_in(),
    "mfa_download_recovery_codes": signed_in(),
    "mfa_list_webauthn": signed_in(without_mfa=True),
    "mfa_add_webauthn": signed_in(without_mfa=True),
    "mfa_reauthenticate_webauthn": signed_in(without_mfa=True),
    "mfa_remove_webauthn": signed_in(),
    "mfa_edit_webauthn": signed_in(),
    # Nobody signs up: the house invites. An address is changed by the house, which
    # has to know that it is the person's own.
    "account_signup": nobody(),
    "account_email": nobody(),
    "account_email_verification_sent": nobody(),
    "account_confirm_email": nobody(),
    "account_confirm_login_code": nobody(),
    "account_set_password": nobody(),
}

# --- The desk: Django's admin -------------------------------------------------
ADMIN = {
    # Its pages are many and made from the registered models: rows by prefix.
    "admin:*": desk(),
    "admin:workshop_*": managers(),
    "admin:common_*": managers(),
    "admin:restoration_*": managers(),
    "admin:claims_decide": managers(),
    "admin:claims_rules": managers(),
    "admin:login": desk(),
    "admin:logout": public(),
    "admin:password_change": nobody(),
    "admin:password_change_done": nobody(),
    "admin:view_on_site": nobody(),
}

# --- The portal: customers, with what is theirs -------------------------------
PORTAL = {
    "portal:home": customers(),
    "portal:project": customers(),
    "portal:promises": customers(),
    "portal:estimate": customers(),
    "portal:orders": customers(),
    "portal:order": customers(),
    "portal:order_accept": customers(),
    "portal:order_paper": customers(),
}

# --- The board: managers, with everything that is open ------------------------
BOARD = {
    "board:home": managers(),
    "board:plan": managers(),
    "board:plan_bars": managers(),
    "board:why_here": managers(),
    "board:why_late": managers(),
    "board:plan_chain": managers(),
    "board:pin": managers(),
    "board:release_pin": managers(),
    "board:pins": managers(),
    "board:hold_again": managers(),
    "board:health": managers(),
    "board:late": managers(),
    "board:at_risk": managers(),
    "board:what_if": managers(),
    "board:scenario": managers(),
    "board:close_scenario": managers(),
    "board:absences": managers(),
    "board:end_absence": managers(),
    "board:hand_work_over": managers(),
    "board:extra_days": managers(),
    "board:withdraw_extra_days": managers(),
    "board:restore_extra_day": managers(),
    "board:calendars": managers(),
    "board:issue_feed": managers(),
    "board:revoke_feed": managers(),
    "board:sheets": managers(),
    "board:sheet": managers(),
    # Calendars do not sign in: the address itself is the secret.
    "board:feed": public(),
    "board:plan_state": managers(),
    "board:plan_again": managers(),
    "board:shortages": managers(),
    "board:intake": managers(),
    "board:enter": managers(),
    "board:enter_unlisted": managers(),
    "board:project": managers(),
    "board:cards": managers(),
    "board:parts": managers(),
    "board:arrive": managers(),
    "board:draft": managers(),
    "board:hand_over": managers(),
    "board:estimate": managers(),
    "board:send": managers(),
}

# --- The floor: technicians, and managers over their shoulder -----------------
FLOOR = {
    "floor:home": floor(),
    "floor:cards": floor(),
    "floor:card": floor(),
    "floor:start": floor(),
    "floor:pause": floor(),
    "floor:finish": floor(),
    "floor:remaining": floor(),
    "floor:draw": floor(),
    "floor:check": floor(),
    "floor:judge": floor(),
    "floor:measure": floor(),
    "floor:finding": floor(),
    "floor:original": floor(),
    "floor:part_photo": floor(),
}

# --- The API ------------------------------------------------------------------
API = {
    "api:schema": api(),
    "api:docs": api(),
    "api:me": api(),
    "api:customer-list": api(desk()),
    "api:customer-detail": api(desk()),
    "api:part-list": api(),
    "api:part-detail": api(),
    "api:part-look-up": api(),
    "api:part-fits": api(),
    "api:part-photos": api(house()),
    "api:part-photo": api(house()),
    "api:part-documents": api(desk()),
    "api:part-document": api(desk()),
    "api:part-kit": api(desk()),
    "api:part-set-kit": api(desk()),
    "api:part-assemble": api(desk()),
    "api:part-number-pieces": api(desk()),
    "api:part-end-numbers": api(desk()),
    "api:part-supersede": api(desk()),
    "api:part-life": api(desk()),
    "api:part-replace-preview": api(desk()),
    "api:part-replace": api(desk()),
    "api:part-watch": api(desk()),
    "api:part-unwatch": api(desk()),
    "api:part-observe": api(desk()),
    "api:stock-level-list": api(house()),
    "api:stock-level-detail": api(house()),
    "api:stock-level-reserve": api(house()),
    "api:stock-level-receive": api(desk()),
    "api:stock-level-adjust": api(desk()),
    "api:stock-level-move": api(desk()),
    "api:stock-level-scrap": api(desk()),
    "api:stock-level-receive-owned": api(desk()),
    "api:stock-level-hand-back": api(desk()),
    "api:stock-level-put-away": api(desk()),
    "api:stock-level-quarantine": api(desk()),
    "api:stock-level-take-apart": api(desk()),
    "api:stock-level-release-quarantine": api(desk()),
    "api:unit-*": api(desk()),
    "api:count-*": api(desk()),
    "api:stock-movement-list": api(house()),
    "api:stock-movement-detail": api(house()),
    "api:stock-movement-reverse": api(desk()),
    "api:demand-list": api(house()),
    "api:demand-detail": api(house()),
    "api:demand-reserve": api(house()),
    "api:demand-issue": api(house()),
    "api:demand-give-back": api(house()),
    "api:demand-cancel": api(desk()),
    "api:reservation-list": api(house()),
    "api:reservation-detail": api(house()),
    "api:reservation-release": api(desk()),
    "api:purchase-order-list": api(desk()),
    "api:purchase-order-detail": api(desk()),
    "api:purchase-order-send": api(desk()),
    "api:purchase-order-propose": api(desk()),
    "api:purchase-order-cancel": api(desk()),
    "api:purchase-order-add-line": api(desk()),
    "api:purchase-order-cancel-rest": api(desk()),
    "api:purchase-order-line-list": api(desk()),
    "api:purchase-order-line-detail": api(desk()),
    "api:purchase-order-line-chase": api(desk()),
    "api:purchase-order-line-close": api(desk()),
    "api:purchase-order-line-due-date": api(desk()),
    "api:purchase-order-line-receive": api(desk()),
    "api:purchase-order-line-change": api(desk()),
    "api:purchase-order-line-remove": api(desk()),
    "api:supersession-*": api(desk()),
    "api:alternate-*": api(desk()),
    "api:watch-*": api(desk()),
    "api:observation-*": api(desk()),
    "api:landed-cost-*": api(desk()),
    "api:import-*": api(desk()),
    "api:rfq-*": api(desk()),
    "api:parts-order-list": api(parts_orders()),
    # A customer's own price would be on it.
    "POST api:parts-order-list": api(desk()),
    "api:parts-order-detail": api(parts_orders()),
    "api:vehicle-*": api(managers()),
    "api:vehicle-list": api(),
    "api:vehicle-detail": api(),
    "api:vehicle-decode": api(house()),
    "api:project-*": api(managers()),
    "api:project-list": api(),
    "api:project-detail": api(),
    "api:project-promises": api(),
    "api:estimate-*": api(managers()),
    "api:estimate-list": api(),
    "api:estimate-detail": api(),
    "api:estimate-decide": api(customers()),
    "api:job-card-*": api(house()),
    "api:job-card-pin": api(managers()),
    "api:job-card-try-pin": api(managers()),
    "api:plan-run-*": api(house()),
    "api:pin-*": api(house()),
    "api:pin-release": api(managers()),
    "api:scenario-*": api(managers()),
    # Technicians for their own plan; the command looks whose it is.
    "api:calendar-feed-*": api(floor()),
    "api:absence-*": api(managers()),
    "api:extra-day-*": api(managers()),
    "api:arbitration-*": api(desk()),
    "api:buy-now-list": api(desk()),
    "api:arbitration-decide": api(managers()),
    "api:shortage-list": api(house()),
    "api:plan-run-ask": api(managers()),
    "api:parts-order-*": api(desk()),
    "api:parts-order-accept": api(customers()),
    "api:parts-order-paper": api(parts_orders()),
    "api:shipment-*": api(desk()),
    "api:shipment-list": api(parts_orders()),
    "api:shipment-detail": api(parts_orders()),
    "api:shipment-paper": api(parts_orders()),
    "api:return-*": api(desk()),
    "api:return-list": api(parts_orders()),
    "api:return-detail": api(parts_orders()),
    "api:return-paper": api(parts_orders()),
    "api:exchange-rate-list": api(desk()),
    "POST api:exchange-rate-list": api(managers()),
    "api:exchange-rate-detail": api(desk()),
}

ROUTES: dict[str, Rule] = HOUSE | SIGN_IN | PORTAL | FLOOR | BOARD | ADMIN | API

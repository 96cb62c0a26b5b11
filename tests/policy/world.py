"""People of each kind and one of each thing: mine, somebody else's, and none."""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone
from PIL import Image

from parts.commands import (
    AskedFor,
    Seen,
    Sold,
    add_landed_cost,
    agree_return,
    attach_part_file,
    create_rfq,
    note_observation,
    offer_quote,
    open_count,
    place_parts_order,
    send_rfq,
    watch_part,
)
from parts.commands.importing import start_import
from parts.models import (
    Bin,
    Count,
    Import,
    Part,
    PartFile,
    PartsOrder,
    Return,
    Rfq,
    RfqSupplier,
    Shipment,
    StockMovement,
)
from restoration.commands import (
    draft_estimate,
    issue_feed,
    open_project,
    request_plan,
    send_estimate,
)
from restoration.models import (
    Arbitration,
    Assignment,
    CalendarFeed,
    ChecklistItem,
    Estimate,
    JobCard,
    JobCardPart,
    Pin,
    PlanRun,
    Project,
    RemovedPart,
    Scenario,
    Template,
    TemplateOperation,
    Vehicle,
)
from restoration.queries import feed_secret
from tests import build
from tests.parts.selling import sold_out
from tests.parts.store import Store, key
from tests.policy.routes import Route
from workshop import commands, queries
from workshop.commands import enter_rate
from workshop.models import (
    Absence,
    Customer,
    ExtraDay,
    Role,
    Site,
    Technician,
    User,
)

_drawn = io.BytesIO()
Image.new("RGB", (4, 3), "red").save(_drawn, "PNG")
PICTURE = _drawn.getvalue()

# No table has a row of this number; no path holds this word.
NO_NUMBER = 999_999_999
NO_WORD = "nothing-here"


@dataclass
class World:
    """Who calls, and the two customers whose things are called for."""

    users: dict[str, User]
    tokens: dict[str, str]
    mine: Customer
    theirs: Customer
    invitation_token: str
    # The rows of each kind that belong to the one customer and to the other.
    owned: dict[type[Model], tuple[int, int]]

    def row(self, model: type[Model], owner: Customer | None) -> int:
        """Return the key of an owner's row, or of any where rows have no owner."""
        if owner is None:
            return NO_NUMBER
        if model in self.owned:
            return self.owned[model][owner == self.theirs]
        found = model._default_manager.first()
        assert found is not None, f"tests/policy/world.py: build a {model.__name__}"
        return int(found.pk)


def build_world() -> World:
    mine, theirs = build.customer(), build.customer()
    store = Store()
    store.receive()
    store.reserve(store.want())
    store.order()
    turbo = build.part("14411-05U00", is_serialised=True)
    store.receive(1, part_id=turbo.pk, serials=["T-1"])

    other = build.part("13020-05U99")
    store.part.superseded_by.create(new=other)
    store.part.alternates.create(alternate=other)
    watch_part(part_id=store.part.pk, reason="rare", at=build.NOW)
    seen = Seen(part_id=store.part.pk, kind="GONE", seen_on=build.NOW.date())
    note_observation(seen=seen, at=build.NOW)
    add_landed_cost(
        movement_ids=[StockMovement.objects.filter(kind="RECEIPT")[:1].get().pk],
        kind="FREIGHT", spread_by="QUANTITY", amount=Decimal(10), reason="bill",
        key=key(), at=build.NOW,
    )  # fmt: skip
    attach_part_file(
        part_id=store.part.pk, content=b"%PDF-1.7", key=key(), at=build.NOW
    )
    attach_part_file(part_id=store.part.pk, content=PICTURE, key=key(), at=build.NOW)
    open_count(
        site_id=store.site.pk, kind="FULL", reason="year", key=key(), at=build.NOW
    )
    ask_supplier(store)
    place = store.site
    technician = build.technician(place).user
    parts, manager = build.user(Role.PARTS), build.user(Role.MANAGER)
    now = timezone.now()
    tokens = {
        scope: commands.create_token(
            user_id=manager.pk,
            name=f"{scope} for tests",
            scope=scope,
            expires_at=now + timedelta(days=1),
            created_by_id=manager.pk,
            at=now,
        )[1]
        for scope in ("READ", "WRITE")
    }
    invitation = commands.invite_person(
        email="invited@example.com",
        role=Role.TECHNICIAN,
        invited_by_id=manager.pk,
        at=now,
    )
    commands.issue_invoice(
        customer_id=mine.pk,
        subject_key="project:1",
        site_id=place.pk,
        title_en="At contract",
        net=Decimal(100_000),
        currency="JPY",
        due_on=timezone.localdate(),
        command_id=uuid.uuid4(),
        actor_id=None,
        at=now,
    )
    users = {
        "CUSTOMER": mine.user,
        "TECHNICIAN": technician,
        "PARTS": parts,
        "MANAGER": manager,
    }
    for person in users.values():
        TOTP.activate(person, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(person)
    orders = [parts_order(store, customer) for customer in (mine, theirs)]
    sales = [shipped_order(store, customer) for customer in (mine, theirs)]
    enter_rate(
        currency="GBP",
        base="JPY",
        per_unit=Decimal(190),
        valid_on=timezone.localdate(),
        source="bank",
        at=now,
        actor_id=None,
    )
    estimates = [sent_estimate(store, customer) for customer in (mine, theirs)]
    request_plan(site_id=place.pk, cause={}, at=now)
    Scenario.objects.create(
        site=place, name="What if", created_by=manager, created_at=build.NOW
    )
    bay = build.bay(place)
    issue_feed(bay_id=bay.pk, user_id=manager.pk, key=key(), at=now)
    planned(job_card(store, estimates[0].project))
    argued(technician, manager)
    start_import(
        kind=Import.Kind.CATALOGUE, data=b"number\n1", name="a.csv", key=key(), at=now
    )
    Arbitration.objects.create(
        kind="PROPOSED",
        part=store.part,
        site=place,
        reason="The longer waiting",
        pieces=1,
        day_rate=20_000,
        currency="JPY",
        decided_by=parts,
        decided_at=now,
    )
    return World(
        users=users,
        tokens=tokens,
        mine=mine,
        theirs=theirs,
        invitation_token=queries.invitation_token(invitation.token_salt),
        owned={
            Customer: (mine.pk, theirs.pk),
            PartsOrder: (orders[0].pk, orders[1].pk),
            Shipment: (parcel_of(sales[0]), parcel_of(sales[1])),
            Return: (sales[0].pk, sales[1].pk),
            Estimate: (estimates[0].pk, estimates[1].pk),
            Project: (estimates[0].project_id, estimates[1].project_id),
            Vehicle: (estimates[0].project.vehicle_id, estimates[1].project.vehicle_id),
        },
    )


def sent_estimate(store: Store, customer: Customer) -> Estimate:
    template, is_new = Template.objects.get_or_create(code="SMALL", name_en="Small")
    if is_new:
        TemplateOperation.objects.create(template=template, operation=build.operation())
    project = open_project(
        vehicle_id=build.vehicle(customer).pk,
        customer_id=customer.pk,
        site_id=store.site.pk,
        title_en="Small job",
        template_code="SMALL",
        user_id=None,
        key=key(),
        at=build.NOW,
    )
    estimate = draft_estimate(
        project_id=project.pk, template_code="SMALL", user_id=None, at=build.NOW
    )
    return send_estimate(estimate_id=estimate.pk, user_id=None, at=build.NOW)


def ask_supplier(store: Store) -> None:
    """A request for quotation that is out."""
    rfq = create_rfq(
        site_id=store.site.pk,
        lines=[AskedFor(part_id=store.part.pk, quantity=Decimal(1))],
        supplier_ids=[build.supplier().pk],
        key=key(),
        at=build.NOW,
    )
    send_rfq(rfq_id=rfq.pk, at=build.NOW)


def job_card(store: Store, project: Project) -> JobCard:
    """One card with a part to draw, a point to check and an original taken off."""
    card = JobCard.objects.create(
        project=project, number=1, title_en="Work", minutes=60
    )
    JobCardPart.objects.create(
        card=card,
        part=store.part,
        required_part=store.part,
        quantity=1,
        demand=store.want(),
    )
    ChecklistItem.objects.create(card=card, position=1, text_en="Torque checked")
    RemovedPart.objects.create(
        project=project, card=card, tag="T-1", text_en="Badge", removed_at=build.NOW
    )
    return card


def planned(card: JobCard) -> None:
    """The card in a plan in force."""
    run = PlanRun.objects.create(
        site=card.project.site,
        state="DONE",
        is_in_force=True,
        change_count=0,
        requested_at=build.NOW,
        finished_at=build.NOW,
    )
    Assignment.objects.create(
        run=run,
        card=card,
        starts_at=build.NOW,
        ends_at=build.NOW + timedelta(hours=1),
        reason={"kind": "NOW"},
    )
    Pin.objects.create(
        card=card,
        starts_at=build.NOW,
        ends_at=build.NOW + timedelta(hours=1),
        reason="Foreman's word",
        pinned_by=build.user(Role.MANAGER),
        pinned_at=build.NOW,
    )


def argued(technician: User, manager: User) -> None:
    """A scenario, a technician's calendar and absence, and a day worked besides."""
    person = technician.technician
    Scenario.objects.create(
        site=person.site, name="What if", created_by=manager, created_at=build.NOW
    )
    CalendarFeed.objects.create(
        technician=person, secret_hash="0" * 64, issued_by=manager, issued_at=build.NOW
    )
    Absence.objects.create(
        technician=person, period=(build.NOW, build.NOW + timedelta(days=1))
    )
    ExtraDay.objects.create(
        site=person.site,
        day=build.NOW.date(),
        opens=time(9),
        closes=time(12),
        batch=uuid.uuid4(),
        entered_by=manager,
        entered_at=build.NOW,
    )


def shipped_order(store: Store, customer: Customer) -> Return:
    """A parcel that has left, and a piece of it that will come back."""
    part = build.part()
    store.receive(part_id=part.pk)
    order = sold_out(store, 1, customer=customer, line={"part_id": part.pk})
    return agree_return(
        line_id=order.lines.get().pk,
        kind="RETURN",
        quantity=Decimal(1),
        reason="wrong",
        key=key(),
        at=build.NOW,
    )


def parcel_of(row: Return) -> int:
    return int(row.line.order.shipments.get().pk)


def parts_order(store: Store, customer: Customer) -> PartsOrder:
    """A quote that was sent."""
    order = place_parts_order(
        customer_id=customer.pk,
        site_id=store.site.pk,
        lines=[Sold(part_id=store.part.pk, quantity=Decimal(1), unit_price=Decimal(9))],
        key=key(),
        at=build.NOW,
    )
    now = timezone.now()
    return offer_quote(
        order_id=order.pk, valid_until=timezone.localdate() + timedelta(days=9), at=now
    )


def paper(owner: Customer | None) -> dict[str, Any]:
    """Return a paper and its part, or none."""
    row = PartFile.objects.documents().get()
    return {
        "document": row.pk if owner else NO_NUMBER,
        "pk": row.part_id if owner else NO_NUMBER,
    }


def photo(owner: Customer | None) -> dict[str, Any]:
    """Return a photo and its part, or none."""
    row = PartFile.objects.photos().get()
    return {
        "photo": row.pk if owner else NO_NUMBER,
        "part": row.part_id if owner else NO_NUMBER,
    }


Thing = Callable[[World, Customer | None], dict[str, Any]]


def number_of(model: type[Model]) -> Thing:
    """Say that a route finds its row by the number people read."""

    def find(world: World, owner: Customer | None) -> dict[str, Any]:
        row = model._default_manager.filter(pk=world.row(model, owner)).first()
        return {"number": getattr(row, "number", NO_WORD)}

    return find


def keys_of(**models: type[Model]) -> Thing:
    """Say that a route finds its rows by their keys, each under a name."""
    return lambda world, owner: {
        name: world.row(model, owner) for name, model in models.items()
    }


def asked_supplier(owner: Customer | None) -> int:
    """Return the supplier whom the request is out to, or none."""
    if owner is None:
        return NO_NUMBER
    return RfqSupplier.objects.values_list("supplier_id", flat=True)[0]


# What a route asks for behind its path.
QUERIES = {
    "api:part-look-up": {"number": "13020-05U00"},
    "api:part-fits": {"frame": "BNR34-004321"},
    "api:import-sample": {"kind": "CATALOGUE"},
    "api:part-replace-preview": {"new": "1"},
    "api:vehicle-decode": {"frame_number": "BNR34-004321"},
}

CARD_PAGES = (
    "card", "start", "pause", "finish", "remaining", "measure", "finding", "original",
)  # fmt: skip

# What stands in the path of each route with objects: for a customer, or for nobody.
THINGS: dict[str, Thing] = {
    "portal:project": number_of(Project),
    "portal:promises": number_of(Project),
    "portal:estimate": keys_of(estimate_id=Estimate),
    "portal:order": number_of(PartsOrder),
    "portal:order_accept": number_of(PartsOrder),
    "portal:order_paper": lambda world, owner: {
        **number_of(PartsOrder)(world, owner),
        "kind": "quote",
    },
    **{
        f"board:{name}": number_of(Project)
        for name in ("project", "cards", "parts", "arrive", "draft", "hand_over")
    },
    **{f"board:{name}": number_of(Project) for name in ("why_late", "plan_chain")},
    "board:why_here": keys_of(assignment_id=Assignment),
    "board:pin": keys_of(card_id=JobCard),
    "board:release_pin": keys_of(pin_id=Pin),
    "board:hold_again": keys_of(pin_id=Pin),
    "board:scenario": keys_of(scenario_id=Scenario),
    "board:close_scenario": keys_of(scenario_id=Scenario),
    "board:end_absence": keys_of(absence_id=Absence),
    "board:hand_work_over": keys_of(absence_id=Absence),
    "board:revoke_feed": keys_of(feed_id=CalendarFeed),
    "board:feed": lambda world, owner: {
        "secret": feed_secret(CalendarFeed.objects.order_by("pk")[0])
    },
    "board:sheet": lambda world, owner: {
        "code": Technician.objects.order_by("pk")[0].code if owner else NO_WORD
    },
    **{
        f"admin:claims_{name}": keys_of(part_id=Part, site_id=Site)
        for name in ("weigh", "propose", "decide")
    },
    "admin:claims_rules": keys_of(site_id=Site),
    "admin:claims_buy_now": keys_of(site_id=Site),
    "admin:claims_draft": keys_of(site_id=Site, part_id=Part),
    "board:estimate": keys_of(estimate_id=Estimate),
    "board:send": keys_of(estimate_id=Estimate),
    **{f"floor:{name}": keys_of(card_id=JobCard) for name in CARD_PAGES},
    "floor:draw": keys_of(card_id=JobCard, row_id=JobCardPart),
    "floor:check": keys_of(card_id=JobCard, item_id=ChecklistItem),
    "floor:part_photo": lambda world, owner: {"file_id": photo(owner)["photo"]},
    "api:part-document": lambda world, owner: paper(owner),
    "api:part-photo": lambda world, owner: {
        "pk": photo(owner)["part"],
        "photo": photo(owner)["photo"],
    },
    "floor:judge": keys_of(card_id=JobCard, removed_id=RemovedPart),
    "house:scanned": lambda world, owner: {"kind": "b", "pk": world.row(Bin, owner)},
    "admin:parts_count_finds": lambda world, owner: {"pk": world.row(Count, owner)},
    "house:invitation": lambda world, owner: {"token": world.invitation_token},
    "account_confirm_email": lambda world, owner: {"key": NO_WORD},
    "account_reset_password_from_key": lambda world, owner: {
        "uidb36": "1",
        "key": "set-password",
    },
    "mfa_edit_webauthn": lambda world, owner: {"pk": NO_NUMBER},
    "mfa_remove_webauthn": lambda world, owner: {"pk": NO_NUMBER},
    "admin:parts_import_progress": keys_of(pk=Import),
    "admin:parts_import_reasons": lambda world, owner: {
        "pk": world.row(Import, owner),
        "form": "csv",
    },
    "admin:parts_import_sample": lambda world, owner: {"kind": "CATALOGUE"},
    "admin:parts_rfq_compare": keys_of(pk=Rfq),
    "admin:parts_rfq_answers": lambda world, owner: {
        "pk": world.row(Rfq, owner),
        "supplier": asked_supplier(owner),
    },
    **{
        f"admin:{name}": keys_of(pk=Part)
        for name in (
            "claims_cars",
            "parts_part_replace",
            "parts_part_kit",
            "parts_part_files",
        )
    },
    "admin:parts_part_file": keys_of(pk=PartFile),
    "admin:parts_part_remove_file": keys_of(pk=PartFile),
    "admin:app_list": lambda world, owner: {"app_label": "workshop"},
    "admin:view_on_site": lambda world, owner: {
        "content_type_id": NO_NUMBER,
        "object_id": NO_NUMBER,
    },
}


def query_of(route: Route, world: World) -> dict[str, Any]:
    """Return what a route asks for behind its path."""
    if route.name in ("floor:start", "floor:pause"):
        # A manager says whose clock it is; a technician's own is known.
        return {"technician": world.users["TECHNICIAN"].technician.pk}
    return QUERIES.get(route.name, {})


def kwargs_of(route: Route, world: World, owner: Customer | None) -> dict[str, Any]:
    """Return what stands in a route's path.

    Raises:
        LookupError: nobody has said what its objects are.
    """
    if route.name in THINGS:
        return THINGS[route.name](world, owner)
    if route.name.startswith("admin:") and route.params == ("object_id",):
        return {"object_id": admin_row(route)}
    desk = desk_of(route)
    if desk is not None and route.name.endswith("_act"):
        # A button of the desk: the first one stands for all, they share a view.
        row = world.row(desk.model, owner)
        return {"pk": row, "name": desk.acts[0].name}
    if desk is not None and route.name.endswith("_export"):
        return {"form": "csv"}
    if route.is_api and route.params == ("pk",):
        return {"pk": world.row(route.view.cls.queryset.model, owner)}
    if route.params:
        raise LookupError(f"tests/policy/world.py: say what {route.name} is about")
    return {}


def admin_row(route: Route) -> int | str:
    """Return the key of any row of a desk page, or one that no row has."""
    desk = desk_of(route)
    row = desk.model._default_manager.first() if desk else None
    return row.pk if row else NO_NUMBER


def desk_of(route: Route) -> "admin.ModelAdmin[Any] | None":
    """Return the desk a page of the admin belongs to."""
    for model, desk in admin.site._registry.items():
        if route.name.startswith(f"admin:{model._meta.label_lower.replace('.', '_')}_"):
            return desk
    return None

"""The desks: lists stay quick, buttons give commands, ledgers are only read."""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import OutboxEvent
from tests import build
from workshop import commands
from workshop.models import (
    AccountEntry,
    ApiToken,
    Bay,
    Customer,
    Invitation,
    Invoice,
    Payment,
    Role,
    RoleGrant,
    Technician,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return build.user(Role.MANAGER)


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def issue(desk: Client, customer: Customer, **fields: Any) -> Any:
    page = reverse("admin:workshop_invoice_add")
    command_id = desk.get(page).context["form"]["command_id"].value()
    entries = {
        "command_id": str(command_id),
        "customer": customer.pk,
        "site": build.site().pk,
        "subject_key": "project:1",
        "title_en": "At contract",
        "net": "100000",
        "currency": "jpy",
        "due_on": date(2099, 1, 1).isoformat(),
    } | fields
    desk.post(page, entries)
    return entries


def test_a_manager_invites_at_the_desk(desk: Client) -> None:
    customer = build.customer(user=None)

    answer = desk.post(
        reverse("admin:workshop_invitation_add"),
        {"email": "new@example.com", "role": "CUSTOMER", "customer": customer.pk},
    )

    assert answer["Location"] == reverse("admin:workshop_invitation_changelist")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.customer) == ("new@example.com", customer)


def test_a_refusal_is_shown_at_its_entry_and_nothing_changed(desk: Client) -> None:
    person = build.user()

    answer = desk.post(
        reverse("admin:workshop_invitation_add"),
        {"email": person.email, "role": "PARTS"},
    )

    assert answer.status_code == 200
    assert b"Somebody signs in with this address" in answer.content
    assert not Invitation.objects.exists()


def test_invitations_are_sent_again_and_withdrawn_from_the_list(
    desk: Client, manager: User
) -> None:
    invitation = commands.invite_person(
        email="new@example.com",
        role=Role.PARTS,
        invited_by_id=manager.pk,
        at=timezone.now(),
    )
    page = reverse("admin:workshop_invitation_changelist")
    before = invitation.token_hash

    desk.post(page, {"action": "resend", "_selected_action": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.token_hash != before
    desk.post(page, {"action": "revoke", "_selected_action": [invitation.pk]})

    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    assert mail.outbox == []


def test_a_role_changes_with_a_reason_and_never_ones_own(
    desk: Client, manager: User
) -> None:
    person = build.user(Role.TECHNICIAN)
    role_page = reverse("admin:workshop_user_role", args=[person.pk])
    own_page = reverse("admin:workshop_user_role", args=[manager.pk])

    without_reason = desk.post(role_page, {"role": "PARTS"})
    desk.post(role_page, {"role": "PARTS", "reason": "New post"})
    own = desk.post(own_page, {"role": "PARTS", "reason": "x"})

    person.refresh_from_db()
    manager.refresh_from_db()
    assert without_reason.context["form"].errors["reason"]
    assert (person.role, manager.role) == ("PARTS", "MANAGER")
    assert b"Nobody changes their own role" in own.content
    assert RoleGrant.objects.count() == 1


def test_a_login_is_closed_and_opened_at_the_desk(desk: Client) -> None:
    person = build.user(Role.PARTS)

    for page, is_active in (("close", False), ("open", True)):
        desk.post(
            reverse(f"admin:workshop_user_{page}", args=[person.pk]), {"reason": "x"}
        )
        person.refresh_from_db()
        assert person.is_active is is_active


def test_a_token_is_shown_once(desk: Client) -> None:
    person = build.user(Role.PARTS)
    page = reverse("admin:workshop_apitoken_add")

    answer = desk.post(
        page, {"user": person.pk, "name": "Printer", "scope": "READ", "days": 30}
    )

    text = answer.context["text"]
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    listed = desk.get(reverse("admin:workshop_apitoken_changelist"))
    assert text not in listed.content.decode()
    assert ApiToken.objects.get().name == "Printer"


def test_an_invoice_is_issued_once_and_paid_at_the_desk(desk: Client) -> None:
    entries = issue(desk, build.customer())
    desk.post(reverse("admin:workshop_invoice_add"), entries)
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.currency) == (110_000, "JPY")

    pay_page = reverse("admin:workshop_invoice_pay", args=[invoice.pk])
    payment = {"amount": "110000", "method": "CASH", "external_id": "till-1"}
    desk.post(pay_page, payment)
    desk.post(pay_page, payment)

    invoice.refresh_from_db()
    assert invoice.state == "PAID"
    assert Payment.objects.count() == 1


def test_too_much_money_is_refused_at_the_desk(desk: Client) -> None:
    issue(desk, build.customer())
    invoice = Invoice.objects.get()

    answer = desk.post(
        reverse("admin:workshop_invoice_pay", args=[invoice.pk]),
        {"amount": "110001", "method": "CASH", "external_id": "till-1"},
    )

    assert "¥110,000 of invoice" in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_desk_page_of_no_row_is_not_found(desk: Client) -> None:
    assert desk.get(reverse("admin:workshop_user_role", args=[0])).status_code == 404


@pytest.mark.parametrize("name", ["posting", "accountentry", "payment", "promise"])
def test_a_ledger_has_no_form(desk: Client, name: str) -> None:
    assert desk.get(reverse(f"admin:workshop_{name}_add")).status_code == 403


def test_groups_addresses_and_factors_have_no_desk() -> None:
    apps = {model._meta.app_label for model in admin.site._registry}

    assert not apps & {"auth", "account", "mfa"}


def customers(count: int) -> None:
    for _n in range(count):
        build.customer()


def invoices(count: int) -> None:
    customer, place = build.customer(), build.site()
    for _n in range(count):
        commands.issue_invoice(
            customer_id=customer.pk,
            subject_key="project:1",
            site_id=place.pk,
            title_en="At contract",
            net=Decimal(1000),
            currency="JPY",
            due_on=date(2099, 1, 1),
            command_id=uuid.uuid4(),
            actor_id=None,
            at=build.NOW,
        )


def technicians(count: int) -> None:
    place = build.site()
    for _n in range(count):
        build.technician(place)


def bays(count: int) -> None:
    place = build.site()
    for _n in range(count):
        build.bay(place)


def invitations(count: int) -> None:
    manager = build.user(Role.MANAGER)
    for n in range(count):
        commands.invite_person(
            email=f"invited{n}-{count}@example.com",
            role=Role.PARTS,
            invited_by_id=manager.pk,
            at=timezone.now(),
        )


@pytest.mark.parametrize(
    ("page", "fill"),
    [
        ("admin:workshop_customer_changelist", customers),
        ("admin:workshop_user_changelist", customers),
        ("admin:workshop_invoice_changelist", invoices),
        ("admin:workshop_posting_changelist", invoices),
        ("admin:workshop_accountentry_changelist", invoices),
        ("admin:workshop_technician_changelist", technicians),
        ("admin:workshop_workinghours_changelist", technicians),
        ("admin:workshop_bay_changelist", bays),
        ("admin:workshop_invitation_changelist", invitations),
        ("api:customer-list", customers),
    ],
)
def test_a_list_asks_as_much_for_200_rows_as_for_10(
    desk: Client, page: str, fill: Callable[[int], None]
) -> None:
    fill(10)
    few = queries_of(desk, page)
    fill(190)

    assert queries_of(desk, page) == few


def queries_of(desk: Client, page: str) -> int:
    desk.get(reverse(page))
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(reverse(page)).status_code == 200
    return len(asked)


def test_the_whole_ledger_adds_up_after_a_day_at_the_desk(desk: Client) -> None:
    for _n in range(3):
        issue(desk, build.customer())

    assert sum(entry.amount for entry in AccountEntry.objects.all()) == 0


@pytest.mark.parametrize(
    ("field", "entered"),
    [
        ("currency", "YEN"),
        ("country", "J1"),
        ("tax_percent", "-1"),
        ("export_tax_percent", "101"),
        ("labour_rate", "-8000"),
    ],
)
def test_a_site_takes_nothing_that_no_sum_can_be_made_with(
    desk: Client, field: str, entered: str
) -> None:
    site = build.site()
    before = model_to_dict(site)
    page = reverse("admin:workshop_site_change", args=[site.pk])
    no_bays = {"bays-TOTAL_FORMS": "0", "bays-INITIAL_FORMS": "0"}

    answer = desk.post(page, before | no_bays | {field: entered})

    assert list(answer.context["adminform"].form.errors) == [field]
    site.refresh_from_db()
    assert model_to_dict(site) == before


def test_a_customers_login_becomes_no_technicians(desk: Client) -> None:
    page = reverse("admin:workshop_technician_add")
    rows = {
        f"{name}-{what}_FORMS": "0"
        for name in ("hours", "absences")
        for what in ("TOTAL", "INITIAL")
    }
    entries = {
        "site": build.site().pk,
        "code": "taro",
        "name": "Taro",
        "skills": build.skill().pk,
        "is_active": "on",
    } | rows

    refused = desk.post(page, entries | {"user": build.user(Role.CUSTOMER).pk})
    assert list(refused.context["adminform"].form.errors) == ["user"]
    assert not Technician.objects.exists()

    desk.post(page, entries | {"user": build.user(Role.TECHNICIAN).pk})
    assert Technician.objects.get().code == "taro"


def told_sites() -> list[list[int]]:
    """The sites that were told to plan anew, one list a message."""
    events = OutboxEvent.objects.filter(task="restoration.people_changed")
    return [event.payload["site_ids"] for event in events.order_by("created_at")]


def test_a_bay_that_moves_or_goes_lets_every_site_plan_anew(desk: Client) -> None:
    old, new = build.site(), build.site()
    bay = build.bay(old)
    page = reverse("admin:workshop_bay_change", args=[bay.pk])
    entries = {k: v for k, v in model_to_dict(bay).items() if v is not None}

    desk.post(page, entries | {"site": new.pk})
    moved = told_sites()
    desk.post(
        reverse("admin:workshop_bay_changelist"),
        {"action": "delete_selected", "_selected_action": bay.pk, "post": "yes"},
    )

    assert moved == [[old.pk], [new.pk]]
    assert told_sites() == [*moved, [new.pk]]
    assert not Bay.objects.exists()

"""Customers are entered and changed by commands: once, named, audited."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput, KeyReused, NotFound
from common.models import AuditEntry
from tests import build
from workshop import commands
from workshop.models import Customer, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return build.user(Role.MANAGER)


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def enter(manager: User, *, key: str = "once", **values: Any) -> Customer:
    return commands.create_customer(
        key=key,
        actor_id=manager.pk,
        at=timezone.now(),
        **{"name": "Sato Ken", "country": "jp", **values},
    )


def test_the_same_key_enters_one_customer(manager: User) -> None:
    first, again = enter(manager), enter(manager)

    assert first == again == Customer.objects.get()
    assert (first.name, first.country) == ("Sato Ken", "JP")
    entry = AuditEntry.objects.get()
    assert (entry.chain.subject, entry.command) == (
        f"customer:{first.pk}",
        "create_customer",
    )
    assert "Sato" not in str(entry.detail)


def test_the_key_of_another_customer_is_refused(manager: User) -> None:
    enter(manager)

    with pytest.raises(KeyReused):
        enter(manager, name="Mori Aya")

    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("email", "nobody"),
        ("country", "JPN"),
        ("language", "de"),
        ("time_zone", "Asia/Nowhere"),
        ("currency", "YEN"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_entered(
    manager: User, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        enter(manager, **{field: value})

    assert refusal.value.field == field
    assert not Customer.objects.exists()
    assert not AuditEntry.objects.exists()


def change(manager: User, customer_id: int, **values: str) -> Customer:
    return commands.change_customer(
        customer_id=customer_id,
        key=str(uuid.uuid4()),
        actor_id=manager.pk,
        at=timezone.now(),
        **values,
    )


def test_a_change_is_written_down_by_its_fields(manager: User) -> None:
    customer = enter(manager)

    changed = change(manager, customer.pk, phone="045 000", name="Sato Ken")

    assert changed.phone == "045 000"
    entry = AuditEntry.objects.get(command="change_customer")
    assert entry.detail == {"fields": ["phone"]}


def test_no_change_leaves_no_mark(manager: User) -> None:
    customer = enter(manager)

    change(manager, customer.pk, name="Sato Ken")

    assert AuditEntry.objects.count() == 1


def test_nobody_is_not_changed(manager: User) -> None:
    with pytest.raises(NotFound):
        change(manager, 0, name="Sato Ken")


def form(page: Any, **values: str) -> dict[str, str]:
    command_id = page.context["form"]["command_id"].value()
    return {
        "command_id": str(command_id),
        "name": "Sato Ken",
        "country": "JP",
        "language": "ja",
        "time_zone": "Asia/Tokyo",
        "currency": "JPY",
        **values,
    }


def test_the_desk_form_sent_twice_enters_one_customer(desk: Client) -> None:
    page = reverse("admin:workshop_customer_add")
    entries = form(desk.get(page))

    first = desk.post(page, entries)
    second = desk.post(page, entries)

    customer = Customer.objects.get()
    row = reverse("admin:workshop_customer_change", args=[customer.pk])
    assert first["Location"] == second["Location"] == row


def test_the_desk_changes_a_customer_by_command(desk: Client) -> None:
    customer = build.customer()
    page = reverse("admin:workshop_customer_edit", args=[customer.pk])

    shown = desk.get(page)
    wrong = desk.post(page, form(shown, country="JPN"))
    desk.post(page, form(shown, phone="045 000"))

    assert wrong.context["form"].errors["country"]
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Sato Ken", "045 000")
    assert AuditEntry.objects.get().command == "change_customer"

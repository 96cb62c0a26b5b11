"""``manage.py seed_demo``: invented people and prices, marked, once, nowhere real."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import time_machine
from django.core.management import call_command
from django.utils import timezone

from config.seeding.demo import DEMO_PASSWORD, demo_logins
from config.seeding.demo_stock import OPENING_STOCK
from config.seeding.run import DEMO_FILES, load_files
from parts.models import (
    Bin,
    PartsOrder,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    Supplier,
    SupplierOffer,
)
from workshop.models import (
    Bay,
    Customer,
    Role,
    RoleGrant,
    Site,
    Technician,
    User,
    WorkingHours,
)


def test_a_house_with_people_hours_bays_and_suppliers_stands(demo: None) -> None:
    assert User.objects.count() == 26
    assert RoleGrant.objects.count() == 26
    assert Customer.objects.count() == 6
    assert Technician.objects.count() == 20
    assert WorkingHours.objects.count() == 11
    assert Bay.objects.count() == 28
    assert Bin.objects.count() == 14
    assert Supplier.objects.count() == 6
    assert SupplierOffer.objects.count() == 57


def test_second_run_changes_nothing(demo: None) -> None:
    outcomes = load_files(DEMO_FILES)

    assert [o.file for o in outcomes if o.counts.changed or o.refused] == []


def test_what_was_changed_in_the_demo_stays(demo: None) -> None:
    User.objects.filter(email="manager@example.com").update(language="en")
    person = Technician.objects.get(code="sato")
    person.skills.set(person.skills.filter(code="general"))

    load_files(DEMO_FILES)

    assert User.objects.get(email="manager@example.com").language == "en"
    assert list(person.skills.values_list("code", flat=True)) == ["general"]


def test_opening_stock_comes_by_the_ledger(demo: None) -> None:
    level = StockLevel.objects.get(part__code="22401-58S16")
    movements = level.movements.values_list("kind", "quantity", "reason")
    assert (level.on_hand, level.unit_cost) == (Decimal(30), Decimal(1150))
    assert list(movements) == [("RECEIPT", Decimal(30), OPENING_STOCK)]


def test_purchase_orders_are_sent_and_due_after_today(demo: None) -> None:
    orders = PurchaseOrder.objects.order_by("number")
    turbo = PurchaseOrderLine.objects.get(part__code="unnumbered-0068")
    assert set(orders.values_list("state", flat=True)) == {"SENT"}
    assert orders.count() == 5
    assert turbo.due_on == timezone.localdate() + timedelta(days=45)


def test_customers_orders_are_quoted_waiting_and_shipped(demo: None) -> None:
    assert sorted(PartsOrder.objects.values_list("customer__email", "state")) == [
        ("customer@example.com", "SHIPPED"),
        ("jordan@example.com", "CONFIRMED"),
        ("lukas@example.com", "QUOTE"),
    ]
    held = StockLevel.objects.get(part__code="13028-RSR45")
    assert (held.on_hand, held.reserved) == (Decimal(4), Decimal(1))


def test_a_second_day_changes_nothing_either(demo: None) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        outcomes = load_files(DEMO_FILES)

    assert [o.file for o in outcomes if o.counts.changed or o.refused] == []


def test_every_demo_row_is_marked(demo: None) -> None:
    for model in (User, Customer, Technician, Site, Supplier, SupplierOffer):
        assert not model.objects.filter(is_demo=False).exists()


def test_each_role_has_a_login_that_opens(demo: None) -> None:
    logins = demo_logins()

    assert [(login["role"], login["email"]) for login in logins] == [
        (Role.CUSTOMER, "customer@example.com"),
        (Role.TECHNICIAN, "technician@example.com"),
        (Role.PARTS, "parts@example.com"),
        (Role.MANAGER, "manager@example.com"),
    ]
    person = User.objects.get(email="technician@example.com")
    assert person.check_password(DEMO_PASSWORD)
    assert person.technician.code == "sato"


def test_logins_are_printed_for_people_and_programs(demo: None) -> None:
    text, data = StringIO(), StringIO()

    call_command("demo_logins", stdout=text)
    call_command("demo_logins", json=True, stdout=data)

    assert text.getvalue().count(DEMO_PASSWORD) == 4
    assert [login["role"] for login in json.loads(data.getvalue())] == Role.values

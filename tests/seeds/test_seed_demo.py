"""``manage.py seed_demo``: invented people and prices, marked, once, nowhere real."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from config.seeding.demo import DEMO_PASSWORD, demo_logins
from config.seeding.run import DEMO_FILES, load_files
from parts.models import Bin, Supplier, SupplierOffer
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

pytestmark = pytest.mark.django_db


def seed_demo() -> None:
    call_command("seed", stdout=StringIO())
    call_command("seed_demo", stdout=StringIO())


def test_a_house_with_people_hours_bays_and_suppliers_stands() -> None:
    seed_demo()

    assert User.objects.count() == 26
    assert RoleGrant.objects.count() == 26
    assert Customer.objects.count() == 6
    assert Technician.objects.count() == 20
    assert WorkingHours.objects.count() == 11
    assert Bay.objects.count() == 28
    assert Bin.objects.count() == 14
    assert Supplier.objects.count() == 6
    assert SupplierOffer.objects.count() == 57


def test_second_run_changes_nothing() -> None:
    seed_demo()

    outcomes = load_files(DEMO_FILES)

    assert [o.file for o in outcomes if o.counts.changed or o.refused] == []


def test_what_was_changed_in_the_demo_stays() -> None:
    seed_demo()
    User.objects.filter(email="manager@example.com").update(language="en")
    person = Technician.objects.get(code="sato")
    person.skills.set(person.skills.filter(code="general"))

    load_files(DEMO_FILES)

    assert User.objects.get(email="manager@example.com").language == "en"
    assert list(person.skills.values_list("code", flat=True)) == ["general"]


def test_every_demo_row_is_marked() -> None:
    seed_demo()

    for model in (User, Customer, Technician, Site, Supplier, SupplierOffer):
        assert not model.objects.filter(is_demo=False).exists()


def test_each_role_has_a_login_that_opens() -> None:
    seed_demo()

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


def test_logins_are_printed_for_people_and_programs() -> None:
    seed_demo()
    text, data = StringIO(), StringIO()

    call_command("demo_logins", stdout=text)
    call_command("demo_logins", json=True, stdout=data)

    assert text.getvalue().count(DEMO_PASSWORD) == 4
    assert [login["role"] for login in json.loads(data.getvalue())] == Role.values


@override_settings(DEMO=False, TESTING=False)
def test_a_real_place_is_refused() -> None:
    call_command("seed", stdout=StringIO())

    with pytest.raises(CommandError, match="This is no demo"):
        call_command("seed_demo", stdout=StringIO())

    assert not User.objects.exists()
    assert not Site.objects.exists()
    assert demo_logins() == []


def test_a_demo_without_seeds_is_refused() -> None:
    with pytest.raises(CommandError, match="run seed first"):
        call_command("seed_demo", stdout=StringIO())

    assert not User.objects.exists()

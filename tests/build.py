"""Plain builders of rows. States that a command makes are made by that command."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from parts.models import Bin, Part, PartNumber, Supplier
from restoration.models import Operation, Ownership, Phase, Vehicle
from workshop.models import (
    Bay,
    BayKind,
    Customer,
    Role,
    Site,
    Skill,
    Technician,
    User,
    Variant,
    WorkingHours,
)

# A Monday morning in Tokyo.
NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"

_numbers = count(1)


def user(role: str = Role.CUSTOMER, **fields: Any) -> User:
    n = next(_numbers)
    fields = {"email": f"person{n}@example.com", "full_name": f"Person {n}"} | fields
    return User.objects.create_user(password=PASSWORD, role=role, **fields)


def customer(**fields: Any) -> Customer:
    fields = {"name": f"Customer {next(_numbers)}"} | fields
    if "user" not in fields:
        fields["user"] = user(Role.CUSTOMER)
    return Customer.objects.create(**fields)


def site(**fields: Any) -> Site:
    """A site open 9 to 12 and 13 to 18, Monday to Friday."""
    fields = {"code": f"site-{next(_numbers)}", "name_en": "Main works"} | fields
    place = Site.objects.create(**fields)
    WorkingHours.objects.bulk_create(
        WorkingHours(site=place, weekday=day, opens=opens, closes=closes)
        for day in range(5)
        for opens, closes in ((time(9), time(12)), (time(13), time(18)))
    )
    return place


def skill(code: str = "general") -> Skill:
    found, _new = Skill.objects.get_or_create(code=code, defaults={"name_en": code})
    return found


def technician(site: Site, *skills: str, **fields: Any) -> Technician:
    n = next(_numbers)
    fields = {"code": f"t{n}", "name": f"Technician {n}"} | fields
    if "user" not in fields:
        fields["user"] = user(Role.TECHNICIAN)
    person = Technician.objects.create(site=site, **fields)
    person.skills.set([skill(code) for code in skills or ("general",)])
    return person


def bay(site: Site, kind: str = "lift", **fields: Any) -> Bay:
    bay_kind, _new = BayKind.objects.get_or_create(
        code=kind, defaults={"name_en": kind}
    )
    fields = {"code": f"B{next(_numbers)}", "name_en": kind} | fields
    return Bay.objects.create(site=site, kind=bay_kind, **fields)


def part(number: str = "", **fields: Any) -> Part:
    n = next(_numbers)
    fields = {"code": f"part-{n}", "name_en": f"Part {n}"} | fields
    row = Part.objects.create(**fields)
    if number:
        PartNumber(part=row, as_printed=number).save()
    return row


def bin(site: Site, **fields: Any) -> Bin:
    return Bin.objects.create(site=site, **{"code": f"A{next(_numbers)}"} | fields)


def supplier(**fields: Any) -> Supplier:
    n = next(_numbers)
    return Supplier.objects.create(
        **{"code": f"supplier-{n}", "name_en": f"Supplier {n}"} | fields
    )


def variant(**fields: Any) -> Variant:
    n = next(_numbers)
    fields = {
        "code": f"variant-{n}",
        "name_en": f"Variant {n}",
        "generation": "R34",
        "chassis_code": "BNR34",
    } | fields
    return Variant.objects.create(**fields)


def vehicle(owner: Customer | None = None, **fields: Any) -> Vehicle:
    serial = next(_numbers)
    fields = {
        "prefix": "BNR34",
        "serial": serial,
        "frame_number": f"BNR34-{serial:06d}",
        "entered_at": NOW,
    } | fields
    if "variant" not in fields:
        fields["variant"] = variant()
    car = Vehicle.objects.create(**fields)
    if owner is not None:
        Ownership.objects.create(
            vehicle=car, customer=owner, period=DateRange(date(2020, 1, 1), None)
        )
    return car


def phase(code: str = "body", sequence: int = 1) -> Phase:
    found, _new = Phase.objects.get_or_create(
        code=code, defaults={"name_en": code, "sequence": sequence}
    )
    return found


def operation(code: str = "", **fields: Any) -> Operation:
    fields = {
        "code": code or f"OP{next(_numbers):04d}",
        "name_en": "Work",
        "phase": phase(),
        "minutes_low": 60,
        "minutes_likely": 120,
        "minutes_high": 240,
    } | fields
    return Operation.objects.create(**fields)

"""Loaders of the demo: invented people, prices and stock, each row marked as such.

What is there already is left alone, so that a demo can be worked with and restarted.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from config.seeding.catalogue import quantity
from config.seeding.families import NAMES, names
from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, Fields, fits, ids, upsert
from parts.models import Bin, Part, Supplier, SupplierOffer
from workshop.models import (
    Bay,
    BayKind,
    Customer,
    Role,
    RoleGrant,
    Site,
    Skill,
    Technician,
    User,
    WorkingHours,
)

# Known to everyone who reads this: that is why a demo is loud and no real place has it.
DEMO_PASSWORD = "skyline-demo-2026"  # noqa: S105 - printed on purpose


def load_sites(sheet: Sheet) -> Counts:
    rows = []
    for row in sheet.rows("code", "country", "time_zone", "currency", *NAMES):
        fields = names(row) | {
            "code": row.text("code", required=True),
            "country": row.text("country", required=True),
            # One row of a table is one line: the address's own are parted by bars.
            "address": row.text("address").replace("|", "\n"),
            "address_ja": row.text("address_ja").replace("|", "\n"),
            "phone": row.text("phone"),
            "time_zone": row.text("time_zone", required=True),
            "currency": row.text("currency", required=True),
            "tax_percent": row.decimal("tax_percent"),
            "labour_rate": row.decimal("labour_rate"),
            "is_demo": True,
        }
        rows.append(fits(Site, row, fields))
    sheet.require_sound()
    return upsert(Site, ["code"], rows, keep=True)


def load_hours(sheet: Sheet) -> Counts:
    sites = ids(Site)
    rows = []
    for row in sheet.rows("site", "weekday", "opens", "closes"):
        fields = {
            "site_id": row.refers("site", sites, "demo_sites.csv"),
            "technician_id": None,
            "weekday": row.whole("weekday"),
            "opens": row.clock("opens"),
            "closes": row.clock("closes"),
        }
        rows.append(fits(WorkingHours, row, fields))
    sheet.require_sound()
    key = ["site_id", "technician_id", "weekday", "opens"]
    return upsert(WorkingHours, key, rows, keep=True)


def load_bays(sheet: Sheet) -> Counts:
    sites, kinds = ids(Site), ids(BayKind)
    rows = []
    for row in sheet.rows("site", "kind", "code", *NAMES):
        fields = names(row) | {
            "site_id": row.refers("site", sites, "demo_sites.csv"),
            "kind_id": row.refers("kind", kinds, "bay_kinds.csv"),
            "code": row.text("code", required=True),
        }
        rows.append(fits(Bay, row, fields))
    sheet.require_sound()
    return upsert(Bay, ["site_id", "code"], rows, keep=True)


def load_people(sheet: Sheet) -> Counts:
    """Logins, and beside them the customer or the technician that each one is."""
    sites, skills = ids(Site), ids(Skill)
    rows: list[Row] = []
    logins: list[Fields] = []
    password = make_password(DEMO_PASSWORD)
    for row in sheet.rows("email", "full_name", "role", "skills", "technician_code"):
        rows.append(row)
        fields = {
            "email": row.text("email", required=True),
            "full_name": row.text("full_name", required=True),
            "role": row.choice("role", Role.values),
            "language": row.text("language"),
            "time_zone": row.text("time_zone"),
            "password": password,
            "is_demo": True,
        }
        logins.append(fits(User, row, fields))
        row.refers("site", sites, "demo_sites.csv", required=False)
        for code in filter(None, row.text("skills").split(";")):
            if code not in skills:
                row.refuse("skills", "codes of skills.csv")
    sheet.require_sound()
    counts = upsert(User, ["email"], logins, keep=True)
    users = ids(User, "email")
    return (
        counts
        + _load_addresses(rows, users)
        + _load_grants(rows, users)
        + _load_customers(rows, users)
        + _load_technicians(rows, users, sites)
        + _load_skills(rows, skills)
    )


def _load_addresses(rows: Sequence[Row], users: dict[str, int]) -> Counts:
    """Demo addresses count as proven: nobody reads mail there."""
    wanted = [
        {
            "user_id": users[row.text("email")],
            "email": row.text("email"),
            "verified": True,
            "primary": True,
        }
        for row in rows
    ]
    return upsert(EmailAddress, ["user_id", "email"], wanted, keep=True)


def _load_grants(rows: Sequence[Row], users: dict[str, int]) -> Counts:
    now = timezone.now()
    wanted = [
        {
            "user_id": users[row.text("email")],
            "role": row.text("role"),
            "granted_by_id": None,
            "reason": "Demo",
            "granted_at": now,
        }
        for row in rows
    ]
    return upsert(RoleGrant, ["user_id", "reason"], wanted, keep=True)


def _load_customers(rows: Sequence[Row], users: dict[str, int]) -> Counts:
    same = ("language", "time_zone", "country", "currency", "phone", "name_kana")
    wanted = [
        {name: row.text(name) for name in same}
        | {
            "user_id": users[row.text("email")],
            "name": row.text("full_name"),
            "email": row.text("email"),
            "is_demo": True,
        }
        for row in rows
        if row.text("role") == Role.CUSTOMER
    ]
    return upsert(Customer, ["user_id"], wanted, keep=True)


def _load_technicians(
    rows: Sequence[Row], users: dict[str, int], sites: dict[str, int]
) -> Counts:
    wanted = [
        {
            "user_id": users[row.text("email")],
            "site_id": sites[row.text("site")],
            "code": row.text("technician_code"),
            "name": row.text("full_name"),
            "name_kana": row.text("name_kana"),
            "is_demo": True,
        }
        for row in rows
        if row.text("technician_code")
    ]
    return upsert(Technician, ["code"], wanted, keep=True)


def _load_skills(rows: Sequence[Row], skills: dict[str, int]) -> Counts:
    """Skills of demo people that have none yet; later changes are theirs to keep."""
    technicians = ids(Technician.objects.filter(skills=None))
    wanted = [
        {"technician_id": technicians[row.text("technician_code")], "skill_id": skill}
        for row in rows
        if row.text("technician_code") in technicians
        for skill in (skills[code] for code in row.text("skills").split(";"))
    ]
    return upsert(
        Technician.skills.through, ["technician_id", "skill_id"], wanted, keep=True
    )


def load_suppliers(sheet: Sheet) -> Counts:
    rows = []
    for row in sheet.rows("code", "country", "currency", "email", *NAMES):
        fields = names(row) | {
            "code": row.text("code", required=True),
            "country": row.text("country", required=True),
            "currency": row.text("currency", required=True),
            "email": row.text("email"),
            "is_demo": True,
        }
        rows.append(fits(Supplier, row, fields))
    sheet.require_sound()
    return upsert(Supplier, ["code"], rows, keep=True)


def load_offers(sheet: Sheet) -> Counts:
    suppliers, parts = ids(Supplier), ids(Part)
    rows = []
    for row in sheet.rows("supplier", "part", "price", "currency", "lead_days"):
        fields = {
            "supplier_id": row.refers("supplier", suppliers, "demo_suppliers.csv"),
            "part_id": row.refers("part", parts, "parts.csv"),
            "price": quantity(row, "price"),
            "currency": row.text("currency", required=True),
            "lead_days": row.whole("lead_days"),
            "minimum_quantity": quantity(row, "minimum_quantity"),
            "seen_on": days_ago(row, "seen_days_ago"),
            "is_demo": True,
        }
        rows.append(fits(SupplierOffer, row, fields))
    sheet.require_sound()
    return upsert(SupplierOffer, ["supplier_id", "part_id"], rows, keep=True)


def load_bins(sheet: Sheet) -> Counts:
    """Bins in the order of the file: one that holds others stands before them."""
    sites = ids(Site)
    rows = list(sheet.rows("site", "code", "parent", "kind"))
    for row in rows:
        row.refers("site", sites, "demo_sites.csv")
        row.choice("kind", Bin.Kind.values)
    sheet.require_sound()
    counts = Counts()
    for row in rows:
        site = sites[row.text("site")]
        standing = ids(Bin.objects.filter(site=site))
        parent = row.refers("parent", standing, "demo_bins.csv", required=False)
        sheet.require_sound()
        fields = {
            "site_id": site,
            "code": row.text("code"),
            "parent_id": parent,
            "kind": row.text("kind"),
        }
        counts += upsert(Bin, ["site_id", "code"], [fields], keep=True)
    return counts


def days_ago(row: Row, column: str) -> date:
    return timezone.localdate() - timedelta(days=row.whole(column) or 0)


def days_ahead(row: Row, column: str) -> date:
    return timezone.localdate() + timedelta(days=row.whole(column) or 0)


def demo_allowed() -> bool:
    """Whether this place is a demo or a test; nothing invented goes anywhere else."""
    return bool(settings.DEMO or settings.TESTING)


def demo_logins() -> list[dict[str, str]]:
    """One login of each role: ``role``, ``email`` and ``password``."""
    if not demo_allowed():
        return []
    first: dict[str, str] = {}
    for role, email in (
        User.objects.filter(is_demo=True, is_active=True)
        .order_by("pk")
        .values_list("role", "email")
    ):
        first.setdefault(role, email)
    return [
        {"role": role, "email": first[role], "password": DEMO_PASSWORD}
        for role in Role.values
        if role in first
    ]

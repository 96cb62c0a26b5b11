"""What a scenario changes: read from JSON and checked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from common.errors import InvalidInput
from restoration.models import JobCardPart, Template
from restoration.queries.shop_changes import AddedCar, OpenDays, ShopChanges
from workshop.models import Site, Technician

SATURDAY = 5
YEARS = range(2000, 2100)
MOST_CHANGES = 20
MOST_CARS = 5
LONGEST_NAME = 80
Change = Mapping[str, Any]
KINDS = ("ABSENCE", "CAR", "PART", "SATURDAYS")


class _Fields:
    """One change's values, each refused by its own name."""

    def __init__(self, change: Change, number: int) -> None:
        self.change = change
        self.number = number
        # What was read, and nothing else, as a scenario's row keeps it.
        self.kept: dict[str, Any] = {}

    def fail(self, name: str, sentence: Any, **bounds: int) -> InvalidInput:
        return InvalidInput(sentence, field=f"changes.{self.number}.{name}", **bounds)

    def day_if_any(self, name: str) -> date | None:
        return None if self.change.get(name) in (None, "") else self.day(name)

    def day(self, name: str) -> date:
        try:
            day = date.fromisoformat(str(self.change.get(name)))
        except ValueError:
            day = date.min
        if day.year not in YEARS:
            wanted = gettext_lazy("A day such as 2026-11-21 was expected.")
            raise self.fail(name, wanted)
        self.kept[name] = day.isoformat()
        return day

    def days(self) -> tuple[date, date]:
        from_on, to_on = self.day("from_on"), self.day("to_on")
        if from_on > to_on:
            raise self.fail("to_on", gettext_lazy("It ends before it begins."))
        return from_on, to_on

    def number_of(self, name: str, least: int, most: int, default: int | None) -> int:
        value = self.change.get(name, default)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            sentence = gettext_lazy(
                "A whole number from %(least)s to %(most)s was expected."
            )
            raise self.fail(name, sentence, least=least, most=most)
        self.kept[name] = int(value)
        return int(value)

    def text(self, name: str, longest: int) -> str:
        value = self.change.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if not 1 <= len(text) <= longest or not text.isprintable():
            raise self.fail(name, gettext_lazy("A short text was expected."))
        self.kept[name] = text
        return text

    def cost(self) -> Decimal:
        try:
            value = Decimal(str(self.change.get("cost") or 0))
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or not 0 <= value < Decimal(10) ** 12:
            wanted = gettext_lazy("An amount of zero or more was expected.")
            raise self.fail("cost", wanted)
        if value:
            self.kept["cost"] = str(value)
        return value


def read_changes(site: Site, changes: Sequence[Change]) -> ShopChanges:
    """Return a scenario's changes as the plan takes them.

    Args:
        site: whose scenario; people, parts and cars of others are missing.
        changes: ``{"kind": "ABSENCE", "technician", "from_on", "to_on"}``,
            ``{"kind": "CAR", "name", "template", "weight", "arrives_on", "due_on"}``,
            ``{"kind": "PART", "demand", "on"}`` or
            ``{"kind": "SATURDAYS", "from_on", "to_on"}``, each with a ``cost`` in the
            site's currency if it has one.

    Raises:
        InvalidInput: names the change and its field.

    Source: docs/domain/planning.md, rule P20.
    """
    return _read(site, changes)[0]


def kept_changes(site: Site, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return a scenario's changes as its row keeps them: what was read, in JSON.

    Raises:
        InvalidInput: as in `read_changes`.
    """
    return _read(site, changes)[1]


def _read(
    site: Site, changes: Sequence[Change]
) -> tuple[ShopChanges, list[dict[str, Any]]]:
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise InvalidInput(
            gettext_lazy("1 to %(most)s changes were expected."),
            field="changes",
            most=MOST_CHANGES,
        )
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    kept = []
    for number, change in enumerate(changes):
        fields = _Fields(change if isinstance(change, Mapping) else {}, number)
        kind = fields.change.get("kind")
        if kind not in KINDS:
            wanted = gettext_lazy("ABSENCE, CAR, PART or SATURDAYS was expected.")
            raise fields.fail("kind", wanted)
        fields.cost()
        found[kind].append(READERS[kind](site, fields))
        kept.append({"kind": kind, **fields.kept})
    if len(found["CAR"]) > MOST_CARS:
        raise InvalidInput(
            gettext_lazy("At most %(most)s cars can be added."),
            field="changes",
            most=MOST_CARS,
        )
    shop = ShopChanges(
        away=tuple(found["ABSENCE"]),
        open_days=tuple(found["SATURDAYS"]),
        part_dates=dict(found["PART"]),
        cars=tuple(found["CAR"]),
    )
    return shop, kept


def absence_of(site: Site, change: Change) -> tuple[int, datetime, datetime]:
    """Return who an ABSENCE says is away, from when to when."""
    return _absence(site, _Fields(change, 0))


def away_in(
    site: Site, changes: Sequence[Change]
) -> list[tuple[int, datetime, datetime]]:
    """Return who changes that were kept say is away; who works here is not asked."""
    return [
        (int(change["technician"]), *_period(site, _Fields(change, 0)))
        for change in changes
        if change["kind"] == "ABSENCE"
    ]


def _absence(site: Site, fields: _Fields) -> tuple[int, datetime, datetime]:
    pk = fields.number_of("technician", 1, 2**63 - 1, None)
    if not Technician.objects.employed().filter(site=site, pk=pk).exists():
        raise fields.fail("technician", gettext_lazy("Nobody of the site was named."))
    return pk, *_period(site, fields)


def _period(site: Site, fields: _Fields) -> tuple[datetime, datetime]:
    """Whole days, from midnight to midnight in the site's time."""
    from_on, to_on = fields.days()
    zone = ZoneInfo(site.time_zone)
    starts = datetime.combine(from_on, time(), tzinfo=zone)
    return starts, datetime.combine(to_on + timedelta(days=1), time(), tzinfo=zone)


def _car(site: Site, fields: _Fields) -> AddedCar:
    code = fields.text("template", 40)
    if not Template.objects.filter(code=code).exists():
        raise fields.fail("template", gettext_lazy("There is no such template."))
    return AddedCar(
        name=fields.text("name", LONGEST_NAME),
        template_code=code,
        weight=fields.number_of("weight", 1, 1000, 1),
        arrives_on=fields.day_if_any("arrives_on"),
        due_on=fields.day_if_any("due_on"),
    )


def _part(site: Site, fields: _Fields) -> tuple[int, date]:
    pk = fields.number_of("demand", 1, 2**63 - 1, None)
    wishes = JobCardPart.objects.filter(demand=pk, card__project__site=site)
    if not wishes.exists():
        wanted = gettext_lazy("No car of the site waits for it.")
        raise fields.fail("demand", wanted)
    return pk, fields.day("on")


def _saturdays(site: Site, fields: _Fields) -> OpenDays:
    return OpenDays(SATURDAY, *fields.days())


READERS: dict[str, Callable[[Site, _Fields], Any]] = {
    "ABSENCE": _absence,
    "CAR": _car,
    "PART": _part,
    "SATURDAYS": _saturdays,
}


def extra_cost(changes: Sequence[Change]) -> Decimal:
    """Return what the changes cost together, in the site's currency."""
    return sum((Decimal(str(c.get("cost") or 0)) for c in changes), Decimal(0))

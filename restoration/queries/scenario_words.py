"""What a scenario changes, and what it leaves to do, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.reading import money_text
from restoration.models import JobCardPart, Scenario
from restoration.queries.scenario_changes import Change
from restoration.queries.words import shown_date
from workshop.models import Site, Technician


@dataclass(frozen=True, slots=True)
class ChangeNames:
    """Whom changes are about by key, and parts with their cars by the wish's key."""

    people: Mapping[int, str]
    parts: Mapping[int, str]

    def person(self, change: Change) -> str:
        return self.people.get(change["technician"]) or _("a technician")

    def part(self, change: Change) -> str:
        return self.parts.get(change["demand"]) or _("a part")


def change_names(scenarios: Iterable[Scenario]) -> ChangeNames:
    """Return the names that some scenarios speak of, in two queries.

    Args:
        scenarios: what they leave to do is among what they change.
    """
    changes = [each for scenario in scenarios for each in scenario.changes]
    people = [c["technician"] for c in changes if c["kind"] == "ABSENCE"]
    wishes = [c["demand"] for c in changes if c["kind"] == "PART"]
    rows = JobCardPart.objects.filter(demand__in=wishes)
    found = Technician.objects.filter(pk__in=people).values_list("pk", "name")
    parts = {
        row.demand_id or 0: _("%(part)s (%(project)s)")
        % {"part": row.part.name, "project": row.card.project.number}
        for row in rows.select_related("part", "card__project")
    }
    return ChangeNames(dict(found), parts)


def change_sentence(site: Site, change: Change, names: ChangeNames) -> str:
    """Say one change of a scenario."""
    said = _sentence(change, names)
    cost = Decimal(str(change.get("cost") or 0))
    if cost:
        amount = money_text(cost, site.currency)
        said = _("%(change)s (%(cost)s)") % {"change": said, "cost": amount}
    return said


def _sentence(change: Change, names: ChangeNames) -> str:
    match change["kind"]:
        case "CAR":
            return _car_sentence(change)
        case "PART":
            part, on = names.part(change), shown_date(change["on"])
            return _("%(part)s comes %(date)s") % {"part": part, "date": on}
        case "ABSENCE":
            person = names.person(change)
            return _("Without %(technician)s from %(from)s to %(to)s") % {
                "technician": person,
                **_span(change),
            }
        case _saturdays:
            return _("Work on Saturdays from %(from)s to %(to)s") % _span(change)


def _car_sentence(change: Change) -> str:
    said = [_("Add %(car)s") % {"car": change["name"]}]
    if change.get("arrives_on"):
        date = shown_date(change["arrives_on"])
        said.append(_("arrives %(date)s") % {"date": date})
    if change.get("due_on"):
        said.append(_("due %(date)s") % {"date": shown_date(change["due_on"])})
    return " · ".join(said)


def todo_sentence(change: Change, names: ChangeNames) -> str:
    """Say what people have to do themselves to make a change real."""
    match change["kind"]:
        case "CAR":
            return _("Take in %(car)s, send its estimate and have it approved.") % {
                "car": change["name"]
            }
        case "PART" if change.get("orders"):
            return _(
                "Tell the supplier of %(orders)s: %(part)s is counted on for %(date)s"
                " now."
            ) % {
                "orders": ", ".join(change["orders"]),
                "part": names.part(change),
                "date": shown_date(change["on"]),
            }
        case "PART":
            return _(
                "Order %(part)s so that it comes %(date)s, and enter that day."
            ) % {"part": names.part(change), "date": shown_date(change["on"])}
        case _saturdays:
            return _(
                "Enter hours on Saturdays from %(from)s to %(to)s for the site."
            ) % _span(change)


def _span(change: Change) -> dict[str, str]:
    return {"from": shown_date(change["from_on"]), "to": shown_date(change["to_on"])}

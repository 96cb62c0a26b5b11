"""What a part's page says of it besides its columns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.money import quantise
from common.reading import key_text, money_text, name_keys
from parts import queries
from parts.admin.finding import number_of
from parts.models import Observation, Part, PartFile
from parts.queries import Fit, Verdict

SEEN_SHOWN = 5


class PartBeside:
    """What a part's page says besides its columns, still to be read."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.steps = queries.step_rows([part.pk])
        self.kit = queries.KitRows(part.pk)
        seen = Observation.objects.filter(part=part).select_related("supplier")
        self.seen = seen.order_by("-seen_on", "-pk")[:SEEN_SHOWN]
        self.files = PartFile.objects.filter(part=part).order_by("kind", "pk")

    @property
    def lists(self) -> tuple[Any, ...]:
        """What may be read together."""
        return (self.steps, self.kit.lines, self.kit.costs, self.seen, self.files)


def about_part(beside: PartBeside) -> dict[str, Any]:
    """Return number, succession, kit, sights and files of a part.

    Args:
        beside: the lists of it, read or not; the parts they name are read here.
    """
    part = beside.part
    number = number_of(part)
    steps = queries.steps_of(beside.steps)
    named = queries.led_to(steps) | beside.kit.part_ids()
    rows = Part.objects.prefetch_related("numbers")
    parts = rows.in_bulk(named | {part.pk}) if named else {}
    found = queries.onward_from(part, steps, parts)
    tree = beside.kit.tree(parts, Decimal(1))
    files = beside.files
    return {
        "decoded": queries.decode_number(number) if number else None,
        "number": number,
        "found": found,
        "chain": [(row, number_of(row) or row.code) for row in found.chain],
        "leads": [
            (lead.part, number_of(lead.part) or lead.part.code, _why(lead))
            for lead in found.leads
        ],
        "either": [(row, number_of(row) or row.code) for row in found.either],
        "kit": tree if tree.nodes else None,
        "kit_rows": [_kit_row(node) for node in tree.nodes],
        "kit_price": _sums(tree.prices),
        "kit_cost": _sums(tree.costs),
        "seen": list(beside.seen),
        "photos": [_photo(row) for row in files if row.kind == PartFile.Kind.PHOTO],
        "papers": [row for row in files if row.kind == PartFile.Kind.DOCUMENT],
        "files": list(files),
    }


def _why(lead: queries.FoundLead) -> str:
    return queries.step_words(lead.step) or _("also stands in the catalogue")


def _kit_row(node: queries.KitNode) -> dict[str, Any]:
    return {
        "node": node,
        "number": number_of(node.part) or node.part.code,
        "marks": "\u3000" * (node.depth - 2) + "└ " if node.depth > 1 else "",
        "price": money_text(node.price, node.part.list_price_currency),
        "cost": _rounded(node.cost, node.cost_currency),
    }


def _rounded(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else money_text(quantise(amount, currency), currency)


def _sums(by_currency: Mapping[str, Decimal]) -> str:
    """Write sums of different currencies beside each other; they are never added."""
    written = [_rounded(amount, name) for name, amount in by_currency.items()]
    return " + ".join(written) or "—"


def _photo(row: PartFile) -> dict[str, str]:
    return {
        "url": reverse("admin:parts_part_file", args=[row.pk]),
        "alt": row.title or _("Photo of the part"),
        "caption": row.title,
    }


def fit_state(known: Fit) -> tuple[str, str]:
    """Return one of the five states, and the word beside it."""
    if known is Fit.YES:
        return "DONE", _("fits")
    return "WAITING", _("to be checked")


def verdict_rows(
    demands: Sequence[queries.MovableDemand], reader: Any
) -> list[dict[str, Any]]:
    """Return the wishes of a preview in words, those that surely fit ticked."""
    words = {
        Verdict.YES: ("DONE", _("fits this car")),
        Verdict.ASK: ("WAITING", _("to be decided by you")),
        Verdict.NO: ("BLOCKED", _("not for this car")),
        Verdict.DRAWN: ("BLOCKED", _("drawn in part")),
        Verdict.BACK: ("DONE", _("back to what was agreed to")),
    }
    rows = [row.demand for row in demands]
    name_keys(rows, lambda row: [row.subject_key])
    for row in rows:
        row.read_by = reader  # type: ignore[attr-defined]  # as the desk's lists do
    return [
        {
            "demand": row.demand,
            "for": key_text(row.demand, row.demand.subject_key),
            "state": words[row.verdict][0],
            "word": words[row.verdict][1],
            "is_open": row.verdict.is_open,
            "is_ticked": row.verdict in (Verdict.YES, Verdict.BACK),
        }
        for row in demands
    ]

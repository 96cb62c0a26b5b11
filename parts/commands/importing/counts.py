"""Files of what was counted: a stocktake to be approved, never a silent write."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from common.money import minor_units
from parts.commands.counting import USUAL_LIMIT, record_count
from parts.commands.importing import words
from parts.commands.importing.base import (
    Kind,
    Writing,
    find_parts,
    named,
    refuse_fractions,
    sites_called,
    sound,
    units_of,
)
from parts.commands.purchasing import next_number
from parts.importing import values
from parts.importing.fields import Field, Fields, Line, Verdict
from parts.importing.values import word_key
from parts.models import Bin, Count, CountLine, Import, Part, StockLevel
from workshop.models import Site

Place = tuple[int, int, str]


class Counts(Kind):
    """What lay in each bin. The differences are approved like any count's."""

    wants = ("site",)
    needs_one_of = (("part",), ("bin",), ("counted",))
    fields = Fields(
        [
            Field(name="bin", label=_("Bin"), read=values.text_of(20),
                  words=words.BIN, is_needed=True),
            Field(name="part", label=_("Part"), read=values.text_of(60),
                  words=words.PART, is_needed=True),
            Field(name="counted", label=_("Counted"), read=values.count,
                  words=words.COUNTED, is_needed=True),
            Field(name="lot", label=_("Lot"), read=values.text_of(40),
                  words=words.LOT),
            Field(name="site", label=_("Site"), read=values.text_of(200),
                  words=words.SITE),
        ]
    )  # fmt: skip

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}
        self.bins: dict[tuple[int, str], int] = {}
        self.counts: dict[int, Count] = {}

    def prepare(self, run: Import) -> None:
        self.sites = sites_called()
        bins = Bin.objects.values_list("pk", "site_id", "code")
        exact = {(site_id, code): pk for pk, site_id, code in bins}
        # Any spelling finds its bin, but the bin's own comes first.
        self.bins = {
            **{(site_id, word_key(code)): pk for (site_id, code), pk in exact.items()},
            **exact,
        }

    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        yield "part", row.found["place"]

    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        find_parts(rows)
        for row in sound(rows):
            self._find_place(row, run)
        found = sound(rows)
        refuse_fractions(found, units_of(found), "counted")
        _refuse_serialised(sound(found))
        levels = _levels(found, lock)
        lines = _newest_lines(levels.values())
        for row in sound(found):
            _judge_one(row, levels.get(row.found["place"]), lines)

    def _find_place(self, row: Line, run: Import) -> None:
        site = named(row, "site", self.sites, run.site, "unknown_site")
        if site is None:
            return
        code = row.values["bin"]
        bin_id = self.bins.get((site.pk, code)) or self.bins.get(
            (site.pk, word_key(code))
        )
        if bin_id is None:
            row.refuse("bin", "unknown_bin")
            return
        row.found["site"] = site
        row.found["place"] = (row.found["part"], bin_id, row.values.get("lot", ""))

    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        missing = [row for row in rows if row.found["level"] is None]
        if missing:
            StockLevel.objects.bulk_create(
                [
                    StockLevel(part_id=part, bin_id=bin_id, lot=lot)
                    for part, bin_id, lot in (row.found["place"] for row in missing)
                ],
                ignore_conflicts=True,
            )
            levels = _levels(missing, lock=True)
            for row in missing:
                row.found["level"] = levels[row.found["place"]]
        CountLine.objects.bulk_create(
            [
                CountLine(
                    count=self._count_of(row.found["site"], writing),
                    level_id=row.found["level"]["pk"],
                    counted=row.values["counted"],
                    expected=row.found["level"]["on_hand"],
                    counted_sequence=row.found["level"]["last_sequence"],
                    counted_at=writing.at,
                    counted_by_id=writing.actor_id,
                )
                for row in rows
            ]
        )
        writing.counts["finds"] += len(rows)

    def finish(self, writing: Writing) -> None:
        for count in self.counts.values():
            record_count(
                "open_count",
                count,
                writing.actor_id,
                writing.at,
                lines=count.lines.count(),
                reason=count.reason,
            )

    def _count_of(self, site: Site, writing: Writing) -> Count:
        if site.pk not in self.counts:
            with override("ja" if site.country == "JP" else "en"):
                reason = gettext("From the file %(name)s") % {"name": writing.source}
            self.counts[site.pk] = Count.objects.create(
                number=next_number("CT", "parts_count_number"),
                site=site,
                kind=Count.Kind.CYCLE,
                is_blind=False,
                reason=reason[:200],
                approval_limit=USUAL_LIMIT[minor_units(site.currency)],
                opened_by_id=writing.actor_id,
                opened_at=writing.at,
            )
            writing.counts["stocktakes"] += 1
        return self.counts[site.pk]


def _refuse_serialised(rows: Sequence[Line]) -> None:
    """Refuse parts whose units are counted one by one, by their numbers."""
    ids = {row.found["part"] for row in rows}
    by_serial = Part.objects.filter(pk__in=ids, is_serialised=True)
    one_by_one = set(by_serial.values_list("pk", flat=True))
    for row in rows:
        if row.found["part"] in one_by_one:
            row.refuse("part", "by_serial")


def _levels(rows: Sequence[Line], lock: bool) -> dict[Place, dict[str, Any]]:
    """Return the house's own positions that the rows name."""
    levels = StockLevel.objects.filter(
        part__in={row.found["part"] for row in rows},
        bin__in={row.found["place"][1] for row in rows},
        owner__isnull=True,
    ).order_by("pk")
    if lock:
        levels = levels.locked()
    return {
        (row["part_id"], row["bin_id"], row["lot"]): dict(row)
        for row in levels.values(
            "pk", "part_id", "bin_id", "lot", "on_hand", "last_sequence"
        )
    }


def _newest_lines(levels: Iterable[dict[str, Any]]) -> dict[int, CountLine]:
    """Return the newest find of each position, in counts that were not given up."""
    lines = (
        CountLine.objects.filter(level__in=[level["pk"] for level in levels])
        .exclude(count__state=Count.State.CANCELLED)
        .select_related("count", "movement")
        .order_by("level", "pk")
    )
    return {line.level_id: line for line in lines}


def _judge_one(
    row: Line, level: dict[str, Any] | None, lines: dict[int, CountLine]
) -> None:
    row.found["level"] = level
    row.verdict = Verdict.NEW
    if level is None:
        return
    line = lines.get(level["pk"])
    counted = row.values["counted"]
    if line is not None and line.counted == counted and _still_stands(line, level):
        row.verdict = Verdict.SAME
    elif line is not None and line.count.state in (
        Count.State.OPEN,
        Count.State.COUNTED,
    ):
        row.refuse("part", "count_elsewhere", count=line.count.number)
    elif row.compare("counted", level["on_hand"]):
        row.verdict = Verdict.CHANGED


def _still_stands(line: CountLine, level: dict[str, Any]) -> bool:
    """Return whether nothing has moved since the find but its own correction."""
    newest = line.movement.sequence if line.movement else line.counted_sequence
    return bool(newest == level["last_sequence"]) or line.count.state != "POSTED"

"""A walk along the bins: where somebody stands, what a scan means, what was found."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count as Number
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.row_keys import row_key
from parts import commands, queries
from parts.admin.acts import Given
from parts.admin.finding import number_of, part_title
from parts.admin.serials import BySerialForm
from parts.models import Bin, Count, CountLine, Part, StockLevel

State = Count.State
LINES = 300


class FindForm(BySerialForm):
    """What lies in one place."""

    counted = forms.DecimalField(
        label=_("Counted"), max_digits=12, decimal_places=3, min_value=0
    )
    field_order = ["counted", "serials"]


class Walk:
    """Where somebody stands on the walk along the bins, as the address says."""

    def __init__(self, request: HttpRequest, count: Count) -> None:
        self.request = request
        self.count = count
        here = Bin.objects.filter(site=count.site_id)
        self.bin = here.filter(pk=row_key(request.GET.get("bin"))).first()
        levels = StockLevel.objects.select_related("part", "bin", "owner")
        known = levels.filter(bin__site=count.site_id)
        self.level = known.filter(pk=row_key(request.GET.get("level"))).first()
        if self.level is not None:
            self.bin = self.level.bin
        self.part = None
        if self.level is None and self.bin is not None:
            wanted = row_key(request.GET.get("part"))
            self.part = Part.objects.filter(pk=wanted).first()

    def address(self, **where: int | None) -> str:
        query = {name: value for name, value in where.items() if value is not None}
        return reverse("admin:parts_count_finds", args=[self.count.pk], query=query)

    def begun_in(self, bin_: Bin | None) -> str:
        """Return where a stocktake begins: in its bin, if it was opened for one."""
        return self.address(bin=bin_.pk if bin_ else None)

    def led_by(self, code: str) -> str | None:
        """Return where a scan leads; None, and a word about it, when nowhere."""
        for meaning in queries.read_scan(code):
            if onward := self._onward(meaning):
                return onward
        text = gettext("“%(code)s” is nothing that can be counted here.")
        if self.bin is None:
            text = gettext("“%(code)s” is no bin of this site: scan the bin first.")
        messages.warning(self.request, text % {"code": code[:60]})
        return self.address(bin=self.bin.pk if self.bin else None)

    def _onward(self, meaning: queries.Meaning) -> str | None:
        here = Bin.objects.filter(site=self.count.site_id, pk=meaning.pk)
        if meaning.kind == "b" and here.exists():
            return self.address(bin=meaning.pk)
        levels = StockLevel.objects.filter(bin__site=self.count.site_id)
        if meaning.kind == "l":
            levels = levels.filter(pk=meaning.pk)
        elif meaning.kind == "u":
            levels = levels.filter(units=meaning.pk)
        elif meaning.kind == "p" and self.bin is not None:
            levels = levels.filter(part=meaning.pk, bin=self.bin)
        else:
            return None
        found = list(levels.order_by("-on_hand", "pk").values_list("pk", flat=True)[:2])
        if found:
            return self.address(level=found[0])
        if meaning.kind == "p" and self.bin is not None:
            return self.address(bin=self.bin.pk, part=meaning.pk)
        return None

    def form(self) -> FindForm | None:
        """Return what is asked at a position; None while none is chosen."""
        row = self.level or self.part
        if row is None or self.count.state != State.OPEN:
            return None
        return FindForm(self.request.POST or None, row=row)

    def enter(self, given: Given) -> None:
        """Write the find down by its command and say so."""
        place: dict[str, Any] = {}
        if self.level is not None:
            place = {"level_id": self.level.pk}
        elif self.part is not None and self.bin is not None:
            place = {"part_id": self.part.pk, "bin_id": self.bin.pk}
        line = commands.enter_find(
            count_id=self.count.pk, **place, **given.values, **given.once
        )
        text = gettext("%(part)s: %(counted)s counted.") % {
            "part": part_title(line.level.part),
            "counted": f"{line.counted.normalize():f}" if line.counted else "0",
        }
        messages.success(self.request, text)

    def shown(self) -> dict[str, Any]:
        """Return what the page shows of the place: the bins, or one bin's lines."""
        lines = CountLine.objects.filter(count=self.count)
        if self.bin is None:
            bins = lines.order_by("level__bin__code").values(
                "level__bin", "level__bin__code"
            )
            return {
                "bins": bins.annotate(
                    positions=Number("pk"),
                    counted=Number("pk", filter=Q(counted__isnull=False)),
                )
            }
        here = lines.filter(level__bin=self.bin).select_related(
            "level__part", "level__owner"
        )
        rows = list(
            here.prefetch_related("level__part__numbers").order_by(
                "level__part__code", "level__lot", "pk"
            )[:LINES]
        )
        for row in rows:
            row.number = number_of(row.level.part)  # type: ignore[attr-defined]  # for the page
        return {
            "bin": self.bin,
            "lines": rows,
            "level": self.level,
            "part": self.part or (self.level.part if self.level else None),
            "number": self._number(),
        }

    def _number(self) -> str:
        part = self.part or (self.level.part if self.level else None)
        return number_of(part) if part else ""

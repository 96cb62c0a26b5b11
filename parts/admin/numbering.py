"""Buttons that begin or end keeping a part by serial number."""

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from common.formats import grouped, plural
from parts import commands
from parts.admin.acts import Act, Given, ReasonForm
from parts.admin.serials import SerialsField
from parts.models import Part, StockLevel


class NumbersForm(ReasonForm):
    """One field for each position in which pieces lie, one line for each piece."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in self.levels():
            field = SerialsField(label=position_words(level))
            field.widget.attrs |= {"rows": min(int(level.on_hand) + 1, 12)}
            self.fields[name_of(level)] = field
        self.order_fields([*(n for n in self.fields if n != "reason"), "reason"])

    def levels(self) -> list[StockLevel]:
        rows = StockLevel.objects.filter(part=self.row.pk, on_hand__gt=0)
        return list(rows.select_related("bin", "owner").order_by("bin__code", "pk"))


def name_of(level: StockLevel) -> str:
    return f"serials-{level.pk}"


def position_words(level: StockLevel) -> str:
    """Say where the pieces lie and how many numbers are expected."""
    place = " · ".join(
        filter(
            None, [level.bin.code, level.lot, level.owner.name if level.owner else ""]
        )
    )
    count = ngettext(
        "%(place)s: %(count)s piece, its serial number",
        "%(place)s: %(count)s pieces, one serial number per line",
        plural(level.on_hand),
    )
    return count % {"place": place, "count": grouped(level.on_hand)}


def number(given: Given) -> object:
    values = dict(given.values)
    reason = values.pop("reason")
    return commands.number_pieces(
        part_id=given.row.pk,
        serials={int(name.partition("-")[2]): rows for name, rows in values.items()},
        reason=reason,
        **given.once,
    )


NUMBERING_ACTS = (
    Act(
        name="number",
        label=gettext_lazy("Keep by serial number"),
        form=NumbersForm,
        run=number,
        done=gettext_lazy("Each piece has its number now."),
        suits=lambda row: not row.is_serialised and row.unit in Part.WHOLE_UNITS,
        is_rare=True,
    ),
    Act(
        name="end-numbers",
        label=gettext_lazy("Keep by serial number no longer"),
        form=ReasonForm,
        run=lambda given: commands.end_numbers(
            part_id=given.row.pk, **given.values, **given.once
        ),
        done=gettext_lazy("The pieces are counted only; their stories stay."),
        suits=lambda row: row.is_serialised,
        is_danger=True,
        is_rare=True,
    ),
)

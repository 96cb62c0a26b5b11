"""Buttons for kits: put together from what lies in the store, taken apart again."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formats import grouped
from parts import commands, queries
from parts.admin.acts import Act, Given, ReasonForm
from parts.admin.finding import number_of
from parts.admin.serials import SerialsField
from parts.models import Bin, Part, StockLevel

USABLE = (Bin.Kind.STORE, Bin.Kind.RECEIVING)


class KitForm(ReasonForm):
    """How many kits, and which of what is in them."""

    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    bin = forms.ModelChoiceField(Bin.objects.none(), label=gettext_lazy("Bin"))
    whole_tree = forms.BooleanField(required=False)
    serials = SerialsField(label=gettext_lazy("Serial numbers of the kits"))
    component_serials = SerialsField(
        label=gettext_lazy("Serial numbers of the components, one per line")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bins = Bin.objects.select_related("site").filter(kind__in=USABLE)
        here = self.bins(bins).order_by("site", "code")
        self.fields["bin"].queryset = here  # type: ignore[attr-defined]  # a ModelChoiceField
        recipe = queries.kit_recipe(self.kit.pk)
        inside = [part for pk, part in recipe.parts.items() if pk != self.kit.pk]
        if not self.kit.is_serialised:
            del self.fields["serials"]
        if not any(part.is_serialised for part in inside):
            del self.fields["component_serials"]
        if not any(pk in recipe.lines for pk in recipe.parts if pk != self.kit.pk):
            del self.fields["whole_tree"]
        self.fields["quantity"].help_text = self.about(recipe)

    @property
    def kit(self) -> Part:
        part: Part = self.row if isinstance(self.row, Part) else self.row.part
        return part

    def bins(self, bins: Any) -> Any:
        """Return where the pieces may go."""
        return bins

    def about(self, recipe: queries.KitRecipe) -> str:
        """Say what one kit holds."""
        inside = [
            f"{grouped(each)} × {called(recipe.parts[pk])}"
            for pk, each in recipe.lines.get(self.kit.pk, ())
        ]
        return _("One holds %(lines)s.") % {"lines": ", ".join(inside)}


class AssembleForm(KitForm):
    whole_tree = forms.BooleanField(
        label=gettext_lazy("Put kits inside together first where none lies ready"),
        required=False,
    )
    lot = forms.CharField(label=gettext_lazy("Lot"), max_length=40, required=False)
    field_order = [
        "quantity", "bin", "whole_tree", "lot", "serials", "component_serials",
        "reason",
    ]  # fmt: skip

    def about(self, recipe: queries.KitRecipe) -> str:
        """Say what one kit holds, and how many of each lie free, by site."""
        free = queries.free_by_site(recipe.parts)
        inside = recipe.lines.get(self.kit.pk, ())
        words = [super().about(recipe)]
        for site, pieces in free:
            lying = ", ".join(
                f"{grouped(pieces.get(pk, 0))} × {called(recipe.parts[pk])}"
                for pk, _each in inside
            )
            words.append(_("Free in %(site)s: %(lines)s.") % {
                "site": site, "lines": lying,
            })  # fmt: skip
        return " ".join(words)


class ApartForm(KitForm):
    bin = forms.ModelChoiceField(Bin.objects.none(), label=gettext_lazy("To bin"))
    whole_tree = forms.BooleanField(
        label=gettext_lazy("Take kits inside apart, too"), required=False
    )
    field_order = [
        "quantity", "serials", "bin", "whole_tree", "component_serials", "reason",
    ]  # fmt: skip

    def bins(self, bins: Any) -> Any:
        """Return the bins of the kits' own site."""
        return bins.filter(site=self.row.bin.site_id)


def called(part: Part) -> str:
    return number_of(part) or part.code


def is_kit(row: Part | StockLevel) -> bool:
    """Whether a part, or that of a position, holds components; lists know it."""
    part = row if isinstance(row, Part) else row.part
    known: bool | None = getattr(row, "is_kit", None)
    return part.kit_lines.exists() if known is None else known


def assemble(given: Given) -> object:
    values = dict(given.values)
    return commands.assemble_kit(
        kit_id=given.row.pk, bin_id=values.pop("bin").pk, **values, **given.once
    )


def take_apart(given: Given) -> object:
    values = dict(given.values)
    return commands.take_kit_apart(
        level_id=given.row.pk, bin_id=values.pop("bin").pk, **values, **given.once
    )


ASSEMBLE = Act(
    name="assemble",
    label=gettext_lazy("Put kits together"),
    form=AssembleForm,
    run=assemble,
    done=gettext_lazy("Put together; the components have left the store."),
    suits=is_kit,
)
TAKE_APART = Act(
    name="take-apart",
    label=gettext_lazy("Take apart"),
    form=ApartForm,
    run=take_apart,
    done=gettext_lazy("Taken apart; the components lie in the bin."),
    suits=lambda row: (
        row.on_hand > row.reserved and row.owner_id is None and is_kit(row)
    ),
)

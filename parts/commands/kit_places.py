"""Where kits are put together and taken apart: their recipe, bin and positions."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from parts.commands.refusals import WrongState, missing
from parts.commands.units import UnitsNeeded
from parts.models import Bin, Part, StockLevel
from parts.queries import KitRecipe, kit_recipe, number_of

USABLE = (Bin.Kind.STORE, Bin.Kind.RECEIVING)


class OfPart:
    """Say of which part the units are that a refusal asks for."""

    def __init__(self, part: Part) -> None:
        self.part = part

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, UnitsNeeded):
            raise UnitsNeeded(
                _("%(part)s: %(problem)s"),
                part=number_of(self.part),
                problem=error.sentence,
            ) from error


def recipe_of(kit_id: int) -> KitRecipe:
    """Return what a kit holds.

    Raises:
        NotFound: no such part.
        WrongState: it holds no components.
    """
    recipe = kit_recipe(kit_id)
    if kit_id not in recipe.parts:
        raise missing("part")
    if kit_id not in recipe.lines:
        raise WrongState(
            _("%(part)s holds no components: it is no kit."),
            part=number_of(recipe.parts[kit_id]),
        )
    return recipe


def usable_bin(bin_id: int) -> Bin:
    """Return a bin whose pieces may be promised.

    Raises:
        InvalidInput: it is closed for promises.
        NotFound: no such bin.
    """
    bin_ = Bin.objects.filter(pk=bin_id).first()
    if bin_ is None:
        raise missing("bin")
    if bin_.kind not in USABLE:
        raise InvalidInput(
            _("Choose a bin of the store; %(bin)s is closed for promises."),
            field="bin",
            bin=bin_.code,
        )
    return bin_


def locked_places(
    part_ids: Collection[int], bin_: Bin, places: dict[int, str], *, also: int = 0
) -> tuple[dict[int, StockLevel], dict[int, StockLevel]]:
    """Return all positions in question and, by part, those where pieces come; locked.

    Args:
        part_ids: of what may be taken from anywhere at the site.
        bin_: where pieces come.
        places: part → lot of what comes there.
        also: another position, which counts as its part's.
    """
    StockLevel.objects.bulk_create(
        [
            StockLevel(part_id=part_id, bin=bin_, lot=lot)
            for part_id, lot in sorted(places.items())
        ],
        ignore_conflicts=True,
    )
    here = StockLevel.objects.filter(bin=bin_, owner=None, part__in=places)
    comes_to = {row.part_id: row.pk for row in here if row.lot == places[row.part_id]}
    usable = StockLevel.objects.usable().filter(
        part__in=part_ids, bin__site=bin_.site_id, on_hand__gt=0
    )
    ids = {*comes_to.values(), *usable.values_list("pk", flat=True), also}
    levels = {row.pk: row for row in StockLevel.objects.filter(pk__in=ids).locked()}
    targets = {part_id: levels[pk] for part_id, pk in comes_to.items()}
    if also:
        targets[levels[also].part_id] = levels[also]
    return levels, targets

"""Ledger lines of kits that are taken apart. Callers record the command.

Source: docs/domain/stock.md R22.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from parts.commands.kit_places import OfPart, locked_places, recipe_of, usable_bin
from parts.commands.ledger import Act, post, refuse_beyond_free
from parts.commands.refusals import STEP, OwnedStock, WrongState, missing
from parts.models import Part, StockLevel, StockMovement, Unit
from parts.queries import KitRecipe, kit_shares

Kind = StockMovement.Kind


@dataclass
class Opening:
    """Kits to be taken apart into locked positions of one bin."""

    recipe: KitRecipe
    source: StockLevel
    targets: dict[int, StockLevel]
    site_id: int
    serials: Sequence[str]
    touched: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, level_id: int, bin_id: int, serials: Sequence[str]) -> "Opening":
        """Lock the kits and where their components go.

        Raises:
            InvalidInput: the bin is closed for promises.
            NotFound: no such level or bin.
            OwnedStock: the kits are a customer's.
            WrongState: the part holds no components, or the bin is at another site.
        """
        kits = StockLevel.objects.select_related("bin").filter(pk=level_id).first()
        if kits is None:
            raise missing("level")
        if kits.owner_id is not None:
            raise OwnedStock(_("A customer's kit is not taken apart by the house."))
        recipe, bin_ = recipe_of(kits.part_id), usable_bin(bin_id)
        if bin_.site_id != kits.bin.site_id:
            raise WrongState(_("Bin %(bin)s is at another site."), bin=bin_.code)
        inside = {part_id: "" for part_id in recipe.parts if part_id != kits.part_id}
        _levels, targets = locked_places((), bin_, inside, also=level_id)
        return cls(recipe, targets.pop(kits.part_id), targets, bin_.site_id, serials)

    def take_apart(
        self, act: Act, quantity: Decimal, serials: Sequence[str], *, whole_tree: bool
    ) -> StockMovement:
        """Write the lines; return the one by which the kits left.

        Raises:
            InsufficientStock: less is free.
            UnitsNeeded: it is not certain which units are meant.
        """
        refuse_beyond_free(self.source, quantity)
        return self._open(act, self.source, quantity, serials, whole_tree=whole_tree)

    def _open(
        self,
        act: Act,
        level: StockLevel,
        quantity: Decimal,
        serials: Sequence[str] = (),
        unit_cost: Decimal | None = None,
        *,
        whole_tree: bool,
    ) -> StockMovement:
        kit = self.recipe.parts[level.part_id]
        with OfPart(kit):
            line = post(
                act,
                level,
                Kind.KIT_OPENED,
                -quantity,
                unit_cost=unit_cost,
                serials=serials,
            )
        pieces = {
            part_id: (each * quantity).quantize(STEP)
            for part_id, each in self.recipe.lines[level.part_id]
        }
        shares = kit_shares(line.unit_cost * quantity, pieces, self.site_id)
        for part_id, count in pieces.items():
            part, target = self.recipe.parts[part_id], self.targets[part_id]
            with OfPart(part):
                post(
                    act,
                    target,
                    Kind.FROM_KIT,
                    count,
                    unit_cost=shares[part_id],
                    serials=self._named(part, count),
                )
            self.touched.add(part_id)
            if whole_tree and part_id in self.recipe.lines and not part.is_serialised:
                self._open(act, target, count, (), shares[part_id], whole_tree=True)
        return line

    def _named(self, part: Part, count: Decimal) -> list[str]:
        """Return the numbers that are meant for a part, of those that were given.

        Units the house knows by their number go to their part; with new numbers each
        part takes as many as it needs, in the order of the kit's lines.
        """
        if not part.is_serialised or not self.serials:
            return []
        known = Unit.objects.filter(part=part, serial__in=self.serials)
        mine = list(known.order_by("serial").values_list("serial", flat=True))
        others = Unit.objects.filter(
            part__in=self.recipe.parts, serial__in=self.serials
        ).exclude(part=part)
        taken = {*mine, *others.values_list("serial", flat=True)}
        fresh = [serial for serial in self.serials if serial not in taken]
        named = [*mine, *fresh][: int(count)]
        self.serials = [each for each in self.serials if each not in named]
        return named

"""Ledger lines of kits that are put together. Callers record the command.

What is taken is planned on locked positions, so that two hands never count on the same
piece.

Source: docs/domain/stock.md R21.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from parts.commands.issues import where_units
from parts.commands.kit_places import OfPart, locked_places, recipe_of, usable_bin
from parts.commands.ledger import COST_STEP, Act, free, post
from parts.commands.refusals import STEP, InsufficientStock, shown
from parts.models import StockLevel, StockMovement
from parts.queries import KitRecipe, number_of

Kind = StockMovement.Kind
ZERO = Decimal(0)


class ComponentsMissing(InsufficientStock):
    """Not every component lies free at the site."""

    title = _("Components are missing")
    default_sentence = _("Not every component lies free at this site.")
    todo = _("Put fewer together, or order what is missing.")


@dataclass(frozen=True)
class Take:
    """Some pieces of one position; those just made leave at what they have cost."""

    level_id: int
    quantity: Decimal
    # Which step has made them; None for what lay there.
    made_by: int | None = None


@dataclass(frozen=True)
class Step:
    """So many kits of one part, and how much of which positions goes into them."""

    kit_id: int
    quantity: Decimal
    takes: list[Take]


@dataclass
class Making:
    """Kits to be put together from locked positions of one site."""

    recipe: KitRecipe
    levels: dict[int, StockLevel]
    # Where kits of each part go, those inside the wanted one, too.
    targets: dict[int, StockLevel]
    named: dict[int, list[str]]
    unspoken: dict[int, Decimal]
    steps: list[Step] = field(default_factory=list)
    lacking: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @classmethod
    def of(cls, kit_id: int, bin_id: int, lot: str, serials: Sequence[str]) -> "Making":
        """Lock what the kit may be put together from.

        Raises:
            InvalidInput: the bin is closed for promises, or a unit is not in the store.
            NotFound: no such part or bin.
            WrongState: the part holds no components.
        """
        recipe, bin_ = recipe_of(kit_id), usable_bin(bin_id)
        places = dict.fromkeys(recipe.lines, "") | {kit_id: lot}
        levels, targets = locked_places(recipe.parts, bin_, places)
        named = where_units(levels.values(), serials)
        known = {serial for found in named.values() for serial in found}
        for serial in serials:
            if serial not in known:
                raise InvalidInput(
                    _("Unit %(serial)s does not lie here."),
                    field="component_serials",
                    serial=serial,
                )
        return cls(
            recipe=recipe,
            levels=levels,
            targets=targets,
            named=named,
            unspoken={pk: max(free(row), ZERO) for pk, row in levels.items()},
        )

    def plan(self, quantity: Decimal, *, whole_tree: bool) -> None:
        """Say what is taken from where, kits inside before those that hold them.

        Raises:
            ComponentsMissing: names what is not free and how many.
        """
        self._plan(self.recipe.kit_id, quantity, whole_tree=whole_tree)
        if self.lacking:
            parts = self.recipe.parts
            lines = sorted(
                (number_of(parts[pk]), lack) for pk, lack in self.lacking.items()
            )
            raise ComponentsMissing(
                _("Not free at this site: %(missing)s."),
                missing=", ".join(f"{shown(lack)} × {name}" for name, lack in lines),
            )

    def _plan(self, kit_id: int, quantity: Decimal, *, whole_tree: bool) -> int:
        """Plan one kind of kit; return which step makes it."""
        takes: list[Take] = []
        for part_id, each in self.recipe.lines[kit_id]:
            wanted = (each * quantity).quantize(STEP)
            lack = wanted - self._take(part_id, wanted, takes)
            if lack <= 0:
                continue
            if whole_tree and part_id in self.recipe.lines:
                step = self._plan(part_id, lack, whole_tree=True)
                takes.append(Take(self.targets[part_id].pk, lack, step))
            else:
                self.lacking[part_id] += lack
        self.steps.append(Step(kit_id, quantity, takes))
        return len(self.steps) - 1

    def _take(self, part_id: int, wanted: Decimal, takes: list[Take]) -> Decimal:
        """Take what is free of a part, or the units that were named; say how many."""
        rows = [row for row in self.levels.values() if row.part_id == part_id]
        chosen = any(row.pk in self.named for row in rows)
        left = wanted
        for row in sorted(rows, key=lambda row: row.pk):
            most = min(left, self.unspoken[row.pk])
            if chosen:
                most = min(most, Decimal(len(self.named.get(row.pk, ()))))
            if most > 0:
                takes.append(Take(row.pk, most))
                self.unspoken[row.pk] -= most
                left -= most
        return wanted - left

    def write(self, act: Act, serials: Sequence[str]) -> StockMovement:
        """Write the lines of all steps; return the one by which the wanted kits came.

        Raises:
            UnitsNeeded: it is not certain which units are meant.
        """
        made: list[StockMovement] = []
        for step in self.steps:
            is_wanted = step.kit_id == self.recipe.kit_id
            made.append(self._write(act, step, made, serials if is_wanted else ()))
        return made[-1]

    def _write(
        self,
        act: Act,
        step: Step,
        made: Sequence[StockMovement],
        serials: Sequence[str],
    ) -> StockMovement:
        cost = ZERO
        for take in step.takes:
            level = self.levels[take.level_id]
            mine = self.named.get(level.pk, [])
            count = min(int(take.quantity), len(mine))
            with OfPart(self.recipe.parts[level.part_id]):
                out = post(
                    act,
                    level,
                    Kind.INTO_KIT,
                    -take.quantity,
                    unit_cost=None
                    if take.made_by is None
                    else made[take.made_by].unit_cost,
                    serials=[mine.pop(0) for _each in range(count)],
                )
            cost += take.quantity * out.unit_cost
        one = (cost / step.quantity).quantize(COST_STEP, rounding=ROUND_HALF_UP)
        target = self.targets[step.kit_id]
        with OfPart(self.recipe.parts[step.kit_id]):
            return post(
                act,
                target,
                Kind.KIT_MADE,
                step.quantity,
                unit_cost=one,
                serials=serials,
            )

    @property
    def touched(self) -> set[int]:
        """The parts whose stock changes."""
        taken = {
            self.levels[take.level_id].part_id
            for step in self.steps
            for take in step.takes
        }
        return taken | {step.kit_id for step in self.steps}

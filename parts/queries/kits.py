"""What kits are put together from, to the last screw, with what that costs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from django.db.models.expressions import RawSQL

from parts.models import KitLine, Part, StockLevel
from workshop.models import Site

ABOVE = """
    WITH RECURSIVE above (id) AS (
        SELECT kit_id FROM parts_kitline WHERE component_id = %s
        UNION
        SELECT k.kit_id FROM above a JOIN parts_kitline k ON k.component_id = a.id
    )
    SELECT id FROM above
"""
BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT k.component_id FROM below b JOIN parts_kitline k ON k.kit_id = b.id
    )
    SELECT id FROM below
"""
DEEPEST = 20
NOTHING = Decimal(0)
COST_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class KitNode:
    """One line of a kit's tree.

    Attributes:
        part: the component, with its numbers.
        depth: 1 for the kit's own lines.
        each: how many of it one of the kit above holds.
        quantity: how many of it the whole kit holds.
        price: what the house asks for all of them, in the part's own currency.
        cost: what those on hand cost on average, for all of them.
        cost_currency: of the site where most of them lie; empty where none does.
        is_kit: whether lines of its own follow.
    """

    part: Part
    depth: int
    each: Decimal
    quantity: Decimal
    price: Decimal | None
    cost: Decimal | None
    cost_currency: str
    is_kit: bool


@dataclass(frozen=True)
class KitTree:
    """A kit taken apart.

    Attributes:
        nodes: its lines, each followed by its own.
        pieces: by part: how many single parts it comes to.
        prices: the sum of the single parts' prices, by currency.
        costs: the sum of what the single parts cost, by currency.
        unpriced: how many single parts have no price.
        uncosted: how many have never been on hand.
    """

    nodes: tuple[KitNode, ...]
    pieces: dict[int, Decimal]
    prices: dict[str, Decimal]
    costs: dict[str, Decimal]
    unpriced: int
    uncosted: int


def kits_above(part_id: int) -> set[int]:
    """Return the kits that hold a part, however deep."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [part_id])
        return {row[0] for row in cursor.fetchall()}


@dataclass(frozen=True)
class KitRecipe:
    """What a kit and the kits in it hold.

    Attributes:
        kit_id: the kit.
        lines: kit → its components and how many of each one holds.
        parts: all of them, with their numbers.
    """

    kit_id: int
    lines: dict[int, list[tuple[int, Decimal]]]
    parts: dict[int, Part]


class KitRows:
    """What a kit is taken apart with, still to be read.

    Attributes:
        lines: of the kit and of the kits in it: kit, component, how many.
        costs: of its parts on hand.
    """

    def __init__(self, kit_id: int) -> None:
        self.kit_id = kit_id
        below = RawSQL(BELOW, [[kit_id]])  # noqa: S611  # a constant; keys go beside it
        rows = KitLine.objects.filter(kit_id__in=below).order_by("kit_id", "pk")
        self.lines = rows.values_list("kit_id", "component_id", "quantity")
        self.costs = _worth(below)

    def part_ids(self) -> set[int]:
        """Return the parts the kit comes to; none where it is no kit."""
        return {component for _kit, component, _each in self.lines}

    def recipe(self, parts: Mapping[int, Part]) -> KitRecipe:
        """Return what the kit holds.

        Args:
            parts: at least those of `part_ids`, with their numbers.
        """
        lines: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        for kit, component, each in self.lines:
            lines[kit].append((component, each))
        return KitRecipe(self.kit_id, dict(lines), dict(parts))

    def tree(self, parts: Mapping[int, Part], quantity: Decimal) -> KitTree:
        """Take the kit apart.

        Args:
            parts: at least those of `part_ids`, with their numbers.
            quantity: how many kits.
        """
        recipe = self.recipe(parts)
        costs = _each_cost(self.costs) if recipe.lines else {}
        nodes: list[KitNode] = []
        _walk(self.kit_id, quantity, 1, recipe.lines, recipe.parts, costs, nodes)
        return _summed(nodes)


def kit_recipe(kit_id: int) -> KitRecipe:
    """Return what a kit and the kits in it hold, in three statements."""
    rows = KitRows(kit_id)
    named = rows.part_ids() | {kit_id}
    return rows.recipe(Part.objects.prefetch_related("numbers").in_bulk(named))


def kit_shares(
    cost: Decimal, pieces: Mapping[int, Decimal], site_id: int
) -> dict[int, Decimal]:
    """Return what one piece of each component bears of a kit's cost.

    In proportion to what the pieces cost on average at the site, else to the house's
    price in the site's currency; by pieces where neither is known of any.

    Args:
        cost: of all kits, in the site's currency.
        pieces: part → how many of it the kits hold.
        site_id: where the kits lie.

    Source: docs/domain/stock.md R22.
    """
    average = unit_costs(pieces, site_id)
    currency = Site.objects.values_list("currency", flat=True).get(pk=site_id)
    priced = Part.objects.filter(
        pk__in=pieces, list_price__isnull=False, list_price_currency=currency
    )
    prices = dict(priced.values_list("pk", "list_price"))
    worth = {pk: average.get(pk) or prices.get(pk) or NOTHING for pk in pieces}
    if not any(worth.values()):
        worth = dict.fromkeys(pieces, Decimal(1))
    whole = sum((worth[pk] * count for pk, count in pieces.items()), NOTHING)
    return {
        pk: (cost * each / whole).quantize(COST_STEP, rounding=ROUND_HALF_UP)
        for pk, each in worth.items()
    }


def free_by_site(part_ids: Collection[int]) -> list[tuple[Site, dict[int, Decimal]]]:
    """Return by site how many of each part are the house's and nobody's yet."""
    rows = (
        StockLevel.objects.usable()
        .filter(part__in=part_ids, available__gt=0)
        .order_by()
        .values("bin__site", "part")
        .annotate(n=Sum("available"))
    )
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in rows:
        found[row["bin__site"]][row["part"]] = row["n"]
    sites = Site.objects.filter(pk__in=found).order_by("code")
    return [(site, found[site.pk]) for site in sites]


def kit_tree(kit_id: int, quantity: Decimal = Decimal(1)) -> KitTree:
    """Take a kit apart to its single parts, with sums, in four statements.

    Args:
        kit_id: the kit; a part that is none has no lines.
        quantity: how many kits.

    Source: docs/domain/catalogue.md C15, C16.
    """
    rows = KitRows(kit_id)
    below = rows.part_ids()
    parts = Part.objects.prefetch_related("numbers").in_bulk(below) if below else {}
    return rows.tree(parts, quantity)


def _summed(nodes: Sequence[KitNode]) -> KitTree:
    single = [node for node in nodes if not node.is_kit]
    pieces: dict[int, Decimal] = defaultdict(Decimal)
    for node in single:
        pieces[node.part.pk] += node.quantity
    return KitTree(
        nodes=tuple(nodes),
        pieces=dict(pieces),
        # Amounts of different currencies are never added (M2).
        prices=_sums((node.part.list_price_currency, node.price) for node in single),
        costs=_sums((node.cost_currency, node.cost) for node in single),
        unpriced=sum(node.price is None for node in single),
        uncosted=sum(node.cost is None for node in single),
    )


def _sums(amounts: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    """Return currency → sum of the amounts that are known, in the order of codes."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        if amount is not None:
            sums[currency] += amount
    return dict(sorted(sums.items()))


def _walk(
    kit_id: int,
    quantity: Decimal,
    depth: int,
    lines: dict[int, list[tuple[int, Decimal]]],
    parts: dict[int, Part],
    costs: dict[int, tuple[Decimal, str]],
    nodes: list[KitNode],
) -> None:
    if depth > DEEPEST:
        return
    for component_id, each in lines.get(kit_id, ()):
        part, total = parts[component_id], each * quantity
        cost, currency = costs.get(component_id, (None, ""))
        nodes.append(
            KitNode(
                part=part,
                depth=depth,
                each=each,
                quantity=total,
                price=None if part.list_price is None else part.list_price * total,
                cost=None if cost is None else cost * total,
                cost_currency=currency,
                is_kit=component_id in lines,
            )
        )
        _walk(component_id, total, depth + 1, lines, parts, costs, nodes)


def unit_costs(part_ids: Collection[int], site_id: int) -> dict[int, Decimal]:
    """Return what one piece of each part on hand at a site cost on average."""
    rows = _worth(part_ids).filter(bin__site=site_id)
    return {pk: cost for pk, (cost, _currency) in _each_cost(rows).items()}


def _worth(which: Any) -> Any:
    """Return part, currency, worth and number of what lies, the most of it first."""
    lying = StockLevel.objects.filter(part__in=which, on_hand__gt=0, owner=None)
    rows = (
        lying.order_by()
        .values_list("part", "bin__site__currency")
        .annotate(worth=Sum(F("on_hand") * F("unit_cost")), n=Sum("on_hand"))
    )
    return rows.order_by("part", "-n", "bin__site__currency")


def _each_cost(
    rows: Iterable[tuple[int, str, Decimal, Decimal]],
) -> dict[int, tuple[Decimal, str]]:
    """Return part → what one cost on average, in the currency where most of it lies."""
    found: dict[int, tuple[Decimal, str]] = {}
    for part_id, currency, worth, n in rows:
        found.setdefault(part_id, (worth / n, currency))
    return found

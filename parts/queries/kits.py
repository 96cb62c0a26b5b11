"""What kits are put together from, to the last screw, with what that costs."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import F, Q, Sum

from parts.models import KitLine, Part, StockLevel

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


@dataclass(frozen=True)
class KitNode:
    """One line of a kit's tree.

    Attributes:
        part: the component, with its numbers.
        depth: 1 for the kit's own lines.
        each: how many of it one of the kit above holds.
        quantity: how many of it the whole kit holds.
        price: what the house asks for all of them, of known prices.
        cost: what those on hand cost on average, for all of them.
        is_kit: whether lines of its own follow.
    """

    part: Part
    depth: int
    each: Decimal
    quantity: Decimal
    price: Decimal | None
    cost: Decimal | None
    is_kit: bool


@dataclass(frozen=True)
class KitTree:
    """A kit taken apart.

    Attributes:
        nodes: its lines, each followed by its own.
        pieces: by part: how many single parts it comes to.
        price: the sum of the single parts' prices.
        cost: the sum of what the single parts cost.
        unpriced: how many single parts have no price.
        uncosted: how many have never been on hand.
    """

    nodes: tuple[KitNode, ...]
    pieces: dict[int, Decimal]
    price: Decimal
    cost: Decimal
    unpriced: int
    uncosted: int


def kits_above(part_id: int) -> set[int]:
    """Return the kits that hold a part, however deep."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [part_id])
        return {row[0] for row in cursor.fetchall()}


def kit_tree(kit_id: int, quantity: Decimal = Decimal(1)) -> KitTree:
    """Take a kit apart to its single parts, with sums, in four statements.

    Args:
        kit_id: the kit; a part that is none has no lines.
        quantity: how many kits.

    Source: docs/domain/catalogue.md C15, C16.
    """
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [[kit_id]])
        below = [row[0] for row in cursor.fetchall()]
    lines: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    rows = KitLine.objects.filter(kit_id__in=below).order_by("kit_id", "pk")
    for kit, component, each in rows.values_list("kit_id", "component_id", "quantity"):
        lines[kit].append((component, each))
    parts = Part.objects.prefetch_related("numbers").in_bulk(below)
    costs = unit_costs(below)
    nodes: list[KitNode] = []
    _walk(kit_id, quantity, 1, lines, parts, costs, nodes)
    single = [node for node in nodes if not node.is_kit]
    pieces: dict[int, Decimal] = defaultdict(Decimal)
    for node in single:
        pieces[node.part.pk] += node.quantity
    return KitTree(
        nodes=tuple(nodes),
        pieces=dict(pieces),
        price=sum((node.price or NOTHING for node in single), NOTHING),
        cost=sum((node.cost or NOTHING for node in single), NOTHING),
        unpriced=sum(node.price is None for node in single),
        uncosted=sum(node.cost is None for node in single),
    )


def _walk(
    kit_id: int,
    quantity: Decimal,
    depth: int,
    lines: dict[int, list[tuple[int, Decimal]]],
    parts: dict[int, Part],
    costs: dict[int, Decimal],
    nodes: list[KitNode],
) -> None:
    if depth > DEEPEST:
        return
    for component_id, each in lines.get(kit_id, ()):
        part, total = parts[component_id], each * quantity
        cost = costs.get(component_id)
        nodes.append(
            KitNode(
                part=part,
                depth=depth,
                each=each,
                quantity=total,
                price=None if part.list_price is None else part.list_price * total,
                cost=None if cost is None else cost * total,
                is_kit=component_id in lines,
            )
        )
        _walk(component_id, total, depth + 1, lines, parts, costs, nodes)


def unit_costs(part_ids: Collection[int]) -> dict[int, Decimal]:
    """Return what one piece of each part on hand cost on average."""
    rows = (
        StockLevel.objects.filter(Q(part__in=part_ids, on_hand__gt=0, owner=None))
        .order_by()
        .values("part")
        .annotate(worth=Sum(F("on_hand") * F("unit_cost")), n=Sum("on_hand"))
    )
    return {row["part"]: row["worth"] / row["n"] for row in rows}

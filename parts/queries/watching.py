"""What stands still unseen of watched numbers, and who waits for them."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from parts.models import Alternate, Demand, Supersession


def waits_for(part_ids: Collection[int]) -> dict[int, list[Demand]]:
    """Return by part the open wishes that it could serve, in three statements.

    Those are wishes for the part itself, for one it replaces, and for one it may stand
    in for.

    Args:
        part_ids: the parts that were seen.
    """
    serves: dict[int, set[int]] = {pk: {pk} for pk in part_ids}
    steps = Supersession.objects.filter(new_id__in=part_ids)
    for old, new in steps.values_list("old_id", "new_id"):
        serves[new].add(old)
    stand_ins = Alternate.objects.filter(alternate_id__in=part_ids)
    for wanted, other in stand_ins.values_list("part_id", "alternate_id"):
        serves[other].add(wanted)
    wanted_ids = set().union(*serves.values()) if serves else set()
    by_part: dict[int, list[Demand]] = defaultdict(list)
    rows = Demand.objects.waiting().filter(Q(part_id__in=wanted_ids)).in_turn()
    for demand in rows:
        by_part[demand.part_id].append(demand)
    return {
        pk: [demand for part_id in sorted(ids) for demand in by_part[part_id]]
        for pk, ids in serves.items()
    }

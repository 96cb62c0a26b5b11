"""What changes in the parts house. The only place that writes.

Commands that create or move something take the caller's ``key`` and run once under
it; a key counts per command, so a command from above may hand its own key down. Locks
are taken in one order: orders of customers, demands, order lines, purchase orders,
levels, audit chains.
"""

from parts.commands.availability import check_all_availability, check_availability
from parts.commands.catalogue import note_part_edited
from parts.commands.demands import (
    Wish,
    cancel_demand,
    change_demand,
    raise_demand,
    raise_demands,
)
from parts.commands.issues import issue_parts, return_parts
from parts.commands.orders import (
    NothingToShip,
    Sold,
    cancel_parts_order,
    confirm_parts_order,
    place_parts_order,
    ship_parts_order,
)
from parts.commands.purchasing import (
    Ordered,
    cancel_purchase_order,
    change_due_date,
    create_purchase_order,
    send_purchase_order,
)
from parts.commands.receipts import OverDelivery, receive_order_line
from parts.commands.refusals import (
    Circle,
    ConflictingDemand,
    InsufficientStock,
    MoreThanWanted,
    NumberTaken,
    OwnedStock,
    WholePieces,
    WrongState,
)
from parts.commands.reservations import (
    release_hold,
    release_lapsed_holds,
    reserve_for_demand,
    reserve_for_demands,
    reserve_stock,
)
from parts.commands.reversals import reverse_movement
from parts.commands.stock import (
    adjust_stock,
    move_stock,
    receive_stock,
    scrap_stock,
)

__all__ = [
    "Circle",
    "ConflictingDemand",
    "InsufficientStock",
    "MoreThanWanted",
    "NothingToShip",
    "NumberTaken",
    "Ordered",
    "OverDelivery",
    "OwnedStock",
    "Sold",
    "WholePieces",
    "Wish",
    "WrongState",
    "adjust_stock",
    "cancel_demand",
    "cancel_parts_order",
    "cancel_purchase_order",
    "change_demand",
    "change_due_date",
    "check_all_availability",
    "check_availability",
    "confirm_parts_order",
    "create_purchase_order",
    "issue_parts",
    "move_stock",
    "note_part_edited",
    "place_parts_order",
    "raise_demand",
    "raise_demands",
    "receive_order_line",
    "receive_stock",
    "release_hold",
    "release_lapsed_holds",
    "reserve_for_demand",
    "reserve_for_demands",
    "reserve_stock",
    "return_parts",
    "reverse_movement",
    "scrap_stock",
    "send_purchase_order",
    "ship_parts_order",
]

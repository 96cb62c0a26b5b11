"""What changes in the parts house. The only place that writes.

Commands that create or move something take the caller's ``key`` and run once under
it; a key counts per command, so a command from above may hand its own key down. Locks
are taken in one order: stocktakes, orders of customers, demands, order lines, purchase
orders, levels, units, audit chains.
"""

from parts.commands.arrivals import note_arrivals
from parts.commands.availability import check_all_availability, check_availability
from parts.commands.catalogue import note_part_edited
from parts.commands.count_writing import (
    CountedSince,
    SecondPersonNeeded,
    cancel_count,
    post_count,
    reopen_count,
    submit_count,
)
from parts.commands.counting import enter_find, open_count
from parts.commands.demands import (
    Wish,
    cancel_demand,
    change_demand,
    raise_demand,
    raise_demands,
)
from parts.commands.issues import issue_parts, return_parts
from parts.commands.leadtimes import learn_lead_times
from parts.commands.orders import (
    NothingToShip,
    Sold,
    cancel_parts_order,
    confirm_parts_order,
    place_parts_order,
    ship_parts_order,
)
from parts.commands.owned import NotOwned, hand_back_owned, receive_owned
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
    SerialTaken,
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
from parts.commands.units import UnitsNeeded

__all__ = [
    "Circle",
    "ConflictingDemand",
    "CountedSince",
    "InsufficientStock",
    "MoreThanWanted",
    "NotOwned",
    "NothingToShip",
    "NumberTaken",
    "Ordered",
    "OverDelivery",
    "OwnedStock",
    "SecondPersonNeeded",
    "SerialTaken",
    "Sold",
    "UnitsNeeded",
    "WholePieces",
    "Wish",
    "WrongState",
    "adjust_stock",
    "cancel_count",
    "cancel_demand",
    "cancel_parts_order",
    "cancel_purchase_order",
    "change_demand",
    "change_due_date",
    "check_all_availability",
    "check_availability",
    "confirm_parts_order",
    "create_purchase_order",
    "enter_find",
    "hand_back_owned",
    "issue_parts",
    "learn_lead_times",
    "move_stock",
    "note_arrivals",
    "note_part_edited",
    "open_count",
    "place_parts_order",
    "post_count",
    "raise_demand",
    "raise_demands",
    "receive_order_line",
    "receive_owned",
    "receive_stock",
    "release_hold",
    "release_lapsed_holds",
    "reopen_count",
    "reserve_for_demand",
    "reserve_for_demands",
    "reserve_stock",
    "return_parts",
    "reverse_movement",
    "scrap_stock",
    "send_purchase_order",
    "ship_parts_order",
    "submit_count",
]

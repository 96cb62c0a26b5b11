"""What the parts house is asked. Nothing here writes."""

from parts.queries.answering import Answer, answers
from parts.queries.catalogue import (
    Found,
    leads_back,
    look_up_number,
    search_parts,
    successors_of,
)
from parts.queries.customer_orders import (
    OrderLinePage,
    OrderPage,
    customer_order_page,
    customer_orders,
)
from parts.queries.sentences import (
    availability_hint,
    availability_sentence,
    place_clause,
)
from parts.queries.situation import Situation, connected_parts, read_situation
from parts.queries.stock import (
    DeskCounts,
    Position,
    SubjectShortage,
    counts_due,
    desk_counts,
    incoming,
    orders_to_pick,
    part_history,
    shortages,
    shortages_by_subject,
    stock_position,
)

__all__ = [
    "Answer",
    "DeskCounts",
    "Found",
    "OrderLinePage",
    "OrderPage",
    "Position",
    "Situation",
    "SubjectShortage",
    "answers",
    "availability_hint",
    "availability_sentence",
    "connected_parts",
    "counts_due",
    "customer_order_page",
    "customer_orders",
    "desk_counts",
    "incoming",
    "leads_back",
    "look_up_number",
    "orders_to_pick",
    "part_history",
    "place_clause",
    "read_situation",
    "search_parts",
    "shortages",
    "shortages_by_subject",
    "stock_position",
    "successors_of",
]

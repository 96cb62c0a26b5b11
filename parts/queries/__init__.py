"""What the parts house is asked. Nothing here writes."""

from parts.queries.answering import Answer, answers
from parts.queries.catalogue import (
    Found,
    leads_back,
    look_up_number,
    successors_of,
)
from parts.queries.connected import connected_parts
from parts.queries.counting import (
    Difference,
    being_counted,
    bins_below,
    costs_of,
    count_lines,
    counts_due,
    difference_of,
    levels_to_count,
    with_last_counted,
)
from parts.queries.customer_orders import (
    OrderLinePage,
    OrderPage,
    PaperLink,
    Whereabouts,
    customer_order_page,
    customer_orders,
)
from parts.queries.hints import availability_hint, availability_hints
from parts.queries.leadtimes import ENOUGH_SAMPLES, Learnt, learnt_leads
from parts.queries.offers import Offered, live_offers
from parts.queries.order_money import (
    OrderMoney,
    Sum,
    line_amount,
    order_money,
    quote_digest,
)
from parts.queries.papers import Paper, paper
from parts.queries.purchasing import (
    LateLine,
    backorder_list,
    backorders,
    chase_list,
    open_lines,
    order_warnings,
)
from parts.queries.sentences import (
    availability_sentence,
    learnt_text,
    place_clause,
)
from parts.queries.situation import Situation, read_situation
from parts.queries.stock import (
    DeskCounts,
    Position,
    SubjectShortage,
    desk_counts,
    incoming,
    orders_to_pick,
    part_history,
    shortages,
    shortages_by_subject,
    stock_position,
)

__all__ = [
    "ENOUGH_SAMPLES",
    "Answer",
    "DeskCounts",
    "Difference",
    "Found",
    "LateLine",
    "Learnt",
    "Offered",
    "OrderLinePage",
    "OrderMoney",
    "OrderPage",
    "Paper",
    "PaperLink",
    "Position",
    "Situation",
    "SubjectShortage",
    "Sum",
    "Whereabouts",
    "answers",
    "availability_hint",
    "availability_hints",
    "availability_sentence",
    "backorder_list",
    "backorders",
    "being_counted",
    "bins_below",
    "chase_list",
    "connected_parts",
    "costs_of",
    "count_lines",
    "counts_due",
    "customer_order_page",
    "customer_orders",
    "desk_counts",
    "difference_of",
    "incoming",
    "leads_back",
    "learnt_leads",
    "learnt_text",
    "levels_to_count",
    "line_amount",
    "live_offers",
    "look_up_number",
    "open_lines",
    "order_money",
    "order_warnings",
    "orders_to_pick",
    "paper",
    "part_history",
    "place_clause",
    "quote_digest",
    "read_situation",
    "shortages",
    "shortages_by_subject",
    "stock_position",
    "successors_of",
    "with_last_counted",
]

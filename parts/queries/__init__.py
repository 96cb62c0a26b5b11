"""What the parts house is asked. Nothing here writes."""

from parts.queries.answering import (
    Answer,
    answers,
)
from parts.queries.asking import (
    Compared,
    ComparedLine,
    comparison,
    rates_to,
    rfq_for_supplier,
)
from parts.queries.catalogue import (
    categories,
    look_up_number,
    number_of,
)
from parts.queries.conditions import (
    AnyCar,
    Car,
    Fit,
)
from parts.queries.connected import (
    connected_parts,
)
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
    quotes_waiting,
)
from parts.queries.explaining import (
    explain_part,
    offer_text,
)
from parts.queries.fitting import (
    FittedCar,
    Fitting,
    FittingGroup,
    car_of,
    cars_fitted,
    fits_car,
    what_fits,
)
from parts.queries.hints import (
    availability_hint,
    availability_hints,
)
from parts.queries.kits import (
    KitNode,
    KitRecipe,
    KitTree,
    free_by_site,
    kit_recipe,
    kit_shares,
    kit_tree,
    kits_above,
    unit_costs,
)
from parts.queries.leadtimes import (
    ENOUGH_SAMPLES,
    Learnt,
    learnt_leads,
    with_learnt,
)
from parts.queries.numbers import (
    Decoded,
    decode_number,
)
from parts.queries.offers import (
    Offered,
    live_offers,
)
from parts.queries.order_money import (
    OrderMoney,
    Sum,
    line_amount,
    order_money,
    quote_digest,
)
from parts.queries.paper_layout import (
    Paper,
)
from parts.queries.papers import (
    paper,
)
from parts.queries.purchasing import (
    LateLine,
    backorder_list,
    backorders,
    chase_list,
    line_version,
    open_lines,
    order_warnings,
)
from parts.queries.putting_away import (
    ToPutAway,
    to_put_away,
)
from parts.queries.reordering import (
    Proposal,
    Reason,
    proposals,
)
from parts.queries.replacing import (
    MovableDemand,
    ReplacePreview,
    Verdict,
    replace_preview,
    verdicts,
)
from parts.queries.scanning import (
    Meaning,
    coming_of,
    lying_at,
    lying_in,
    lying_of,
    read_scan,
    unit_story,
    wanted_of,
)
from parts.queries.searching import (
    Everything,
    Hits,
    search_everything,
)
from parts.queries.sentences import (
    availability_sentence,
    condition_words,
    learnt_text,
    limit_text,
    place_clause,
    step_words,
)
from parts.queries.situation import (
    Situation,
    read_situation,
)
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
from parts.queries.succession import (
    Found,
    FoundLead,
    follow,
    read_steps,
    successions_of,
    successors_of,
    way_back,
)
from parts.queries.valuation import (
    Lying,
    SiteWorth,
    Trail,
    Worth,
    receipts_to_burden,
    stock_value,
)
from parts.queries.watching import (
    waits_for,
)

__all__ = [
    "ENOUGH_SAMPLES",
    "Answer",
    "AnyCar",
    "Car",
    "Compared",
    "ComparedLine",
    "Decoded",
    "DeskCounts",
    "Difference",
    "Everything",
    "Fit",
    "FittedCar",
    "Fitting",
    "FittingGroup",
    "Found",
    "FoundLead",
    "Hits",
    "KitNode",
    "KitRecipe",
    "KitTree",
    "LateLine",
    "Learnt",
    "Lying",
    "Meaning",
    "MovableDemand",
    "Offered",
    "OrderLinePage",
    "OrderMoney",
    "OrderPage",
    "Paper",
    "PaperLink",
    "Position",
    "Proposal",
    "Reason",
    "ReplacePreview",
    "SiteWorth",
    "Situation",
    "SubjectShortage",
    "Sum",
    "ToPutAway",
    "Trail",
    "Verdict",
    "Whereabouts",
    "Worth",
    "answers",
    "availability_hint",
    "availability_hints",
    "availability_sentence",
    "backorder_list",
    "backorders",
    "being_counted",
    "bins_below",
    "car_of",
    "cars_fitted",
    "categories",
    "chase_list",
    "coming_of",
    "comparison",
    "condition_words",
    "connected_parts",
    "costs_of",
    "count_lines",
    "counts_due",
    "customer_order_page",
    "customer_orders",
    "decode_number",
    "desk_counts",
    "difference_of",
    "explain_part",
    "fits_car",
    "follow",
    "free_by_site",
    "incoming",
    "kit_recipe",
    "kit_shares",
    "kit_tree",
    "kits_above",
    "learnt_leads",
    "learnt_text",
    "levels_to_count",
    "limit_text",
    "line_amount",
    "line_version",
    "live_offers",
    "look_up_number",
    "lying_at",
    "lying_in",
    "lying_of",
    "number_of",
    "offer_text",
    "open_lines",
    "order_money",
    "order_warnings",
    "orders_to_pick",
    "paper",
    "part_history",
    "place_clause",
    "proposals",
    "quote_digest",
    "quotes_waiting",
    "rates_to",
    "read_scan",
    "read_situation",
    "read_steps",
    "receipts_to_burden",
    "replace_preview",
    "rfq_for_supplier",
    "search_everything",
    "shortages",
    "shortages_by_subject",
    "step_words",
    "stock_position",
    "stock_value",
    "successions_of",
    "successors_of",
    "to_put_away",
    "unit_costs",
    "unit_story",
    "verdicts",
    "waits_for",
    "wanted_of",
    "way_back",
    "what_fits",
    "with_last_counted",
    "with_learnt",
]

"""What changes in the parts house. The only place that writes.

Commands that create or move something take the caller's ``key`` and run once under
it; a key counts per command, so a command from above may hand its own key down. Locks
are taken in one order: landed costs, stocktakes, orders of customers (a parcel or a
return is locked with its order), requests for quotation, demands, order lines, purchase
orders, levels, units, audit chains.
"""

from parts.commands.arrivals import (
    note_arrivals,
)
from parts.commands.asking import (
    AskedFor,
    cancel_rfq,
    choose_quotes,
    create_rfq,
    send_rfq,
)
from parts.commands.availability import (
    check_all_availability,
    check_availability,
)
from parts.commands.back_orders import (
    serve_back_orders,
)
from parts.commands.catalogue import (
    Component,
    change_life,
    note_part_edited,
    set_kit,
)
from parts.commands.chasing import (
    chase_order_line,
)
from parts.commands.closing import (
    cancel_order_rest,
    close_order_line,
)
from parts.commands.count_writing import (
    CountedSince,
    SecondPersonNeeded,
    cancel_count,
    post_count,
    reopen_count,
    submit_count,
)
from parts.commands.counting import (
    enter_find,
    open_count,
)
from parts.commands.demands import (
    Wish,
    raise_demand,
    raise_demands,
)
from parts.commands.drafting import (
    add_order_line,
    change_order_line,
    remove_order_line,
)
from parts.commands.files import attach_part_file, remove_part_file
from parts.commands.issues import (
    issue_parts,
)
from parts.commands.job_returns import (
    return_parts,
)
from parts.commands.kit_making import (
    ComponentsMissing,
)
from parts.commands.kits import (
    assemble_kit,
    take_kit_apart,
)
from parts.commands.landing import (
    MOST_RECEIPTS,
    add_landed_cost,
    spread,
)
from parts.commands.landing_undone import (
    undo_landed_cost,
)
from parts.commands.leadtimes import (
    learn_lead_times,
)
from parts.commands.numbering import (
    end_numbers,
    number_pieces,
)
from parts.commands.order_billing import (
    invoice_parts_order,
)
from parts.commands.order_ends import (
    cancel_order_lines,
    cancel_parts_order,
)
from parts.commands.order_states import (
    subject_of,
)
from parts.commands.orders import (
    DepositOpen,
    QuoteExpired,
    accept_quote,
    confirm_parts_order,
    settle_deposit,
    settle_paid_deposit,
    waive_deposit,
)
from parts.commands.owned import (
    NotOwned,
    hand_back_owned,
    receive_owned,
)
from parts.commands.picking import (
    NothingToShip,
    NotOnThisList,
    NotPicked,
    cancel_pick_list,
    create_pick_list,
    pack_shipment,
    pick_by_scan,
    pick_line,
)
from parts.commands.provenance import note_provenance
from parts.commands.purchasing import (
    Ordered,
    cancel_purchase_order,
    change_due_date,
    create_purchase_order,
    send_purchase_order,
)
from parts.commands.putting_away import (
    JustReserved,
    PutAway,
    put_away,
    quarantine_stock,
    release_quarantine,
)
from parts.commands.quote_holds import (
    hold_quote,
)
from parts.commands.quote_terms import (
    Sold,
    Terms,
)
from parts.commands.quotes import (
    NoRate,
    change_quote,
    offer_quote,
    place_parts_order,
)
from parts.commands.quoting import (
    Quoted,
    decline_rfq,
    record_quotes,
)
from parts.commands.receipts import (
    OverDelivery,
    receive_order_line,
)
from parts.commands.refusals import (
    BeingPicked,
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
from parts.commands.reordering import (
    order_proposals,
)
from parts.commands.replacing import (
    replace_part,
)
from parts.commands.reservations import (
    release_hold,
    release_lapsed_holds,
    reserve_stock,
)
from parts.commands.return_ends import (
    refund_return,
    refuse_return,
)
from parts.commands.returns import (
    agree_return,
    receive_return,
)
from parts.commands.reversals import (
    REVERSIBLE,
    reverse_movement,
)
from parts.commands.sharing import (
    reserve_for_demand,
    reserve_for_demands,
)
from parts.commands.shipping import (
    deliver_shipment,
    ship_parts_order,
    ship_shipment,
)
from parts.commands.stock import (
    adjust_stock,
    move_stock,
    receive_stock,
    scrap_stock,
)
from parts.commands.succession import (
    SuccessionTerms,
    add_alternate,
    add_supersession,
    end_supersession,
    remove_alternate,
)
from parts.commands.units import (
    UnitsNeeded,
)
from parts.commands.watching import (
    Seen,
    look_at_watches,
    note_observation,
    note_observations,
    unwatch_part,
    watch_part,
)
from parts.commands.wishes import (
    cancel_demand,
    change_demand,
)

__all__ = [
    "MOST_RECEIPTS",
    "REVERSIBLE",
    "AskedFor",
    "BeingPicked",
    "Circle",
    "Component",
    "ComponentsMissing",
    "ConflictingDemand",
    "CountedSince",
    "DepositOpen",
    "InsufficientStock",
    "JustReserved",
    "MoreThanWanted",
    "NoRate",
    "NotOnThisList",
    "NotOwned",
    "NotPicked",
    "NothingToShip",
    "NumberTaken",
    "Ordered",
    "OverDelivery",
    "OwnedStock",
    "PutAway",
    "QuoteExpired",
    "Quoted",
    "SecondPersonNeeded",
    "Seen",
    "SerialTaken",
    "Sold",
    "SuccessionTerms",
    "Terms",
    "UnitsNeeded",
    "WholePieces",
    "Wish",
    "WrongState",
    "accept_quote",
    "add_alternate",
    "add_landed_cost",
    "add_order_line",
    "add_supersession",
    "adjust_stock",
    "agree_return",
    "assemble_kit",
    "attach_part_file",
    "cancel_count",
    "cancel_demand",
    "cancel_order_lines",
    "cancel_order_rest",
    "cancel_parts_order",
    "cancel_pick_list",
    "cancel_purchase_order",
    "cancel_rfq",
    "change_demand",
    "change_due_date",
    "change_life",
    "change_order_line",
    "change_quote",
    "chase_order_line",
    "check_all_availability",
    "check_availability",
    "choose_quotes",
    "close_order_line",
    "confirm_parts_order",
    "create_pick_list",
    "create_purchase_order",
    "create_rfq",
    "decline_rfq",
    "deliver_shipment",
    "end_numbers",
    "end_supersession",
    "enter_find",
    "hand_back_owned",
    "hold_quote",
    "invoice_parts_order",
    "issue_parts",
    "learn_lead_times",
    "look_at_watches",
    "move_stock",
    "note_arrivals",
    "note_observation",
    "note_observations",
    "note_part_edited",
    "note_provenance",
    "number_pieces",
    "offer_quote",
    "open_count",
    "order_proposals",
    "pack_shipment",
    "pick_by_scan",
    "pick_line",
    "place_parts_order",
    "post_count",
    "put_away",
    "quarantine_stock",
    "raise_demand",
    "raise_demands",
    "receive_order_line",
    "receive_owned",
    "receive_return",
    "receive_stock",
    "record_quotes",
    "refund_return",
    "refuse_return",
    "release_hold",
    "release_lapsed_holds",
    "release_quarantine",
    "remove_alternate",
    "remove_order_line",
    "remove_part_file",
    "reopen_count",
    "replace_part",
    "reserve_for_demand",
    "reserve_for_demands",
    "reserve_stock",
    "return_parts",
    "reverse_movement",
    "scrap_stock",
    "send_purchase_order",
    "send_rfq",
    "serve_back_orders",
    "set_kit",
    "settle_deposit",
    "settle_paid_deposit",
    "ship_parts_order",
    "ship_shipment",
    "spread",
    "subject_of",
    "submit_count",
    "take_kit_apart",
    "undo_landed_cost",
    "unwatch_part",
    "waive_deposit",
    "watch_part",
]

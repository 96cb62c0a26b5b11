"""What the commands, tasks, codes and own sentences of the parts house are called."""

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, npgettext, pgettext_lazy

from common import names, sentences
from common.formats import plural

COMMANDS = {
    "add_alternate": _("Stand-in entered"),
    "add_supersession": _("Successor entered"),
    "attach_part_file": _("Photo or document added"),
    "change_life": _("Life of the part changed"),
    "end_supersession": _("Successor ended"),
    "look_at_watch": _("Watch alert looked at"),
    "remove_alternate": _("Stand-in taken back"),
    "remove_part_file": _("Photo or document removed"),
    "replace_part": _("Part replaced everywhere"),
    "set_kit": _("Contents of a kit changed"),
    "assemble_kit": _("Kits put together"),
    "take_kit_apart": _("Kits taken apart"),
    "unwatch_part": _("Number no longer watched"),
    "watch_part": _("Number watched"),
    "accept_quote": _("Quote accepted"),
    "add_order_line": _("Line added to a supplier order"),
    "add_landed_cost": _("Landed cost added"),
    "undo_landed_cost": _("Landed cost undone"),
    "adjust_stock": _("Stock counted"),
    "agree_return": _("Return agreed"),
    "cancel_count": _("Stocktake given up"),
    "cancel_demand": _("Wish given up"),
    "approve_import": _("File approved for writing"),
    "ask_check": _("File to be checked again"),
    "match_columns": _("Columns of a file matched"),
    "read_again": _("File read in another way"),
    "cancel_import": _("File given up"),
    "cancel_order_lines": _("Rest of an order given up"),
    "cancel_order_rest": _("Rest of a supplier order given up"),
    "cancel_parts_order": _("Customer's order cancelled"),
    "cancel_pick_list": _("Pick list cancelled"),
    "cancel_rfq": _("Request for quotation given up"),
    "choose_quotes": _("Request for quotation decided"),
    "create_rfq": _("Request for quotation written"),
    "decline_rfq": _("Supplier has nothing to offer"),
    "record_quotes": _("Supplier's answers written down"),
    "send_rfq": _("Request for quotation sent"),
    "order_proposals": _("Proposed parts put on drafts"),
    "cancel_purchase_order": _("Supplier order cancelled"),
    "change_demand": _("Wish changed"),
    "change_due_date": _("Due date moved"),
    "change_quote": _("Quote changed"),
    "change_order_line": _("Line of a supplier order changed"),
    "chase_order_line": _("Supplier asked about a late line"),
    "close_order_line": _("Line delivered short closed"),
    "confirm_parts_order": _("Customer's order confirmed"),
    "create_pick_list": _("Pick list written"),
    "create_purchase_order": _("Supplier order written"),
    "deliver_shipment": _("Parcel delivered"),
    "edit_part": _("Part edited"),
    "enter_find": _("Position counted"),
    "hand_back_owned": _("Handed back to its owner"),
    "hold_quote": _("Parts held for a quote"),
    "invoice_parts_order": _("Customer's order invoiced"),
    "issue_parts": _("Parts issued"),
    "move_stock": _("Stock moved"),
    "note_provenance": _("Provenance noted"),
    "number_pieces": _("Kept by serial number from now on"),
    "end_numbers": _("Kept by serial number no longer"),
    "offer_quote": _("Quote sent"),
    "open_count": _("Stocktake opened"),
    "pack_shipment": _("Parcel packed"),
    "pick_line": _("Line picked"),
    "place_parts_order": _("Quote written for a customer"),
    "post_count": _("Stocktake written"),
    "put_away": _("Put away"),
    "raise_demands": _("Wishes raised"),
    "receive_order_line": _("Delivery received"),
    "receive_owned": _("Customer's pieces received"),
    "receive_return": _("Customer's return received"),
    "receive_stock": _("Stock received"),
    "refund_return": _("Return refunded"),
    "refuse_return": _("Return refused"),
    "release_hold": _("Hold released"),
    "reopen_count": _("Stocktake opened again"),
    "remove_order_line": _("Line taken off a supplier order"),
    "reserve_for_demands": _("Parts held for wishes"),
    "reserve_stock": _("Stock held"),
    "return_parts": _("Parts returned"),
    "reverse_movement": _("Movement undone"),
    "scrap_stock": _("Stock scrapped"),
    "send_purchase_order": _("Supplier order sent"),
    "settle_deposit": _("Deposit received, parts held"),
    "ship_parts_order": _("Customer's order shipped"),
    "ship_shipment": _("Parcel shipped"),
    "start_import": _("File handed in"),
    "submit_count": _("Stocktake added up"),
    "waive_deposit": _("Parts held before the deposit"),
    "write_import": _("File written"),
}
TASKS = {
    "parts.check_all": _("Ask again about all parts"),
    "parts.check_availability": _("Ask again about some parts"),
    "parts.learn_all_lead_times": _("Learn how long suppliers take"),
    "parts.learn_lead_times": _("Learn how long a supplier takes"),
    "parts.note_arrivals": _("See whether all parts are here"),
    "parts.check_import": _("Check a file"),
    "parts.invoice_paid": _("Hold parts for a paid deposit"),
    "parts.mail_credit": _("Mail that an order is given up and credited"),
    "parts.mail_deposit": _("Mail that a deposit has come"),
    "parts.mail_quote": _("Mail a quote"),
    "parts.mail_refund": _("Mail that money goes back"),
    "parts.mail_rfq": _("Mail a request for quotation"),
    "parts.mail_shipped": _("Mail that a parcel has left"),
    "parts.release_lapsed_holds": _("Release holds that have lapsed"),
    "parts.write_import": _("Write a file"),
}
# A category is a path of these words, such as engine/timing.
CATEGORIES: dict[str, str | Promise] = {
    "body": pgettext_lazy("category", "Body"),
    "brake": pgettext_lazy("category", "Brakes"),
    "clutch": pgettext_lazy("category", "Clutch"),
    "cooling": pgettext_lazy("category", "Cooling"),
    "drivetrain": pgettext_lazy("category", "Drivetrain"),
    "electrical": pgettext_lazy("category", "Electrics"),
    "engine": pgettext_lazy("category", "Engine"),
    "example": pgettext_lazy("category", "Examples"),
    "exhaust": pgettext_lazy("category", "Exhaust"),
    "exterior": pgettext_lazy("category", "Exterior"),
    "fluids": pgettext_lazy("category", "Fluids"),
    "fuel": pgettext_lazy("category", "Fuel"),
    "heritage": pgettext_lazy("category", "Heritage"),
    "hose": pgettext_lazy("category", "Hoses"),
    "ignition": pgettext_lazy("category", "Ignition"),
    "intake": pgettext_lazy("category", "Intake"),
    "interior": pgettext_lazy("category", "Interior"),
    "lubrication": pgettext_lazy("category", "Lubrication"),
    "reinforcement": pgettext_lazy("category", "Reinforcement"),
    "repair": pgettext_lazy("category", "Repair"),
    "seals": pgettext_lazy("category", "Seals"),
    "special tool": pgettext_lazy("category", "Special tools"),
    "steering": pgettext_lazy("category", "Steering"),
    "suspension": pgettext_lazy("category", "Suspension"),
    "timing": pgettext_lazy("category", "Timing"),
    "turbo": pgettext_lazy("category", "Turbocharger"),
}
SENTENCES = (
    gettext_noop("Demo opening stock"),
    gettext_noop("Demo: came for this car"),
    gettext_noop("The supplier makes the next batch later"),
    gettext_noop("The supplier's own delivery is late"),
    gettext_noop("Ordered by express instead"),
    gettext_noop("Bought over the counter for the story"),
    # Under which condition one part may take another's place.
    gettext_noop("Stronger N1 block; NISMO requires it from S2 upward"),
    gettext_noop("RB25 family line; RB26 use must be checked"),
    gettext_noop("Uprated: raises the pressure over the standard cap"),
    gettext_noop(
        "Other grade: NISMO uprated belt; the source says that it replaces the "
        "standard one, not that the standard one has ended"
    ),
    gettext_noop("alternative to %(number)s"),
    # How sure it is that a part fits.
    gettext_noop("to be checked"),
    gettext_noop("to be checked: %(what)s"),
    gettext_noop("RB26 front diff"),
    gettext_noop("unconfirmed"),
    gettext_noop("16-inch brakes"),
    gettext_noop("all RB twin cam"),
    gettext_noop("RB twin cam"),
    gettext_noop("R34 part used on R32"),
    gettext_noop("RB20DET part; same plug type as RB26, to be checked"),
    gettext_noop("family"),
    gettext_noop("per numbering; check"),
    gettext_noop("per source set of two numbers"),
    gettext_noop("RB25 part; RB26 use to be checked"),
    gettext_noop("shared with Z32 TT per source; 16-inch brakes (our reading)"),
    gettext_noop("as part of engine menu S2"),
    gettext_noop("also RB20DET, RB25DET, 260RS"),
)


def register() -> None:
    """Tell the ground these names."""
    names.register(commands=COMMANDS, tasks=TASKS)
    sentences.register(SENTENCES)


def unit_name(part: Any, quantity: Decimal | int = 2) -> str:
    """Return in what a part is counted; an unknown unit stays as it is.

    Args:
        part: the part.
        quantity: how many are spoken of.
    """
    if part.unit == "EACH":
        return npgettext("unit", "pc", "pcs", plural(quantity))
    choice = getattr(part, "get_unit_display", None)
    return str(choice() if choice else part.unit)


def category_name(category: str) -> str:
    """Return a category's path in words; an unknown word stays as it is."""
    return " › ".join(str(CATEGORIES.get(word, word)) for word in category.split("/"))

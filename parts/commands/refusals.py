"""What commands on stock refuse, and how the database's own refusals are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, InvalidInput, NotFound, Text

# The columns' scale and width: numeric(12, 3).
STEP = Decimal("0.001")
# More than this in one line is a slip of the finger; the ledger refuses it too.
MOST = Decimal("100000")


class InsufficientStock(DomainError):
    """Less is free than was asked for."""

    title = _("Not enough in stock")
    default_sentence = _("There is not enough free stock for this.")
    todo = _("Ask for less, choose another bin, or order more.")


class ConflictingDemand(DomainError):
    """The key already stands for another wish or another hold."""

    title = _("Key already used")
    default_sentence = _("This wish already exists with other contents.")


class NumberTaken(DomainError):
    """Another order carries this number already."""

    title = _("Number already used")
    default_sentence = _("Another order carries this number already.")
    todo = _("Choose another number, or leave it empty for the next of ours.")


class MoreThanWanted(DomainError):
    """Nobody draws or ships more than was asked for; more is a new wish."""

    title = _("More than was asked for")
    default_sentence = _("This is more than was asked for.")


class WrongState(DomainError):
    """The order or wish is past the point where this can be done."""

    title = _("Not in this state")
    default_sentence = _("This cannot be done in its present state.")


class WholePieces(InvalidInput):
    """A fraction of something that is counted in pieces, sets or pairs."""

    default_sentence = _(
        "A fraction was given; this part is counted in whole pieces, sets or pairs."
    )

    def __init__(
        self,
        sentence: Text | None = None,
        /,
        *,
        field: str = "quantity",
        **context: Any,
    ) -> None:
        super().__init__(sentence, field=field, **context)


class OwnedStock(DomainError):
    """The pieces are a customer's: kept for them, never sold."""

    title = _("Belongs to a customer")
    default_sentence = _("These pieces belong to a customer and are never sold.")
    todo = _("Take pieces of the house, or hand these back to their owner.")


class SerialTaken(DomainError):
    """Another piece of this part carries the serial number."""

    title = _("Serial number taken")
    default_sentence = _("Another piece of this part carries this serial number.")
    todo = _("Look at the piece itself and type its number again.")


class BeingPicked(DomainError):
    """The pieces are on a pick list: whoever packs them counts on them."""

    title = _("Being picked")
    default_sentence = _("These pieces are on an open pick list.")
    todo = _("Cancel the pick list first; then they can be let go.")


class Circle(DomainError):
    """The new row would lead, step by step, back to where it starts."""

    title = _("Closes a circle")
    default_sentence = _("This would lead step by step back to where it starts.")
    todo = _("Look at the steps that exist and turn or remove one of them.")


# What a constraint would say if a command's own checks ever let something through.
BY_CONSTRAINT: dict[str, type[DomainError]] = {
    "parts_level_reserved_within_on_hand": InsufficientStock,
    "parts_movement_balance_not_negative": InsufficientStock,
    "parts_orderline_reserved_within_incoming": InsufficientStock,
    "parts_reservation_one_held_per_level": ConflictingDemand,
    "parts_reservation_one_held_per_line": ConflictingDemand,
    "parts_demand_drawn_within_quantity": MoreThanWanted,
    "parts_purchaseorder_number_key": NumberTaken,
    "parts_whole_pieces": WholePieces,
    "parts_owned_is_not_sold": OwnedStock,
    "parts_unit_serial_once": SerialTaken,
    "parts_picked_stays_held": BeingPicked,
    "parts_supersession_no_circle": Circle,
    "parts_kitline_no_circle": Circle,
    "parts_bin_no_circle": Circle,
}


@contextmanager
def lawful() -> Iterator[None]:
    """Let a constraint's refusal reach people as the refusal it stands for."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        refusal = BY_CONSTRAINT.get(name or "")
        if refusal is None:
            raise
        raise refusal from error


def exact(quantity: Decimal, field: str = "quantity") -> Decimal:
    """Return a quantity above zero in the columns' own spelling.

    Raises:
        InvalidInput: not above zero, too large, or finer than a thousandth.
    """
    if not quantity.is_finite() or not 0 < quantity <= MOST:
        raise InvalidInput(
            _(
                "%(quantity)s was given; a quantity above zero, at most 100,000,"
                " was expected."
            ),
            field=field,
            quantity=quantity,
        )
    stepped = quantity.quantize(STEP)
    if stepped != quantity:
        raise InvalidInput(
            _("%(quantity)s has more than three decimal places."),
            field=field,
            quantity=quantity,
        )
    return stepped


def shown(quantity: Decimal) -> str:
    """Write a quantity as people do: 2, not 2.000."""
    return f"{quantity.normalize():f}"


def needed_reason(reason: str) -> str:
    """Return the reason without its edges.

    Raises:
        InvalidInput: there is none, or it is longer than 200 characters.
    """
    text = reason.strip()
    if not text or len(text) > 200:
        raise InvalidInput(_("Give a reason of 1 to 200 characters."), field="reason")
    return text


def missing(field: str) -> NotFound:
    """Return the refusal for a row that a field names and that does not exist."""
    return NotFound(_("%(field)s names something that does not exist."), field=field)

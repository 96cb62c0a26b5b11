"""The commands on the left, the plain store on the right: what tests drive at random.

Each example works inside a savepoint that is rolled back.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
)

from common.errors import DomainError
from common.invariants import violations
from parts import commands
from parts.models import (
    Bin,
    Demand,
    PartsOrder,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    StockMovement,
)
from tests.parts.plain_house import PlainHouse
from tests.parts.plain_store import (
    BUYERS,
    OWNED,
    PLACES,
    QUARANTINE,
    SHELVES,
    Place,
    Wish,
)
from tests.parts.store import NOW, TODAY, D, Store, key

AT_FIRST = 2
few = st.integers(1, 4)
shelves = st.sampled_from(SHELVES)
places = st.sampled_from((*SHELVES, QUARANTINE))
which = st.integers(0, 1_000)


class Parts(RuleBasedStateMachine):
    """The commands on the left, the plain store on the right, compared each step."""

    store: Store
    customer_id: int
    owner_id: int
    supplier_id: int
    bins: dict[str, Bin]
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()
        self.plain = PlainHouse()
        self.wishes: list[Demand] = []
        self.quotes: list[str] = []
        self.orders: dict[int, PartsOrder] = {}
        self.lines: list[PurchaseOrderLine] = []
        for name in PLACES:
            self.plain.receive(name, AT_FIRST)

    def teardown(self) -> None:
        """Look at the laws, too, of every tenth example: they are many."""
        Parts.examples += 1
        broken = violations() if Parts.examples % 10 == 1 else []
        transaction.set_rollback(True)
        self._savepoint.__exit__(None, None, None)
        assert not broken

    def both(self, granted: bool, call: Callable[[], object]) -> None:
        """Do it in the database; it is granted there if it was here."""
        refusal = ""
        try:
            with transaction.atomic():
                call()
        except DomainError as error:
            refusal = f"{type(error).__name__}: {error}"
        assert granted == (not refusal), refusal or "was not refused"
        self.compare()

    def compare(self) -> None:
        levels = StockLevel.objects.values_list(
            "bin_id", "owner_id", "on_hand", "reserved"
        )
        assert sorted(levels, key=str) == sorted(
            (
                (
                    *self.whereabouts(name),
                    Decimal(level.on_hand),
                    Decimal(level.reserved),
                )
                for name, level in self.plain.levels.items()
            ),
            key=str,
        )
        demands = Demand.objects.order_by("pk").values_list(
            "quantity", "drawn", "state"
        )
        assert list(demands) == [
            (wish.quantity, wish.drawn, wish.state) for wish in self.plain.wishes
        ]
        lines = PurchaseOrderLine.objects.order_by("pk")
        assert list(lines.values_list("received", "reserved")) == [
            (line.received, line.reserved) for line in self.plain.lines
        ]
        self.compare_holds()

    def compare_holds(self) -> None:
        held = Reservation.objects.held().values_list(
            "demand_key", "level__bin_id", "order_line_id", "quantity"
        )
        assert sorted(held, key=str) == sorted(
            (
                (self.key_of(wish), *self.ids(place), Decimal(wish.holds[place]))
                for wish, place in self.plain.held()
            ),
            key=str,
        )

    def key_of(self, wish: Wish) -> str:
        """The key under which a wish, or a quote, holds."""
        for known, keys in (
            (self.plain.wishes, [row.demand_key for row in self.wishes]),
            (self.plain.quotes, self.quotes),
        ):
            for own, demand_key in zip(known, keys, strict=True):
                if own is wish:
                    return demand_key
        raise AssertionError("a wish that nobody has raised")

    def ids(self, place: Place) -> tuple[int | None, int | None]:
        """Bin and order line of a place."""
        if isinstance(place, str):
            return self.bins[place].pk, None
        return None, self.lines[place].pk

    def whereabouts(self, name: str) -> tuple[int, int | None]:
        """Bin of a place, and whose the pieces are."""
        bin_id = self.bins[name.removesuffix(BUYERS)].pk
        if name.endswith(BUYERS):
            return bin_id, self.customer_id
        return bin_id, self.owner_id if name == OWNED else None

    def level(self, name: str) -> int:
        bin_id, owner_id = self.whereabouts(name)
        return StockLevel.objects.get(bin=bin_id, owner=owner_id).pk

    def cards(self) -> list[int]:
        """The house's wishes for cards: what owners want is in a part of its own."""
        return [
            number
            for number, wish in enumerate(self.plain.wishes)
            if number not in self.orders and not wish.is_owners
        ]

    # --- coming and going -------------------------------------------------------
    @rule(shelf=places, pieces=few)
    def receive(self, shelf: str, pieces: int) -> None:
        granted = self.plain.receive(shelf, pieces)
        bin_id = self.bins[shelf].pk
        self.both(granted, lambda: self.store.receive(pieces, bin_id=bin_id))

    @rule(shelf=places, pieces=few)
    def scrap(self, shelf: str, pieces: int) -> None:
        self.both(
            self.plain.take("SCRAP", shelf, pieces),
            lambda: commands.scrap_stock(
                level_id=self.level(shelf),
                quantity=D(pieces),
                reason="broken",
                key=key(),
                at=NOW,
            ),
        )

    @rule(source=places, goal=places, pieces=few)
    def move(self, source: str, goal: str, pieces: int) -> None:
        self.both(
            self.plain.move(source, goal, pieces),
            lambda: commands.move_stock(
                level_id=self.level(source),
                bin_id=self.bins[goal].pk,
                quantity=D(pieces),
                reason="tidied",
                key=key(),
                at=NOW,
            ),
        )

    @rule(shelf=places, counted=st.integers(0, 8))
    def adjust(self, shelf: str, counted: int) -> None:
        self.both(
            self.plain.adjust(shelf, counted),
            lambda: commands.adjust_stock(
                level_id=self.level(shelf),
                counted=D(counted),
                reason="counted",
                key=key(),
                at=NOW,
            ),
        )

    # --- wishes of cards --------------------------------------------------------
    @rule(pieces=few)
    def want(self, pieces: int) -> None:
        granted = self.plain.want(pieces)
        self.both(granted, lambda: self.wishes.append(self.store.want(pieces)))

    @precondition(lambda self: self.cards())
    @rule(pick=which)
    def reserve(self, pick: int) -> None:
        number = self.cards()[pick % len(self.cards())]
        granted = self.plain.reserve(number)
        self.both(granted, lambda: self.store.reserve(self.wishes[number]))

    @precondition(lambda self: self.cards())
    @rule(pick=which, pieces=few)
    def issue(self, pick: int, pieces: int) -> None:
        number = self.cards()[pick % len(self.cards())]
        granted = self.plain.issue(number, pieces)
        self.both(granted, lambda: self.store.issue(self.wishes[number], pieces))

    @precondition(lambda self: self.cards())
    @rule(pick=which, shelf=places, pieces=few, again=st.booleans())
    def give_back(self, pick: int, shelf: str, pieces: int, again: bool) -> None:
        number = self.cards()[pick % len(self.cards())]
        self.both(
            self.plain.give_back(number, shelf, pieces, still_wanted=again),
            lambda: commands.return_parts(
                demand_id=self.wishes[number].pk,
                quantity=D(pieces),
                bin_id=self.bins[shelf].pk,
                reason="not needed",
                still_wanted=again,
                key=key(),
                at=NOW,
            ),
        )

    @precondition(lambda self: self.cards())
    @rule(pick=which)
    def cancel_wish(self, pick: int) -> None:
        number = self.cards()[pick % len(self.cards())]
        self.both(
            self.plain.cancel_wish(number),
            lambda: commands.cancel_demand(
                demand_id=self.wishes[number].pk, reason="given up", at=NOW
            ),
        )

    # --- orders to suppliers ----------------------------------------------------
    @rule(pieces=few, days=st.integers(1, 5))
    def order(self, pieces: int, days: int) -> None:
        granted = self.plain.order(pieces, days)
        self.both(
            granted,
            lambda: self.lines.append(
                self.store.order(pieces, days, supplier_id=self.supplier_id)
            ),
        )

    @precondition(lambda self: self.lines)
    @rule(pick=which, shelf=places, pieces=few)
    def arrive(self, pick: int, shelf: str, pieces: int) -> None:
        number = pick % len(self.lines)
        bin_id = self.bins[shelf].pk
        self.both(
            self.plain.receive(shelf, pieces, number),
            lambda: self.store.arrive(self.lines[number], pieces, bin_id=bin_id),
        )

    @precondition(lambda self: self.lines)
    @rule(pick=which, days=st.integers(1, 9))
    def postpone(self, pick: int, days: int) -> None:
        number = pick % len(self.lines)
        self.both(
            self.plain.postpone(number, days),
            lambda: commands.change_due_date(
                line_id=self.lines[number].pk,
                due_on=TODAY + timedelta(days=days),
                reason="late",
                at=NOW,
            ),
        )

    # --- orders of customers ----------------------------------------------------
    @rule(pieces=few)
    def sell(self, pieces: int) -> None:
        granted = self.plain.sell(pieces)
        self.both(granted, lambda: self.confirm(pieces))

    def confirm(self, pieces: int) -> None:
        line = commands.Sold(
            part_id=self.store.part.pk, quantity=D(pieces), unit_price=D(900)
        )
        order = commands.place_parts_order(
            customer_id=self.customer_id,
            site_id=self.store.site.pk,
            lines=[line],
            key=key(),
            at=NOW,
        )
        commands.confirm_parts_order(order_id=order.pk, at=NOW)
        self.orders[len(self.wishes)] = order
        self.wishes.append(order.lines.get().demand)

    @precondition(lambda self: self.orders)
    @rule(pick=which)
    def ship(self, pick: int) -> None:
        number = list(self.orders)[pick % len(self.orders)]
        self.both(
            self.plain.ship(number),
            lambda: commands.ship_parts_order(
                order_id=self.orders[number].pk, carrier="Yamato", key=key(), at=NOW
            ),
        )

    @precondition(lambda self: self.orders)
    @rule(pick=which)
    def cancel_order(self, pick: int) -> None:
        number = list(self.orders)[pick % len(self.orders)]
        self.both(
            self.plain.cancel_order(number),
            lambda: commands.cancel_parts_order(
                order_id=self.orders[number].pk, reason="given up", at=NOW
            ),
        )

    # --- undone -----------------------------------------------------------------
    @rule(pick=which)
    def reverse(self, pick: int) -> None:
        number = pick % len(self.plain.ledger)
        rows = StockMovement.objects.order_by("pk").values_list("pk", flat=True)
        self.both(
            self.plain.reverse(number),
            lambda: commands.reverse_movement(
                movement_id=rows[number], reason="a mistake", key=key(), at=NOW
            ),
        )

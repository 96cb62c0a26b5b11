"""The plain store goes on: put away, held by hand, counted, sold back, owned."""

from dataclasses import dataclass, field

from tests.parts.plain_store import (
    BUYERS,
    DOCK,
    OWNED,
    PLACES,
    QUARANTINE,
    Level,
    Place,
    PlainStore,
    Wish,
)


def buyers(place: str) -> str:
    """Where in a bin the pieces of the customer lie who buys here."""
    return place + BUYERS


@dataclass
class Find:
    """What was found in one place, and how far its ledger had come by then."""

    counted: int
    expected: int
    after: int


@dataclass
class Stocktake:
    """``also`` is to be counted as well, and nobody does: it is left out in the end."""

    is_over: bool = False
    finds: dict[str, Find] = field(default_factory=dict)
    also: set[str] = field(default_factory=set)


@dataclass
class Back:
    """Pieces that a customer sends back, taken in already."""

    wish: int
    place: str
    quantity: int
    state: str = "RECEIVED"


@dataclass
class PlainHouse(PlainStore):
    # Holds of nobody's wish, such as a quote's.
    quotes: list[Wish] = field(default_factory=list)
    stocktakes: list[Stocktake] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)

    # --- put away ---------------------------------------------------------------
    def put_away(self, shelf: str, quantity: int) -> bool:
        """From the dock to a shelf: free pieces first, then the oldest holds."""
        dock = self.levels[DOCK]
        if dock.on_hand < quantity:
            return False
        carried = max(0, quantity - dock.free)
        self._write("MOVE_OUT", DOCK, -quantity)
        self._write("MOVE_IN", shelf, quantity)
        self.ledger[-1].other = len(self.ledger) - 2
        self.ledger[-2].other = len(self.ledger) - 1
        dock.reserved -= carried
        self.levels[shelf].reserved += carried
        holders = [wish for wish in self.wishes + self.quotes if DOCK in wish.holds]
        for wish in sorted(holders, key=lambda each: each.born[DOCK]):
            piece = min(carried, wish.holds[DOCK])
            if piece:
                self._carry(wish, shelf, piece)
                carried -= piece
        return True

    def _carry(self, wish: Wish, shelf: str, piece: int) -> None:
        is_whole = piece == wish.holds[DOCK]
        if shelf not in wish.holds:
            self.births += 1
            # A hold that goes along whole keeps its turn.
            wish.born[shelf] = wish.born[DOCK] if is_whole else self.births
        wish.holds[shelf] = wish.holds.get(shelf, 0) + piece
        wish.holds[DOCK] -= piece
        if is_whole:
            del wish.holds[DOCK]
        wish.holds = dict(sorted(wish.holds.items(), key=lambda row: wish.born[row[0]]))

    # --- held by hand -----------------------------------------------------------
    def hold_quote(self, place: str, quantity: int) -> bool:
        """Hold for a key that no wish has."""
        if place in (QUARANTINE, OWNED) or self.levels[place].free < quantity:
            return False
        self.quotes.append(Wish(quantity))
        self._hold(self.quotes[-1], place, quantity)
        return True

    def hold_one(self, number: int, place: str, quantity: int) -> bool:
        wish = self.wishes[number]
        if place in wish.holds:
            return wish.holds[place] == quantity
        if place == QUARANTINE or (place == OWNED and not wish.is_owners):
            return False
        wanted = wish.remaining - wish.held(on_hand=True)
        if self.levels[place].free < quantity or quantity > wanted:
            return False
        if wish.state not in ("OPEN", "RESERVED"):
            return False
        self._hold(wish, place, quantity)
        self._give_back(wish, wish.remaining)
        return True

    def held(self) -> list[tuple[Wish, Place]]:
        """Every hold: whose it is and where."""
        return [(wish, p) for wish in self.wishes + self.quotes for p in wish.holds]

    def release(self, wish: Wish, place: Place) -> bool:
        self._release(wish, place, wish.holds[place])
        return True

    # --- orders to suppliers ----------------------------------------------------
    def cancel_supply(self, number: int) -> bool:
        line = self.lines[number]
        if line.is_cancelled:
            return True
        if line.received:
            return False
        self._let_go(number)
        line.is_cancelled = True
        return True

    def close_line(self, number: int) -> bool:
        line = self.lines[number]
        if line.is_closed:
            return True
        if line.is_cancelled or not line.left:
            return False
        self._let_go(number)
        line.is_closed, line.is_cancelled = True, not line.received
        return True

    def cancel_rest(self, number: int) -> bool:
        line = self.lines[number]
        if line.is_cancelled:
            return False
        return self.close_line(number) if line.left else True

    def _let_go(self, number: int) -> None:
        for wish in self.wishes:
            self._release(wish, number, wish.holds.get(number, 0))

    # --- stocktakes -------------------------------------------------------------
    def count(self, place: str, counted: int) -> bool:
        """Open a stocktake of one bin, and write down what lies there of the house."""
        here = (place, buyers(place))
        lies = {name for name in here if name in self.levels and self._lies(name)}
        free = {name for name in lies if not self._counted_by(name)}
        if not free or self._counted_by(place):
            return False
        self.stocktakes.append(Stocktake(also=free - {place}))
        return self.find(len(self.stocktakes) - 1, place, counted)

    def _lies(self, place: str) -> bool:
        return self.levels[place].on_hand > 0

    def find(self, number: int, place: str, counted: int) -> bool:
        stocktake = self.stocktakes[number]
        if stocktake.is_over or self._counted_by(place) not in (None, stocktake):
            return False
        here = self.levels[place].on_hand
        stocktake.finds[place] = Find(counted, here, len(self.ledger))
        return True

    def _counted_by(self, place: str) -> Stocktake | None:
        under_way = (each for each in self.stocktakes if not each.is_over)
        return next(
            (each for each in under_way if place in {*each.finds, *each.also}), None
        )

    def write_count(self, number: int) -> bool:
        stocktake = self.stocktakes[number]
        if stocktake.is_over:
            return False
        finds = stocktake.finds
        differing = [p for p in PLACES if p in finds and self._difference(finds[p])]
        for place in differing:
            level, find = self.levels[place], finds[place]
            since = self.ledger[find.after :]
            if any((row.kind, row.shelf) == ("COUNT", place) for row in since):
                return False
            if level.on_hand + self._difference(find) < level.reserved:
                return False
        for place in differing:
            self._write("COUNT", place, self._difference(finds[place]))
        stocktake.is_over = True
        return True

    @staticmethod
    def _difference(find: Find) -> int:
        return find.counted - find.expected

    def give_up_count(self, number: int) -> bool:
        """Give a stocktake up, for the first time."""
        if self.stocktakes[number].is_over:
            return False
        self.stocktakes[number].is_over = True
        return True

    # --- customers change their minds -------------------------------------------
    def cancel_lines(self, number: int) -> bool:
        wish = self.wishes[number]
        if wish.state not in ("OPEN", "RESERVED"):
            return False
        self._give_back(wish, 0)
        if wish.drawn:
            wish.quantity = wish.drawn
        else:
            wish.is_cancelled = True
        return True

    def bring_back(self, number: int, place: str, quantity: int) -> bool:
        wish = self.wishes[number]
        back = sum(
            row.quantity
            for row in self.backs
            if row.wish == number and row.state != "REFUSED"
        )
        if quantity > wish.drawn - back:
            return False
        self.backs.append(Back(number, place, quantity))
        self._write("CUSTOMER_RETURN", place, quantity)
        return True

    def settle_back(self, number: int, state: str) -> bool:
        """Refund what came back; or refuse to, and it is the buyer's own."""
        back = self.backs[number]
        if back.state != "RECEIVED":
            return back.state == state
        if state == "REFUSED":
            if self.levels[back.place].free < back.quantity:
                return False
            self.levels.setdefault(buyers(back.place), Level())
            self._write("REVERSAL", back.place, -back.quantity)
            self._write("RECEIPT", buyers(back.place), back.quantity)
        back.state = state
        return True

"""A store in plain Python: what the commands should do, without a database.

One part, one site: two shelves, a receiving bin, a quarantine, and a place for what a
customer owns. Every method says whether the wish is granted; a refused one changes
nothing. `plain_house` goes on with it.
"""

from copy import deepcopy
from dataclasses import dataclass, field

DOCK = "R"
SHELVES = ("A", "B", DOCK)
QUARANTINE = "Q"
OWNED = "O"
BUYERS = " of the buyer"
PLACES = (*SHELVES, QUARANTINE, OWNED)
Place = str | int


@dataclass
class Level:
    on_hand: int = 0
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


@dataclass
class Wish:
    """What a card or an order wants; ``holds`` in the order they were made.

    ``born`` gives each hold its place in that order, over all wishes.
    """

    quantity: int
    is_order: bool = False
    is_owners: bool = False
    drawn: int = 0
    is_cancelled: bool = False
    holds: dict[Place, int] = field(default_factory=dict)
    born: dict[Place, int] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        return self.quantity - self.drawn

    def held(self, *, on_hand: bool) -> int:
        return sum(
            n for place, n in self.holds.items() if isinstance(place, str) == on_hand
        )

    def reach(self) -> tuple[str, ...]:
        """The places that may serve it: a customer's own pieces come first."""
        return (OWNED, *SHELVES) if self.is_owners else SHELVES

    @property
    def state(self) -> str:
        if self.is_cancelled:
            return "CANCELLED"
        if self.remaining <= 0:
            return "FULFILLED"
        enough = self.held(on_hand=True) >= self.remaining
        return "RESERVED" if enough else "OPEN"


@dataclass
class Line:
    quantity: int
    due: int
    received: int = 0
    reserved: int = 0
    is_closed: bool = False
    is_cancelled: bool = False

    @property
    def left(self) -> int:
        if self.is_closed or self.is_cancelled:
            return 0
        return max(self.quantity - self.received, 0)


@dataclass
class Entry:
    """One line of the ledger."""

    kind: str
    shelf: str
    quantity: int
    wish: int | None = None
    line: int | None = None
    other: int | None = None
    is_undone: bool = False


@dataclass
class PlainStore:
    levels: dict[str, Level] = field(
        default_factory=lambda: {name: Level() for name in PLACES}
    )
    wishes: list[Wish] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    births: int = 0

    # --- coming and going -------------------------------------------------------
    def receive(self, shelf: str, quantity: int, line: int | None = None) -> bool:
        if line is not None:
            if quantity > self.lines[line].left:
                return False
            self.lines[line].received += quantity
        self._write("RECEIPT", shelf, quantity, line=line)
        if line is not None:
            self._hand_over(line, shelf, quantity)
        return True

    def _hand_over(self, number: int, shelf: str, quantity: int) -> None:
        promised = quantity if shelf in SHELVES else 0
        pegged = [wish for wish in self.wishes if number in wish.holds]
        for wish in pegged:
            piece = min(promised, wish.holds[number])
            if piece:
                self._release(wish, number, piece)
                self._hold(wish, shelf, piece)
                promised -= piece
        line = self.lines[number]
        surplus = line.reserved - line.left
        for wish in reversed(pegged):
            if surplus > 0 and number in wish.holds:
                piece = min(surplus, wish.holds[number])
                self._release(wish, number, piece)
                surplus -= piece

    def take(self, kind: str, shelf: str, quantity: int) -> bool:
        if self.levels[shelf].free < quantity:
            return False
        self._write(kind, shelf, -quantity)
        return True

    def move(self, source: str, target: str, quantity: int) -> bool:
        if source == target or not self.take("MOVE_OUT", source, quantity):
            return False
        self._write("MOVE_IN", target, quantity)
        self.ledger[-1].other = len(self.ledger) - 2
        self.ledger[-2].other = len(self.ledger) - 1
        return True

    def adjust(self, shelf: str, counted: int) -> bool:
        level = self.levels[shelf]
        if counted < level.reserved and counted != level.on_hand:
            return False
        if counted != level.on_hand:
            self._write("COUNT", shelf, counted - level.on_hand)
        return True

    # --- wishes -----------------------------------------------------------------
    def want(self, quantity: int, *, is_owners: bool = False) -> bool:
        self.wishes.append(Wish(quantity, is_owners=is_owners))
        return True

    def reserve(self, number: int) -> bool:
        self._share([self.wishes[number]])
        return True

    def issue(self, number: int, quantity: int) -> bool:
        wish = self.wishes[number]
        if wish.is_cancelled or quantity > wish.remaining:
            return False
        shelves = sorted(wish.reach(), key=lambda shelf: shelf not in wish.holds)
        can = sum(self.levels[s].free + wish.holds.get(s, 0) for s in shelves)
        if can < quantity:
            return False
        left = quantity
        for shelf in shelves:
            piece = min(left, self.levels[shelf].free + wish.holds.get(shelf, 0))
            self._release(wish, shelf, min(piece, wish.holds.get(shelf, 0)))
            if piece:
                self._write("ISSUE", shelf, -piece, wish=number)
            left -= piece
        wish.drawn += quantity
        self._give_back(wish, wish.remaining)
        return True

    def give_back(
        self, number: int, shelf: str, quantity: int, *, still_wanted: bool
    ) -> bool:
        wish = self.wishes[number]
        if quantity > wish.drawn:
            return False
        self._write("RETURN", shelf, quantity, wish=number)
        wish.drawn -= quantity
        if not still_wanted and not wish.is_cancelled:
            if wish.quantity > quantity:
                wish.quantity -= quantity
            else:
                wish.is_cancelled = True
        return True

    def cancel_wish(self, number: int) -> bool:
        wish = self.wishes[number]
        if wish.state == "FULFILLED":
            return False
        self._give_back(wish, 0)
        wish.is_cancelled = True
        return True

    # --- orders to suppliers and of customers -----------------------------------
    def order(self, quantity: int, due: int) -> bool:
        self.lines.append(Line(quantity, due))
        return True

    def postpone(self, number: int, due: int) -> bool:
        line = self.lines[number]
        if not line.left:
            return False
        line.due = due
        return True

    def sell(self, quantity: int) -> bool:
        self.wishes.append(Wish(quantity, is_order=True))
        waiting = [w for w in self.wishes if w.is_order and w.state == "OPEN"]
        self._share(waiting)
        return True

    def ship(self, number: int) -> bool:
        before = deepcopy(self)
        wish = self.wishes[number]
        if wish.state in ("CANCELLED", "FULFILLED"):
            return False
        self._share(self._whose_turn())
        ready = [(s, n) for s, n in wish.holds.items() if isinstance(s, str)]
        if not ready:
            self.__dict__.update(before.__dict__)
            return False
        for shelf, pieces in ready:
            self._release(wish, shelf, pieces)
            self._write("SHIP", str(shelf), -pieces, wish=number)
            wish.drawn += pieces
        self._give_back(wish, wish.remaining)
        return True

    def cancel_order(self, number: int) -> bool:
        wish = self.wishes[number]
        if wish.is_cancelled:
            return True
        if wish.drawn:
            return False
        self._give_back(wish, 0)
        wish.is_cancelled = True
        return True

    def _whose_turn(self) -> list[Wish]:
        """Back-orders in turn; an earlier card's pieces are left to it."""
        left = sum(self.levels[shelf].free for shelf in SHELVES)
        served, is_kept = [], False
        for wish in [w for w in self.wishes if w.state == "OPEN"]:
            short = wish.remaining - wish.held(on_hand=True)
            if left <= 0:
                break
            if not wish.is_order:
                is_kept = True
            elif is_kept and short > left:
                break
            else:
                served.append(wish)
            left -= min(short, left)
        return served

    # --- undone -----------------------------------------------------------------
    def reverse(self, number: int) -> bool:
        first = self.ledger[number]
        numbers = [number] if first.other is None else sorted((number, first.other))
        # What came in leaves first.
        legs = [self.ledger[each] for each in reversed(numbers)]
        if not self._may_reverse(first) or any(
            leg.is_undone or self.levels[leg.shelf].free < leg.quantity for leg in legs
        ):
            return False
        if first.kind == "ISSUE":
            self.wishes[first.wish or 0].drawn += first.quantity
        if first.line is not None:
            self.lines[first.line].received -= first.quantity
        for leg in legs:
            leg.is_undone = True
            self._write("REVERSAL", leg.shelf, -leg.quantity)
        return True

    def _may_reverse(self, first: Entry) -> bool:
        if first.kind == "ISSUE":
            wish = self.wishes[first.wish or 0]
            return not wish.is_cancelled and wish.drawn >= -first.quantity
        return first.kind not in ("RETURN", "SHIP", "CUSTOMER_RETURN", "REVERSAL")

    # --- what all of them do ----------------------------------------------------
    def _write(
        self,
        kind: str,
        shelf: str,
        quantity: int,
        *,
        wish: int | None = None,
        line: int | None = None,
    ) -> None:
        self.levels[shelf].on_hand += quantity
        self.ledger.append(Entry(kind, shelf, quantity, wish, line))

    def _spot(self, place: Place) -> Level | Line:
        return self.levels[place] if isinstance(place, str) else self.lines[place]

    def _hold(self, wish: Wish, place: Place, quantity: int) -> None:
        self._spot(place).reserved += quantity
        if place not in wish.holds:
            self.births += 1
            wish.born[place] = self.births
        wish.holds[place] = wish.holds.get(place, 0) + quantity

    def _release(self, wish: Wish, place: Place, quantity: int) -> None:
        if quantity:
            self._spot(place).reserved -= quantity
            wish.holds[place] -= quantity
            if not wish.holds[place]:
                del wish.holds[place]

    def _give_back(self, wish: Wish, keep: int) -> None:
        """Give back what is held beyond a number: what is to come first, last first."""
        surplus = sum(wish.holds.values()) - keep
        shelves = [place for place in wish.holds if isinstance(place, str)]
        pegs = [place for place in wish.holds if not isinstance(place, str)]
        for place in reversed(shelves + pegs):
            if surplus <= 0:
                return
            piece = min(surplus, wish.holds[place])
            self._release(wish, place, piece)
            surplus -= piece

    def _share(self, wishes: list[Wish]) -> None:
        """Hold for wishes in turn: what lies free, then what is to come."""
        free: dict[Place, int] = {s: self.levels[s].free for s in (OWNED, *SHELVES)}
        coming = sorted(
            (line.due, number) for number, line in enumerate(self.lines) if line.left
        )
        to_come: dict[Place, int] = {
            number: self.lines[number].left - self.lines[number].reserved
            for _due, number in coming
        }
        for wish in wishes:
            if wish.state not in ("OPEN", "RESERVED"):
                continue
            self._take(
                wish, free, wish.remaining - wish.held(on_hand=True), wish.reach()
            )
            self._give_back(wish, wish.remaining)
            rest = wish.remaining - sum(wish.holds.values())
            self._take(wish, to_come, rest, tuple(to_come))

    def _take(
        self,
        wish: Wish,
        places: dict[Place, int],
        wanted: int,
        reach: tuple[Place, ...],
    ) -> None:
        for place in reach:
            piece = min(places[place], wanted)
            if piece > 0:
                self._hold(wish, place, piece)
                places[place] -= piece
                wanted -= piece

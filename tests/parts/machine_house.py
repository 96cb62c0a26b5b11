"""The machine goes on: put away, held by hand, counted, sold back, owned."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from parts import commands
from parts.models import Bin, Count, Reservation, Return
from tests.parts.machine import Parts, few, places, which
from tests.parts.plain_store import DOCK, OWNED, PLACES
from tests.parts.store import NOW, D, key

anywhere = st.sampled_from(PLACES)
shelves = st.sampled_from(("A", "B"))


class House(Parts):
    """All that one part of a store can meet with."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[Count] = []
        self.backs: list[Return] = []

    def owners(self) -> list[int]:
        return [n for n, wish in enumerate(self.plain.wishes) if wish.is_owners]

    # --- put away, held by hand -------------------------------------------------
    @rule(shelf=shelves, pieces=few)
    def put_away(self, shelf: str, pieces: int) -> None:
        move = commands.PutAway(
            level_id=self.level(DOCK), bin_id=self.bins[shelf].pk, quantity=D(pieces)
        )
        self.both(
            self.plain.put_away(shelf, pieces),
            lambda: commands.put_away(moves=[move], reason="tidy", key=key(), at=NOW),
        )

    def hold(self, place: str, pieces: int, demand_key: str) -> None:
        commands.reserve_stock(
            level_id=self.level(place),
            quantity=D(pieces),
            demand_key=demand_key,
            key=key(),
            at=NOW,
        )

    @rule(place=anywhere, pieces=few)
    def hold_quote(self, place: str, pieces: int) -> None:
        demand_key = f"quote:{key()}"
        granted = self.plain.hold_quote(place, pieces)
        if granted:
            self.quotes.append(demand_key)
        self.both(granted, lambda: self.hold(place, pieces, demand_key))

    @precondition(lambda self: self.wishes)
    @rule(pick=which, place=anywhere, pieces=few)
    def hold_one(self, pick: int, place: str, pieces: int) -> None:
        number = pick % len(self.wishes)
        demand_key = self.wishes[number].demand_key
        self.both(
            self.plain.hold_one(number, place, pieces),
            lambda: self.hold(place, pieces, demand_key),
        )

    @precondition(lambda self: self.plain.held())
    @rule(pick=which)
    def release(self, pick: int) -> None:
        held = self.plain.held()
        wish, place = held[pick % len(held)]
        bin_id, line_id = self.ids(place)
        hold = Reservation.objects.held().get(
            demand_key=self.key_of(wish), level__bin=bin_id, order_line=line_id
        )
        self.both(
            self.plain.release(wish, place),
            lambda: commands.release_hold(
                reservation_id=hold.pk, reason="not needed", at=NOW
            ),
        )

    # --- what suppliers will not bring ------------------------------------------
    @precondition(lambda self: self.lines)
    @rule(pick=which)
    def cancel_supply(self, pick: int) -> None:
        number = pick % len(self.lines)
        self.both(
            self.plain.cancel_supply(number),
            lambda: commands.cancel_purchase_order(
                order_id=self.lines[number].order_id, reason="too late", at=NOW
            ),
        )

    @precondition(lambda self: self.lines)
    @rule(pick=which)
    def close_line(self, pick: int) -> None:
        number = pick % len(self.lines)
        self.both(
            self.plain.close_line(number),
            lambda: commands.close_order_line(
                line_id=self.lines[number].pk, reason="short", at=NOW
            ),
        )

    @precondition(lambda self: self.lines)
    @rule(pick=which)
    def cancel_rest(self, pick: int) -> None:
        number = pick % len(self.lines)
        self.both(
            self.plain.cancel_rest(number),
            lambda: commands.cancel_order_rest(
                order_id=self.lines[number].order_id, reason="too late", at=NOW
            ),
        )

    # --- stocktakes -------------------------------------------------------------
    @rule(place=anywhere, counted=st.integers(0, 6))
    def count(self, place: str, counted: int) -> None:
        self.both(self.plain.count(place, counted), lambda: self.opened(place, counted))

    def opened(self, place: str, counted: int) -> None:
        count = commands.open_count(
            site_id=self.store.site.pk,
            kind=Count.Kind.CYCLE,
            bin_id=self.bins[place].pk,
            reason="in turn",
            key=key(),
            at=NOW,
        )
        self.enter(count, place, counted)
        self.counts.append(count)

    def enter(self, count: Count, place: str, counted: int) -> None:
        commands.enter_find(
            count_id=count.pk,
            level_id=self.level(place),
            counted=D(counted),
            key=key(),
            at=NOW,
        )

    @precondition(lambda self: self.counts)
    @rule(pick=which, place=anywhere, counted=st.integers(0, 6))
    def find(self, pick: int, place: str, counted: int) -> None:
        number = pick % len(self.counts)
        self.both(
            self.plain.find(number, place, counted),
            lambda: self.enter(self.counts[number], place, counted),
        )

    @precondition(lambda self: self.counts)
    @rule(pick=which)
    def write_count(self, pick: int) -> None:
        number = pick % len(self.counts)
        self.both(
            self.plain.write_count(number), lambda: self.written(self.counts[number])
        )

    def written(self, count: Count) -> None:
        commands.submit_count(count_id=count.pk, leave_out=True, at=NOW)
        commands.post_count(count_id=count.pk, key=key(), at=NOW)

    @precondition(lambda self: any(not each.is_over for each in self.plain.stocktakes))
    @rule(pick=which)
    def give_up_count(self, pick: int) -> None:
        under_way = [
            n for n, each in enumerate(self.plain.stocktakes) if not each.is_over
        ]
        number = under_way[pick % len(under_way)]
        self.both(
            self.plain.give_up_count(number),
            lambda: commands.cancel_count(
                count_id=self.counts[number].pk, reason="no time", at=NOW
            ),
        )

    # --- customers change their minds -------------------------------------------
    @precondition(lambda self: self.orders)
    @rule(pick=which)
    def cancel_lines(self, pick: int) -> None:
        number = list(self.orders)[pick % len(self.orders)]
        self.both(
            self.plain.cancel_lines(number),
            lambda: commands.cancel_order_lines(
                order_id=self.orders[number].pk, reason="enough", at=NOW
            ),
        )

    @precondition(lambda self: self.orders)
    @rule(pick=which, place=places, pieces=few)
    def bring_back(self, pick: int, place: str, pieces: int) -> None:
        number = list(self.orders)[pick % len(self.orders)]
        self.both(
            self.plain.bring_back(number, place, pieces),
            lambda: self.brought(number, place, pieces),
        )

    def brought(self, number: int, place: str, pieces: int) -> None:
        back = commands.agree_return(
            line_id=self.orders[number].lines.get().pk,
            kind=Return.Kind.RETURN,
            quantity=D(pieces),
            reason="does not fit",
            key=key(),
            at=NOW,
        )
        commands.receive_return(
            return_id=back.pk, bin_id=self.bins[place].pk, key=key(), at=NOW
        )
        self.backs.append(back)

    @precondition(lambda self: self.backs)
    @rule(pick=which)
    def refund(self, pick: int) -> None:
        number = pick % len(self.backs)
        self.both(
            self.plain.settle_back(number, "REFUNDED"),
            lambda: commands.refund_return(return_id=self.backs[number].pk, at=NOW),
        )

    @precondition(lambda self: self.backs)
    @rule(pick=which)
    def refuse_back(self, pick: int) -> None:
        number = pick % len(self.backs)
        self.both(
            self.plain.settle_back(number, "REFUSED"),
            lambda: commands.refuse_return(
                return_id=self.backs[number].pk, reason="used", at=NOW
            ),
        )

    # --- what a customer owns ---------------------------------------------------
    @rule(pieces=few)
    def receive_owned(self, pieces: int) -> None:
        self.both(
            self.plain.receive(OWNED, pieces), lambda: self.owned(self.bins, pieces)
        )

    @classmethod
    def owned(cls, bins: dict[str, Bin], pieces: int) -> None:
        commands.receive_owned(
            owner_id=cls.owner_id,
            part_id=cls.store.part.pk,
            bin_id=bins[OWNED].pk,
            quantity=D(pieces),
            reason="left with us",
            key=key(),
            at=NOW,
        )

    @rule(pieces=few)
    def hand_back(self, pieces: int) -> None:
        self.both(
            self.plain.take("HANDED_BACK", OWNED, pieces),
            lambda: commands.hand_back_owned(
                level_id=self.level(OWNED),
                quantity=D(pieces),
                reason="taken home",
                key=key(),
                at=NOW,
            ),
        )

    @rule(pieces=few)
    def want_for_owner(self, pieces: int) -> None:
        granted = self.plain.want(pieces, is_owners=True)
        owner = self.owner_id
        self.both(
            granted,
            lambda: self.wishes.append(self.store.want(pieces, owner_id=owner)),
        )

    @precondition(lambda self: self.owners())
    @rule(pick=which, pieces=few)
    def issue_to_owner(self, pick: int, pieces: int) -> None:
        number = self.owners()[pick % len(self.owners())]
        granted = self.plain.issue(number, pieces)
        self.both(granted, lambda: self.store.issue(self.wishes[number], pieces))

    @precondition(lambda self: self.owners())
    @rule(pick=which)
    def reserve_for_owner(self, pick: int) -> None:
        number = self.owners()[pick % len(self.owners())]
        granted = self.plain.reserve(number)
        self.both(granted, lambda: self.store.reserve(self.wishes[number]))

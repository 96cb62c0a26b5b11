"""The crew's working time that is over, handed out from its end backwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from restoration.queries import Shifts
from workshop.models import Site, Technician

# Nobody starts a clock for less.
LEAST = timedelta(minutes=15)
# After the doors opened.
SETTLED = timedelta(minutes=20)
Spans = list[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one person's working time."""

    technician_id: int
    starts_at: datetime
    ends_at: datetime


class Past:
    """What everybody could have worked between two instants, less what was taken."""

    def __init__(
        self, site: Site, crew: Sequence[Technician], *, first: datetime, last: datetime
    ) -> None:
        """Read hours, holidays and absences.

        Args:
            site: whose hours.
            crew: whose time.
            first: aware; nothing is handed out before it.
            last: aware; nor after it.
        """
        shifts = Shifts(site, first, last)
        self.zone = shifts.zone
        self.open: Spans = shifts.of_site()
        self.free = {pk: list(s) for pk, s in shifts.by_technician(crew).items()}

    def morning(self, days_back: int) -> datetime:
        """Return an instant in the morning of the n-th last day that was open."""
        begins: dict[date, datetime] = {}
        for start, _end in self.open:
            begins.setdefault(start.astimezone(self.zone).date(), start)
        return list(begins.values())[-days_back] + SETTLED

    def take(
        self, minutes: int, crew: Sequence[int], *, until: datetime
    ) -> list[Piece]:
        """Take so much time of the one person who can do it latest.

        Args:
            minutes: how much work.
            crew: who is able to do it.
            until: when it has to be done.

        Returns:
            Pieces in the order of time.

        Raises:
            ValueError: nobody has so much time left.
        """
        offers = [(self._offer(pk, minutes, until), pk) for pk in crew]
        found = [(pieces, pk) for pieces, pk in offers if pieces]
        if not found:
            raise ValueError(f"{minutes} minutes before {until} are too much")
        best, pk = max(found, key=lambda x: (x[0][-1].ends_at, x[0][0].starts_at))
        self._use(pk, best)
        return best

    def _offer(self, pk: int, minutes: int, until: datetime) -> list[Piece]:
        left, pieces = timedelta(minutes=minutes), list[Piece]()
        for start, end in reversed(self.free[pk]):
            end = min(end, until)
            if end - start < min(LEAST, left):
                continue
            begin = max(start, end - left)
            pieces.append(Piece(pk, begin, end))
            left -= end - begin
            if not left:
                return pieces[::-1]
        return []

    def _use(self, pk: int, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self.free[pk] = [
                rest
                for start, end in self.free[pk]
                for rest in (
                    (start, min(end, piece.starts_at)),
                    (max(start, piece.ends_at), end),
                )
                if rest[0] < rest[1]
            ]

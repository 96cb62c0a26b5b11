"""Sixteen clients want the same part, the load beside the house on the same cores."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count

from django.utils import timezone

from bench.figures import Figure
from bench.seeding import site_of_bench
from bench.serving import Caller
from bench.writing import key, new_part
from parts import commands
from parts.models import Bin, Reservation, StockLevel

CLIENTS = (1, 2, 4, 8, 16)
SECONDS = 4.0
LEAST_PER_SECOND = 60
LEAST_OF_PLAIN = 0.4
SCARCE = 50
_wishes = count(1)
Send = Callable[[Caller], int]


def stocked(quantity: int) -> StockLevel:
    """Return a new position with so many pieces."""
    shelf = Bin.objects.get(site=site_of_bench(), code="BENCH-A")
    line = commands.receive_stock(
        part_id=new_part().pk,
        bin_id=shelf.pk,
        quantity=Decimal(quantity),
        unit_cost=Decimal(100),
        reason="bench",
        key=key(),
        at=timezone.now(),
    )
    return line.level


def reserving(level: StockLevel) -> Send:
    def send(caller: Caller) -> int:
        wish = f"BENCH-hot:{next(_wishes)}"
        path = f"/api/v1/stock-levels/{level.pk}/reserve/"
        body = {"quantity": "1", "demand_key": wish}
        return caller.post(path, body, wish)[0]

    return send


def plain(caller: Caller) -> int:
    """Write one row of one's own: the language one reads in."""
    return caller.submit("/i18n/language/", {"language": "en", "next": "/"})[0]


def storm(
    callers: list[Caller], send: Send, seconds: float, most: int | None = None
) -> tuple[Counter[int], float]:
    """Let callers send as fast as they are answered; return statuses and rate."""
    told: Counter[int] = Counter()
    guard = threading.Lock()
    until = time.perf_counter() + seconds

    def keep_sending(caller: Caller) -> None:
        mine: Counter[int] = Counter()
        while time.perf_counter() < until and (most is None or mine.total() < most):
            mine[send(caller)] += 1
        with guard:
            told.update(mine)

    threads = [threading.Thread(target=keep_sending, args=(one,)) for one in callers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told, told.total() / (time.perf_counter() - began)


def hot_figures(
    machine: Callable[[], Caller], person: Callable[[], Caller]
) -> Iterator[Figure]:
    """Measure how many reservations of one position a second makes.

    Args:
        machine: makes a caller with a token.
        person: makes a signed-in caller.
    """
    rates = {}
    for clients in CLIENTS:
        level = stocked(100_000)
        callers = [machine() for _each in range(clients)]
        told, rates[clients] = storm(callers, reserving(level), SECONDS)
        yield Figure(
            f"hot part, {clients} clients",
            rates[clients],
            "/s",
            note=f"× {rates[clients] / rates[1]:.2f} of one client"
            f"; {_said(told, level)}",
        )
    people = [person() for _each in range(CLIENTS[-1])]
    _told, usual = storm(people, plain, SECONDS)
    least = min(LEAST_PER_SECOND, LEAST_OF_PLAIN * usual)
    yield Figure(
        "hot part, 16 clients, least",
        rates[CLIENTS[-1]],
        "/s",
        least,
        at_least=True,
        note=f"one-row POST: {usual:.0f}/s, so {rates[16] / usual:.2f} of it",
    )
    yield _oversold([machine() for _each in range(CLIENTS[-1])])


def _said(told: Counter[int], level: StockLevel) -> str:
    strange = {status: n for status, n in told.items() if status not in (201, 409)}
    return f"strange answers: {strange}" if strange else f"{told[201]} held"


def _oversold(callers: list[Caller]) -> Figure:
    level = stocked(SCARCE)
    told, _rate = storm(callers, reserving(level), 60, most=SCARCE * 2 // len(callers))
    held = Reservation.objects.held().filter(level=level).count()
    level.refresh_from_db()
    wrong = abs(held - SCARCE) + abs(told[201] - SCARCE) + abs(level.available)
    strange = told.total() - told[201] - told[409]
    return Figure(
        "hot part, oversold",
        float(wrong + strange),
        "",
        0,
        note=f"{SCARCE} pieces, {told.total()} callers, {told[201]} served",
    )

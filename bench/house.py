"""The whole of a run: an empty house, a full one, and everything in between."""

import os
import time
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from decimal import Decimal

from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from bench import board, engine, hot, importing, reading, seeding, writing
from bench.aside import fresh_database, name_of
from bench.figures import Figure
from bench.serving import Caller, Cost, server, session_of
from common.invariants import violations
from parts import commands
from parts.models import (
    Demand,
    Part,
    PartsOrder,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    StockMovement,
    SupplierOffer,
)
from workshop.models import ApiToken, Customer, Role, User

ORDERS = 55
IMPORTED_SHARE = 5
# As many parts go with a whole board of cars.
WHOLE = 50_000
Say = Callable[[str], None]


def measure(parts: int, wanted: Collection[str], say: Say) -> Iterator[Figure]:
    """Fill the house and measure it.

    Args:
        parts: how many the catalogue gets; everything else follows.
        wanted: what to measure: ``write``, ``read``, ``engine``, ``import``, ``hot``,
            ``board``.
        say: tells a person how far it is.
    """
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    seeding.site_of_bench()
    say(f"migrated in {time.monotonic() - began:.0f} s")
    empty = empty_beside() if "write" in wanted else ""
    began = time.monotonic()
    counts = seeding.fill(parts, parts)
    say(", ".join(f"{n:,} {name}" for name, n in counts.items()))
    say(f"filled in {time.monotonic() - began:.0f} s")
    sold = sell()
    began = time.monotonic()
    yield _lawful()
    say(f"laws looked at in {time.monotonic() - began:.0f} s")
    if "write" in wanted:
        yield from writing.growth(writing.measure_writing(empty))
    if "engine" in wanted:
        yield from engine.engine_figures(parts, parts)
    if "import" in wanted:
        yield from importing.import_figures(parts // IMPORTED_SHARE)
    if {"read", "hot", "board"} & set(wanted):
        yield from _over_http(sold, wanted, cars=max(9, board.CARS * parts // WHOLE))
    yield _lawful()


def empty_beside() -> str:
    """Copy the house as it is, migrated and empty; return the copy's name."""
    own = connection.settings_dict["NAME"]
    connection.close()
    url = fresh_database(os.environ["DATABASE_URL"], "_empty", template=own)
    return name_of(url)


def _lawful() -> Figure:
    broken = [law.name for law in violations()]
    return Figure(
        "laws of the data, broken", len(broken), "", 0, note=", ".join(broken)
    )


def sell() -> list[PartsOrder]:
    """Let one customer order fifty times and more."""
    user = User.objects.create_user(
        email="bench@example.com", full_name="Bench", role=Role.CUSTOMER
    )
    buyer = Customer.objects.create(name="Bench", user=user)
    site = seeding.site_of_bench()
    parts = Part.objects.filter(code__startswith="bench-").order_by("code")[:ORDERS]
    sold = []
    for part in parts:
        line = commands.Sold(
            part_id=part.pk, quantity=Decimal(1), unit_price=Decimal(900)
        )
        order = commands.place_parts_order(
            customer_id=buyer.pk,
            site_id=site.pk,
            lines=[line],
            key=writing.key(),
            at=timezone.now(),
        )
        sold.append(commands.confirm_parts_order(order_id=order.pk, at=timezone.now()))
    return sold


def _over_http(
    sold: list[PartsOrder], wanted: Collection[str], *, cars: int
) -> Iterator[Figure]:
    manager = User.objects.create_user(
        email="bench-desk@example.com", full_name="Desk", role=Role.MANAGER
    )
    _row, token = ApiToken.objects.create(
        user=manager, expiry=timedelta(hours=2), scope=ApiToken.Scope.WRITE
    )
    desk_session = session_of(manager)
    with server() as port:
        machine = Caller.machine(port, str(token))
        desk = Caller.person(port, desk_session)
        if "read" in wanted:
            buyer = Caller.person(port, session_of(sold[0].customer.user))
            yield from _read(machine, desk, buyer, sold)
        if "hot" in wanted:
            yield from hot.hot_figures(
                lambda: Caller.machine(port, str(token)),
                lambda: Caller.person(port, desk_session),
            )
        if "board" in wanted:
            row = calibrate(desk)
            yield from board.board_figures(desk, port, desk_session, row, cars=cars)


def _read(
    machine: Caller, desk: Caller, buyer: Caller, sold: list[PartsOrder]
) -> Iterator[Figure]:
    part = Part.objects.filter(code__startswith="bench-").order_by("code")[10].pk
    level = StockLevel.objects.filter(part=part).order_by("pk")[0].pk
    calibration = calibrate(desk)
    yield Figure("calibration: one row, signed in", calibration.cpu_ms, "ms")
    for page in reading.api_pages(part, level, sold[0].pk):
        yield from reading.figures_of(page, machine, calibration)
    for page in (*reading.desk_pages(), *reading.desk_rows(_rows(part))):
        yield from reading.figures_of(page, desk, calibration)
    for page in reading.portal_pages(sold[0].number):
        yield from reading.figures_of(page, buyer, calibration)


def _rows(part: int) -> list[Model]:
    """Return a row of each kind that is looked at alone: what hangs on a part."""
    kinds: tuple[type[Model], ...] = (
        StockLevel, StockMovement, Demand, Reservation, PurchaseOrder,
        PurchaseOrderLine, SupplierOffer, PartsOrder,
    )  # fmt: skip
    firsts = (kind._default_manager.order_by("pk").first() for kind in kinds)
    return [Part.objects.get(pk=part), *(row for row in firsts if row is not None)]


def calibrate(desk: Caller) -> Cost:
    """Return the cost of a signed-in page with one row: who one is."""
    return desk.usual("/api/v1/me/", times=41)

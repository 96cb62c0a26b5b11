"""Every two things that people do to one lot, by eight callers at the same moment.

One server and one database serve all pairings; each has a lot of its own, and after
all of them every law holds: tests/conftest.py looks. `make test` runs them once with
two web processes, `make trust` with two and with eight.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations_with_replacement, islice

import pytest

from tests import build
from tests.parts.store import Store
from tests.races.acts import ACTS, CALLERS, EACH, Lot, faults
from tests.races.callers import Call
from tests.races.server import crowd, web_server
from workshop.models import ApiToken, Role

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PAIRS = list(combinations_with_replacement(ACTS, 2))
WORKERS = [int(each) for each in os.environ.get("RACE_WORKERS", "2").split()]
SEED = int(os.environ.get("CHAOS_SEED", "1"))
# Without locks most pairs go wrong at once; whether they meet is up to the machine.
TRIES = 25


@dataclass
class Yard:
    """A running server, a token for it, and the store that its lots lie in."""

    port: int
    token: str
    store: Store
    customer_id: int

    def race(self, pair: tuple[str, str], *, each: int = EACH) -> list[str]:
        """Let eight callers do two things to one new lot; return what went wrong.

        Args:
            pair: names of the two acts; one of them twice is a race with itself.
            each: how many requests every caller sends.
        """
        lot = Lot(self.store, self.customer_id, in_receiving="put away" in pair)
        acts = [pair[turn % 2] for turn in range(CALLERS)]
        calls = {act: ACTS[act](lot) for act in pair}
        batches = [list(islice(calls[act], each)) for act in acts]
        return faults(lot, self.shuffled(acts, batches))

    def shuffled(
        self, acts: list[str], batches: list[list[Call]]
    ) -> list[tuple[str, int]]:
        order = random.Random(SEED).sample(range(CALLERS), CALLERS)
        told = crowd(self.port, self.token, [batches[place] for place in order])
        return [
            (acts[place], status)
            for place, statuses in zip(order, told, strict=True)
            for status in statuses
        ]


@contextmanager
def yard(module: str, workers: int) -> Iterator[Yard]:
    """Serve one database for many races."""
    _row, text = ApiToken.objects.create(
        user=build.user(Role.MANAGER),
        expiry=timedelta(hours=1),
        scope=ApiToken.Scope.WRITE,
    )
    store, buyer = Store(), build.customer()
    with web_server(module, workers=workers) as port:
        yield Yard(port, str(text), store, buyer.pk)


@pytest.mark.parametrize("workers", WORKERS)
def test_two_acts_on_one_lot_leave_what_there_is(
    workers: int, subtests: pytest.Subtests
) -> None:
    with yard("config.wsgi", workers) as one:
        for pair in PAIRS:
            with subtests.test(" and ".join(pair)):
                assert one.race(pair) == []


@pytest.mark.unlawful
def test_the_rig_finds_acts_that_do_not_lock(subtests: pytest.Subtests) -> None:
    with yard("tests.races.unlocked", 2) as one:
        for pair in PAIRS:
            with subtests.test(" and ".join(pair)):
                assert any(one.race(pair, each=1) for _try in range(TRIES))

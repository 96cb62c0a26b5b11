"""What two do at once: one clock, one signature, one queued plan."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from common.errors import DomainError
from restoration import commands
from restoration.models import Approval, JobCard, PlanRun, TimeEntry
from tests.restoration.shop import AT, key, shop

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


def at_once(*works: Callable[[], object]) -> list[str]:
    """Run works in threads of their own, started together; return what each said."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        start.wait(timeout=20)
        try:
            work()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        said = sorted(pool.map(run, works))
    call_command("check_invariants", verbosity=0)
    return said


def test_one_clock_starts_on_one_card() -> None:
    house = shop(with_part=False)
    cards = [house.card(house.approved(), house.strip) for _ in range(AT_ONCE)]

    said = at_once(*(lambda card=card: house.start(card) for card in cards))

    assert said == ["clock_runs"] * (AT_ONCE - 1) + ["done"]
    assert TimeEntry.objects.count() == 1
    assert JobCard.objects.filter(state="RUNNING").count() == 1


def test_one_signature_stands_under_one_estimate() -> None:
    house = shop()
    estimate = house.sent()

    def sign() -> None:
        commands.decide_estimate(
            estimate_id=estimate.pk,
            decisions=house.decisions(estimate),
            signed_name="A. Customer",
            content_hash=estimate.content_hash,
            user_id=house.signer.pk,
            key=key(),
            at=AT,
        )

    said = at_once(*[sign] * AT_ONCE)

    assert said == ["done"] + ["wrong_state"] * (AT_ONCE - 1)
    assert Approval.objects.count() == 1
    assert JobCard.objects.count() == 3


def test_many_changes_queue_one_plan() -> None:
    house = shop()

    said = at_once(
        *[lambda: commands.request_plan(site_id=house.site.pk, cause={}, at=AT)]
        * AT_ONCE
    )

    assert said == ["done"] * AT_ONCE
    assert PlanRun.objects.count() == 1


def test_a_plan_that_comes_into_force_and_a_change_both_ask_for_the_next() -> None:
    house = shop()
    plan = PlanRun.objects.create(
        site=house.site, state="DONE", is_in_force=True, change_count=0,
        requested_at=AT, finished_at=AT,
    )  # fmt: skip

    def ask() -> None:
        commands.request_plan(site_id=house.site.pk, cause={}, at=AT)

    def ask_apart() -> None:
        try:
            ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # As publishing does: the old plan's row first, then the queue.
            PlanRun.objects.select_for_update().get(pk=plan.pk)
            other = pool.submit(ask_apart)
            wait_for_a_lock()
            ask()
        other.result(timeout=20)

    queued = PlanRun.objects.get(state="QUEUED")
    assert PlanRun.objects.exclude(pk=queued.pk).get().stale_at == AT


def wait_for_a_lock() -> None:
    """Return once another session waits for what this one holds."""
    asked = """
        SELECT count(*) FROM pg_locks
        WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
    """
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_card_is_finished_once() -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)
    house.start(card)

    def finish() -> None:
        commands.finish_card(
            card_id=card.pk, user_id=house.manager.pk, key=key(), at=AT
        )

    said = at_once(*[finish] * AT_ONCE)

    assert said == ["done"] + ["wrong_state"] * (AT_ONCE - 1)
    assert card.events.filter(command="finish").count() == 1

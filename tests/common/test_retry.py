import threading

import pytest
from django.db import OperationalError, connection, transaction

from common.database import sqlstate_of
from common.models import WorkerCanary
from common.retry import retrying
from tests import build


def raise_in_postgresql(code):
    with connection.cursor() as cursor:
        cursor.execute(
            f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE='{code}'; END $$"
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("code", "times"), [("40P01", 3), ("40001", 3), ("55P03", 1)])
def test_only_deadlocks_and_serialisation_failures_are_repeated(code, times):
    calls = []

    def fail():
        calls.append(1)
        raise_in_postgresql(code)

    with pytest.raises(OperationalError) as error:
        retrying(fail)()

    assert len(calls) == times
    assert sqlstate_of(error.value) == code


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_repeated():
    calls = []

    def fail():
        calls.append(1)
        raise_in_postgresql("40001")

    with pytest.raises(OperationalError), transaction.atomic():
        retrying(fail)()

    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_lock_in_opposite_order_both_get_through(parallel):
    for queue in ("a", "b"):
        WorkerCanary.objects.create(queue=queue, seen_at=build.NOW)
    met = threading.Barrier(2)
    calls = []

    @retrying
    @transaction.atomic
    def lock(first, second):
        calls.append(first)
        WorkerCanary.objects.select_for_update().get(queue=first)
        if len(calls) <= 2:
            met.wait(60)
        WorkerCanary.objects.select_for_update().get(queue=second)
        return "done"

    results = parallel(lambda: lock("a", "b"), lambda: lock("b", "a"))

    assert results == ["done", "done"]
    assert len(calls) == 3

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from common import idempotency
from common.errors import DomainError, KeyReused
from common.models import IdempotentRequest, WorkerCanary
from tests import build


def once(work, *, key="k1", actor_id=None, command="reserve", body=None):
    return idempotency.run_once(
        key=key, actor_id=actor_id, command=command, body=body or {}, work=work
    )


def never():
    raise AssertionError("the work ran a second time")


@pytest.mark.django_db
def test_the_second_call_gets_the_first_answer_without_running():
    first = once(lambda: {"hold": 7, "parts": (1, 2)})
    second = once(never)

    assert first == second == {"hold": 7, "parts": [1, 2]}


@pytest.mark.django_db
def test_an_answer_may_be_nothing():
    assert once(lambda: None) is None
    assert once(never) is None


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"body": {"n": 2}}, {"command": "issue"}])
def test_the_key_of_another_request_is_refused(change):
    once(lambda: 1, body={"n": 1})

    with pytest.raises(KeyReused):
        once(never, **{"body": {"n": 1}} | change)

    assert IdempotentRequest.objects.get().answer == 1


@pytest.mark.django_db
def test_people_do_not_share_keys():
    ann, bob = build.user(), build.user()

    answers = [once(lambda who=who: who, actor_id=who) for who in (ann.pk, bob.pk)]

    assert answers == [ann.pk, bob.pk]


@pytest.mark.django_db
def test_a_refusal_leaves_no_trace_and_may_be_tried_again():
    def refuse():
        raise DomainError("Not now")

    with pytest.raises(DomainError):
        once(refuse)

    assert IdempotentRequest.objects.count() == 0
    assert once(lambda: "now") == "now"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_the_work_once(parallel):
    inside, go_on = threading.Event(), threading.Event()

    def slowly():
        inside.set()
        go_on.wait(5)
        WorkerCanary.objects.create(queue="x", seen_at=timezone.now())
        return "done"

    def second():
        inside.wait(5)
        # It has to wait for the first one, which waits for this.
        threading.Timer(0.3, go_on.set).start()
        return once(never)

    answers = parallel(lambda: once(slowly), second)

    assert answers == ["done", "done"]
    assert WorkerCanary.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_waiting_one_does_the_work_when_the_first_fails(parallel):
    inside, go_on = threading.Event(), threading.Event()

    def fail():
        inside.set()
        go_on.wait(5)
        raise DomainError("Not now")

    def second():
        inside.wait(5)
        threading.Timer(0.3, go_on.set).start()
        return once(lambda: "mine")

    first, answer = parallel(lambda: once(fail), second)

    assert isinstance(first, DomainError)
    assert answer == "mine"


@pytest.mark.django_db
def test_old_keys_are_forgotten():
    once(lambda: 1, key="old")
    once(lambda: 1, key="new")
    IdempotentRequest.objects.filter(key="old").update(
        created_at=timezone.now() - timedelta(days=31)
    )

    deleted = idempotency.forget_before(at=timezone.now() - timedelta(days=30))

    assert deleted == 1
    assert IdempotentRequest.objects.get().key == "new"


@pytest.mark.django_db
def test_the_work_and_its_key_are_one_transaction():
    def fail_after_it():
        with transaction.atomic():
            once(lambda: WorkerCanary.objects.create(queue="x", seen_at=build.NOW).pk)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_it()

    assert (WorkerCanary.objects.count(), IdempotentRequest.objects.count()) == (0, 0)

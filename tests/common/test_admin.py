import pytest
from django.contrib import admin
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from common import outbox
from common.admin import LedgerAdmin, OutboxEventAdmin
from common.models import AuditEntry, OutboxEvent
from tests import build

pytestmark = pytest.mark.django_db


def dead_letter():
    with transaction.atomic():
        event = outbox.write("tests.note")
    OutboxEvent.objects.update(
        state="DEAD", attempts=5, finished_at=timezone.now(), last_error="x"
    )
    return event


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        OutboxEventAdmin,
        "message_user",
        lambda self, request, text, level: lines.append(str(text)),
    )
    return lines


def test_dead_letters_are_sent_again_from_the_list(said):
    event = dead_letter()
    view = OutboxEventAdmin(OutboxEvent, admin.site)

    view.replay(RequestFactory().post("/"), OutboxEvent.objects.all())

    event.refresh_from_db()
    assert (event.state, event.attempts) == ("PENDING", 0)
    assert said == ["1 event sent again."]


def test_what_is_no_dead_letter_is_left_alone_and_said(said):
    with transaction.atomic():
        outbox.write("tests.note")
    view = OutboxEventAdmin(OutboxEvent, admin.site)

    view.replay(RequestFactory().post("/"), OutboxEvent.objects.all())

    assert said == ["tests.note is not a dead letter: it is Waiting to be sent."]


def test_ledgers_are_read_only_even_for_a_manager(client):
    request = RequestFactory().get("/")
    request.user = build.user("MANAGER")
    view = LedgerAdmin(AuditEntry, admin.site)

    assert view.has_view_permission(request)
    assert not view.has_add_permission(request)
    assert not view.has_change_permission(request)
    assert not view.has_delete_permission(request)

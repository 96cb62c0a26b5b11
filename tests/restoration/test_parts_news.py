"""What the parts house sees and replaces is told where people look for it."""

from typing import Any

import pytest
from django.core import mail

from common.models import OutboxEvent
from parts import commands as parts
from parts.models import Observation
from restoration import commands
from restoration.effects import mail_part_seen
from restoration.models import JobCard, JobCardPart, Project, ProjectEvent
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key
from workshop.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> Any:
    """A project whose card waits for a part."""
    store, owner = Store(), build.customer()
    project = Project.objects.create(
        number="P-1",
        vehicle=build.vehicle(owner),
        customer=owner,
        site=store.site,
        title_en="Belt",
        opened_at=NOW,
    )
    demand = store.want(1, subject_key=project.subject_key)
    card = JobCard.objects.create(project=project, number=1, title_en="x", minutes=60)
    row = JobCardPart.objects.create(
        card=card,
        part=store.part,
        required_part=store.part,
        quantity=1,
        demand=demand,
    )
    return store, project, row


def test_a_project_hears_once_of_a_part_it_waits_for_and_its_manager_by_mail(
    waiting: Any,
) -> None:
    store, project, row = waiting
    build.user(Role.MANAGER, email="ja@example.com", language="ja")
    parts.watch_part(part_id=store.part.pk, reason="rare", at=NOW)
    seen = parts.note_observation(
        seen=parts.Seen(
            part_id=store.part.pk,
            kind=Observation.Kind.PRICE_MOVED,
            seen_on=TODAY,
            price=D(28600),
            was_price=D(6650),
        ),
        at=NOW,
    )
    assert seen is not None
    told = {"observation_id": seen.pk, "demand_ids": [row.demand_id], "at": NOW}

    assert commands.note_part_seen(**told) == [project.pk]
    assert commands.note_part_seen(**told) == []
    event = ProjectEvent.objects.get(kind="PART_SEEN")
    assert not event.is_for_customer
    assert OutboxEvent.objects.filter(task="restoration.mail_part_seen").count() == 1
    mail_part_seen(event_id=event.pk)
    letter = next(m for m in mail.outbox if m.to == ["ja@example.com"])
    assert letter.subject == "P-1：監視中の部品が見つかりました"
    assert "13020-05U00" in letter.body
    assert "28,600" in letter.body


def test_a_card_shows_the_part_of_now_and_keeps_what_was_agreed_to(
    waiting: Any,
) -> None:
    store, project, row = waiting
    new = build.part("13020-05U01")
    parts.replace_part(
        old_id=store.part.pk,
        new_id=new.pk,
        demand_ids=[row.demand_id],
        reason="superseded",
        key=key(),
        at=NOW,
    )
    payload = OutboxEvent.objects.get(task="restoration.parts_replaced").payload

    assert commands.note_parts_replaced(**payload, at=NOW) == [project.pk]
    assert commands.note_parts_replaced(**payload, at=NOW) == []
    row.refresh_from_db()
    assert (row.part, row.required_part) == (new, store.part)
    detail = ProjectEvent.objects.get(kind="PART_REPLACED").detail
    assert (detail["old_number"], detail["number"]) == ("13020-05U00", "13020-05U01")

"""Why there is no plan, in the reader's language and by the names of things."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from restoration import commands, queries
from restoration.commands.plans import fail_plan
from restoration.models import PlanRun
from restoration.queries.refusals import SENTENCES
from tests.restoration.shop import AT, Shop, shop
from workshop.models import BayKind, Skill, User
from workshop.planner.problem import REFUSALS

pytestmark = pytest.mark.django_db

# A value for each field that a refusal may have; 40 units are ten hours.
FIELDS: dict[str, Any] = {
    "least": 8, "most": 4, "work": 40, "longest": 32, "count": 2, "available": 1,
    "skill": "paint", "bay": "lift", "needs": {"paint": 1},
    "before": 0, "after": 1, "amount": 4, "pool": "floor", "capacity": 3,
}  # fmt: skip


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def failed_run(house: Shop, code: str) -> PlanRun:
    """A run that the planner refused with a code, its first two cards concerned."""
    project = house.approved()
    for card, title in zip(
        project.job_cards.order_by("number"),
        ("取り外し", "塗装", "仕上げ"),
        strict=True,
    ):
        card.title_ja = title
        card.save()
    Skill.objects.filter(code="paint").update(name_ja="塗装技能")
    BayKind.objects.update(name_ja="リフト")
    given = queries.plan_input(house.site, at=AT)
    soon = given.slots.ceil(AT + timedelta(days=1))
    points = dict.fromkeys(("limit", "earliest", "start", "horizon"), soon)
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    PlanRun.objects.filter(pk=run.pk).update(state="RUNNING", started_at=AT)
    fail_plan(
        run_id=run.pk,
        error="in English",
        refusal=queries.refusal_detail(
            given, code=code, operations=(0, 1), fields=FIELDS | points
        ),
        at=AT,
    )
    run.refresh_from_db()
    return run


def test_every_code_of_the_planner_has_a_sentence() -> None:
    assert SENTENCES.keys() >= REFUSALS.keys()


@pytest.mark.parametrize("code", [*SENTENCES, "STOPPED"])
def test_a_refusal_is_told_in_japanese_by_names(house: Shop, code: str) -> None:
    run = failed_run(house, code)

    with translation.override("ja"):
        told = queries.refusal_sentence(run)

    assert "「取り外し」" in told
    assert "「塗装」" in told
    assert not any(word in told for word in ("paint", "general", "lift", "%(", "Strip"))


def test_lengths_and_instants_are_the_readers(house: Shop) -> None:
    run = failed_run(house, "STARTS_TOO_LATE")

    with translation.override("ja"):
        late = queries.refusal_sentence(run)
        run.detail["refusal"]["code"] = "SHIFT_TOO_SHORT"
        short = queries.refusal_sentence(run)

    day = AT + timedelta(days=1)
    assert f"{day.year}年{day.month}月{day.day}日" in late
    assert "10時間" in short
    assert "8時間" in short
    assert "塗装技能" in short


def test_a_run_of_before_has_a_sentence_too(house: Shop) -> None:
    run = PlanRun(site=house.site, state="FAILED", requested_at=AT, error="no bay")

    assert queries.refusal_sentence(run).startswith("The planner stopped by itself.")


def test_board_and_api_tell_it_alike(house: Shop) -> None:
    run = failed_run(house, "NO_BAY")
    User.objects.update(language="ja")
    client = Client()
    client.force_login(User.objects.get(pk=house.manager.pk))
    with translation.override("ja"):
        told = queries.refusal_sentence(run)

    page = client.get("/board/plan/").content.decode()
    body = client.get(f"/api/v1/plan-runs/{run.pk}/").json()

    assert page.count(told) == 2
    assert "in English" not in page
    assert body["error"] == told

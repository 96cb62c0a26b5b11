"""What happened is told in the reader's language, by the names of things."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from restoration import commands
from restoration.board.words import cause_kinds, cause_sentence, event_words
from restoration.commands.projects import TRANSITIONS
from restoration.models import JobCard, PlanRun, ProjectEvent
from restoration.queries.project_board import causes_of
from restoration.queries.words import start_reason
from tests import build
from tests.board.test_pages import bnr34, text_of
from tests.restoration.shop import AT, Shop, key, shop
from workshop.admin.replanning import CAUSES
from workshop.models import User

pytestmark = pytest.mark.django_db

COMMANDS = Path(__file__).resolve().parents[2] / "restoration" / "commands"


@pytest.fixture
def house() -> Shop:
    house = shop(with_part=False)
    User.objects.update(language="ja")
    return house


@pytest.fixture
def manager(house: Shop) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=house.manager.pk))
    return client


def test_every_step_that_a_command_writes_has_words() -> None:
    """An unknown one would be told as a step of the project, and no more."""
    kinds = {command.upper() for _state, command in TRANSITIONS}
    for path in COMMANDS.glob("*.py"):
        made = path.read_text().split("ProjectEvent.objects.create(")[1:]
        kinds |= {k for text in made for k in re.findall(r'kind="(\w+)"', text[:200])}

    told = {kind: event_words(ProjectEvent(kind=kind))[0] for kind in kinds}

    assert {"WORK_BEGUN", "PHASE_FINISHED", "FINDING_RAISED"} < kinds
    assert [k for k, words in told.items() if words == "A step of the project"] == []


def test_the_history_names_phase_and_card_in_japanese(
    house: Shop, manager: Client
) -> None:
    phase = house.strip.phase
    phase.name_ja = "分解"
    phase.save()
    project = house.approved()
    card = house.card(project, house.strip)
    card.title_ja = "取り外し"
    card.save()
    house.start(card)
    commands.raise_finding(
        card_id=card.pk, severity="MUST", text="腐食穴", language="ja",
        user_id=house.manager.pk, key=key(), at=AT,
    )  # fmt: skip
    project.job_cards.exclude(pk=card.pk).update(state="CANCELLED")
    commands.finish_card(card_id=card.pk, user_id=house.manager.pk, key=key(), at=AT)

    page = text_of(manager.get(f"/board/projects/{project.number}/"))

    assert "作業を開始 「取り外し」" in page
    assert "「取り外し」 · 必須" in page
    assert "工程が完了しました 分解" in page
    assert not re.search("Phase finished|Work begun|Finding raised", page)


def test_the_owner_reads_which_phase_is_over(house: Shop) -> None:
    project = house.project()
    ProjectEvent.objects.create(
        project=project,
        kind="PHASE_FINISHED",
        detail={"phase_en": "Body", "phase_ja": "ボディ"},
        happened_at=AT,
    )
    client = Client()
    client.force_login(User.objects.get(pk=house.signer.pk))

    page = text_of(client.get(f"/portal/projects/{project.number}/"))

    assert "工程が完了しました ボディ" in page


@pytest.mark.parametrize("address", ["?anything=1", "?utm_source=mail", ""])
def test_intake_opens_without_a_complaint(
    house: Shop, manager: Client, address: str
) -> None:
    page = manager.get(f"/board/intake/{address}")

    assert "field--error" not in page.content.decode()
    assert "aria-invalid" not in page.content.decode()


def test_intake_asks_for_the_number_that_was_left_out(
    house: Shop, manager: Client
) -> None:
    page = manager.get("/board/intake/?frame_number=")

    assert "aria-invalid" in page.content.decode()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "is “Enquiry”; this needs “Ready for hand-over”. Draft an estimate and"
            " send it to the customer.",
        ),
        ("ja", "この操作には"),
    ],
)
def test_a_refused_hand_over_says_what_is_needed_and_what_to_do(
    house: Shop, manager: Client, language: str, told: str
) -> None:
    User.objects.update(language=language)
    project = house.project()

    answer: Any = manager.post(f"/board/projects/{project.number}/hand-over/")

    assert answer.status_code == 409
    assert told in text_of(answer)
    project.refresh_from_db()
    assert (project.state, project.handed_over_at) == ("ENQUIRY", None)


def test_no_way_to_the_hand_over_is_told_to_who_wants_something_else(
    house: Shop, manager: Client
) -> None:
    User.objects.update(language="en")
    project = house.approved()
    house.finish_all(project)

    answer: Any = manager.post(
        f"/board/projects/{project.number}/draft/", {"template": house.template.code}
    )

    assert answer.status_code == 409
    assert "is “Ready for hand-over”; this needs “Enquiry” / " in text_of(answer)
    assert "Finish its job cards" not in text_of(answer)


def test_overlapping_ranges_are_told_as_one_everywhere(
    house: Shop, manager: Client
) -> None:
    from_range = bnr34()
    from_range.pk = None
    from_range.variant = build.variant()
    from_range.first, from_range.last = 80, 300
    from_range.save()

    told = manager.get("/api/v1/vehicles/decode/?frame_number=BNR34-999999").json()
    page = text_of(manager.get("/board/intake/?frame_number=BNR34-999999"))

    assert told["detail"] == (
        "BNR34-999999 は製造されていません。製造された番号は 000051–000300 です。"
    )
    assert "000051 – 000300" in page


def test_whatever_the_desk_changes_has_words_as_a_cause_of_a_plan(
    house: Shop,
) -> None:
    assert set(CAUSES.values()) <= cause_kinds().keys()
    project = house.project()
    run = PlanRun(cause={"cancelled": project.pk})
    said = cause_sentence(run, causes_of([run]))

    assert said == f"{project.number} was cancelled"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("OPEN", "Can start now."),
        ("RUNNING", "Under way or done."),
        ("PAUSED", "Under way or done."),
        ("DONE", "Under way or done."),
        ("CANCELLED", "Can start now."),
    ],
)
def test_what_has_begun_since_the_plan_waits_for_nothing(state: str, told: str) -> None:
    assert start_reason(JobCard(state=state), {"kind": "NOW"}) == told

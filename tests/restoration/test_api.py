"""Cars, agreements, work and plans over HTTP."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from restoration.models import Estimate, JobCard, Project, TimeEntry
from tests import build
from tests.restoration.shop import Shop, key, shop
from workshop.models import FrameRange, Role, User

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, body: object = None, **headers: str) -> Any:
    given = {"Idempotency-Key": key()} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return as_(user).post(
        f"{API}{path}", body or {}, content_type="application/json", headers=given
    )


def clock(
    house: Shop, card: JobCard, verb: str, version: int, body: object = None
) -> Any:
    user = house.mechanic.user
    assert user is not None
    return post(user, f"/job-cards/{card.pk}/{verb}/", body, If_Match=f'"{version}"')


def test_a_technician_starts_pauses_and_finishes_with_versions(house: Shop) -> None:
    card = house.card(house.approved(), house.strip)

    started = clock(house, card, "start", 1)
    paused = clock(house, card, "pause", 2, {"reason": "Lunch"})
    finished = clock(house, card, "start", 3) and clock(house, card, "finish", 4)

    assert (started.status_code, started.json()["state"]) == (200, "RUNNING")
    assert started.headers["ETag"] == '"2"'
    assert paused.json()["state"] == "PAUSED"
    assert (finished.json()["state"], finished.json()["version"]) == ("DONE", 5)


def test_a_stale_or_missing_version_changes_nothing(house: Shop) -> None:
    card = house.card(house.approved(), house.strip)
    user = house.mechanic.user
    assert user is not None

    stale = clock(house, card, "start", 7)
    missing = post(user, f"/job-cards/{card.pk}/start/")

    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert missing.status_code == 428
    assert not TimeEntry.objects.exists()


def test_a_card_that_waits_answers_409_with_the_reason(house: Shop) -> None:
    card = house.card(house.approved(), house.finish)

    answer = clock(house, card, "start", 1)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert "Waits for “Paint”." in answer.json()["detail"]


def test_the_desk_has_to_say_whose_clock_it_means(house: Shop) -> None:
    card = house.card(house.approved(), house.strip)

    answer = post(house.manager, f"/job-cards/{card.pk}/start/", If_Match='"1"')

    assert answer.status_code == 400
    assert not TimeEntry.objects.exists()


def test_the_customer_decides_and_signs(house: Shop) -> None:
    # It is decided on by the clock of the machine.
    estimate = house.sent(at=timezone.now())
    read = as_(house.signer).get(f"{API}/estimates/{estimate.pk}/").json()

    answer = post(
        house.signer,
        f"/estimates/{estimate.pk}/decide/",
        {
            "decisions": [
                {"line": line["id"], "decision": "ACCEPTED"} for line in read["lines"]
            ],
            "signed_name": "A. Customer",
            "content_hash": read["content_hash"],
        },
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "APPROVED")
    assert JobCard.objects.count() == 3


def test_an_estimate_of_somebody_else_is_missing(house: Shop) -> None:
    # It is decided on by the clock of the machine.
    estimate = house.sent(at=timezone.now())
    stranger = build.customer().user
    assert stranger is not None

    answer = post(
        stranger,
        f"/estimates/{estimate.pk}/decide/",
        {
            "decisions": [{"line": 1, "decision": "ACCEPTED"}],
            "signed_name": "X",
            "content_hash": "0" * 64,
        },
    )

    assert answer.status_code == 404
    estimate.refresh_from_db()
    assert estimate.state == Estimate.State.SENT


def test_a_manager_opens_drafts_and_sends(house: Shop) -> None:
    opened = post(
        house.manager,
        "/projects/open/",
        {
            "vehicle": house.car.pk,
            "customer": house.customer.pk,
            "site": house.site.pk,
            "title_en": "Belt",
        },
    )
    drafted = post(
        house.manager,
        "/estimates/draft/",
        {"project": opened.json()["id"], "template": "BELT"},
    )
    sent = post(house.manager, f"/estimates/{drafted.json()['id']}/send/")

    assert (opened.status_code, drafted.status_code) == (201, 201)
    assert (sent.status_code, sent.json()["state"]) == (200, "SENT")


def test_one_key_opens_one_project(house: Shop) -> None:
    body = {
        "vehicle": house.car.pk,
        "customer": house.customer.pk,
        "site": house.site.pk,
        "title_en": "Belt",
    }

    answers = [
        post(house.manager, "/projects/open/", body, Idempotency_Key="once")
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert Project.objects.count() == 1


def test_a_frame_number_is_decoded_or_refused_with_ranges(house: Shop) -> None:
    FrameRange.objects.create(
        variant=build.variant(), prefix="BNR34", first=1, last=9000, units=10
    )
    client = as_(house.manager)

    known = client.get(f"{API}/vehicles/decode/?frame_number=bnr34+4321")
    never = client.get(f"{API}/vehicles/decode/?frame_number=BNR34-012345")
    nonsense = client.get(f"{API}/vehicles/decode/?frame_number=%00x")

    assert known.json()["frame_number"] == "BNR34-004321"
    assert (never.status_code, never.json()["code"]) == (422, "never_built")
    assert nonsense.status_code == 400


def test_an_open_project_says_what_keeps_it_here(house: Shop) -> None:
    project = house.approved()

    answer = post(house.manager, f"/projects/{project.pk}/hand-over/")

    assert (answer.status_code, answer.json()["code"]) == (409, "still_open")
    assert "“Strip” is not finished" in answer.json()["detail"]


def test_a_plan_is_asked_for_once(house: Shop) -> None:
    runs = [
        post(house.manager, "/plan-runs/ask/", {"site": house.site.pk}).json()["id"]
        for _ in range(2)
    ]

    assert runs[0] == runs[1]
    page = as_(house.manager).get(f"{API}/plan-runs/{runs[0]}/assignments/")
    assert page.json()["results"] == []


@pytest.mark.parametrize(
    "path", ["vehicles", "projects", "estimates", "job-cards", "plan-runs"]
)
def test_lists_show_a_customer_only_what_is_theirs(house: Shop, path: str) -> None:
    house.approved()
    stranger = build.user(Role.CUSTOMER)

    answer = as_(stranger).get(f"{API}/{path}/")

    assert answer.status_code == 403 or answer.json()["results"] == []

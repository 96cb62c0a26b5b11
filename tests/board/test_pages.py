"""What a manager sees and does on the board."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from restoration.models import Estimate, PlanRun, Project, Vehicle
from tests import build
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from workshop.models import FrameRange, Promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    return shop()


def text_of(answer: Any) -> str:
    """Return what a person reads of a page."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


def promise(project: Project, on: date, confidence: str = "FIRM") -> None:
    Promise.objects.create(
        subject_key=project.subject_key,
        sequence=1,
        promised_on=on,
        confidence=confidence,
        cause="FIRST",
        given_at=AT,
    )


def bnr34(**fields: Any) -> FrameRange:
    """A variant of one range: BNR34-000051 to 000100."""
    variant = build.variant(model_code="GJPRWYR34", **fields)
    return FrameRange.objects.create(
        variant=variant, prefix="BNR34", first=51, last=100, units=12
    )


def entry(house: Shop, **fields: Any) -> dict[str, Any]:
    return {
        "frame_number": "BNR34-000077",
        "model_code": "",
        "customer": house.customer.pk,
        "site": house.site.pk,
        "title_en": "Full restoration",
        "template": house.template.code,
        "idempotency_key": key(),
    } | fields


# --- Risk -----------------------------------------------------------------------------


def test_an_empty_house_says_how_to_begin(manager: Client) -> None:
    assert "No open project" in text_of(manager.get("/board/"))


def test_what_is_late_stands_first_and_says_why(house: Shop, manager: Client) -> None:
    calm, late = house.project(), house.project()
    Project.objects.filter(pk=late.pk).update(wished_on=date(2027, 1, 1))
    Project.objects.filter(pk=calm.pk).update(wished_on=date(2027, 9, 1))
    promise(calm, date(2027, 2, 1))
    promise(late, date(2027, 1, 11))

    page = text_of(manager.get("/board/"))

    assert page.index(late.number) < page.index(calm.number)
    assert "After the wish" in page
    assert "10 days after the wish" in page


def test_a_search_and_a_filter_narrow_the_table(house: Shop, manager: Client) -> None:
    one, other = house.project(), house.project()
    Project.objects.filter(pk=other.pk).update(state="IN_WORK")

    by_number = text_of(manager.get("/board/", {"q": one.number.lower()}))
    by_state = text_of(manager.get("/board/", {"state": "IN_WORK"}))
    nothing = text_of(manager.get("/board/", {"q": "no such car"}))

    assert (one.number in by_number, other.number in by_number) == (True, False)
    assert (one.number in by_state, other.number in by_state) == (False, True)
    assert "No project matches" in nothing


def test_what_has_no_date_comes_last_whichever_way_it_is_sorted(
    house: Shop, manager: Client
) -> None:
    dated, undated = house.project(), house.project()
    promise(dated, date(2027, 2, 1))

    for sort in ("promised", "-promised"):
        page = text_of(manager.get("/board/", {"sort": sort}))
        assert page.index(dated.number) < page.index(undated.number)


# --- Plan -----------------------------------------------------------------------------


def in_force(house: Shop, **fields: Any) -> PlanRun:
    given = {
        "state": "DONE",
        "is_in_force": True,
        "change_count": 0,
        "requested_at": AT,
    }
    return PlanRun.objects.create(site=house.site, **given | fields)


@pytest.mark.parametrize(
    ("cost", "floor", "sentence"),
    [
        ("0", "0", "This plan ends every car by its promise."),
        (
            "12.5",
            "3",
            "By those it could not be below 3.0 days, whatever plan was made.",
        ),
        ("12.5", "12.5", "No plan can be better: this is proven."),
        ("12.5", None, "Nothing is proven about how low it could be."),
    ],
)
def test_the_plan_says_what_it_costs_and_what_is_proven(
    house: Shop, manager: Client, cost: str, floor: str | None, sentence: str
) -> None:
    in_force(house, finished_at=AT, cost=cost, lower_bound=floor)

    assert sentence in text_of(manager.get("/board/plan/"))


def test_a_failed_run_says_why_and_what_stays(house: Shop, manager: Client) -> None:
    in_force(house, finished_at=AT, cost=0)
    PlanRun.objects.create(
        site=house.site,
        state="FAILED",
        requested_at=AT + HOUR,
        error="no bay of type 'dyno'",
        detail={"refusal": {"code": "NO_BAY", "cards": [], "fields": {"bay": "dyno"}}},
    )

    page = text_of(manager.get("/board/plan/"))

    assert "The last run found no plan." in page
    assert "The house has no bay of the kind “dyno”." in page


def test_asking_twice_with_one_key_asks_once(house: Shop, manager: Client) -> None:
    form = {"site": house.site.pk, "idempotency_key": key()}

    answers = [manager.post("/board/plan/again/", form) for _n in range(2)]

    assert [a.status_code for a in answers] == [302, 302]
    run = PlanRun.objects.get()
    assert (run.state, run.requested_by) == ("QUEUED", house.manager)
    assert "The planner begins in a moment" in text_of(manager.get("/board/plan/"))


def test_asking_without_a_key_asks_for_nothing(house: Shop, manager: Client) -> None:
    answer = manager.post("/board/plan/again/", {"site": house.site.pk})

    assert answer.status_code == 400
    assert not PlanRun.objects.exists()


def test_the_state_is_not_sent_again_while_nothing_changes(
    house: Shop, manager: Client
) -> None:
    in_force(house, finished_at=AT, cost=0)
    first = manager.get("/board/plan/state/")
    again = {"If-None-Match": first["ETag"]}

    assert manager.get("/board/plan/state/", headers=again).status_code == 304
    PlanRun.objects.create(site=house.site, requested_at=AT + HOUR)
    assert manager.get("/board/plan/state/", headers=again).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "week=soon",
        "week=9999-12-31",
        "week=0001-01-01",
        "span=year",
        "by=x",
        "site=x",
        "site=%00",
    ],
)
def test_what_the_plan_cannot_show_is_named(manager: Client, query: str) -> None:
    assert manager.get(f"/board/plan/?{query}").status_code == 400


# --- Projects -------------------------------------------------------------------------


def test_a_project_goes_from_draft_to_sent(house: Shop, manager: Client) -> None:
    project = house.project()
    path = f"/board/projects/{project.number}/"

    manager.post(f"{path}draft/", {"template": house.template.code})
    estimate = Estimate.objects.get()
    assert estimate.state == "DRAFT"
    assert "Belt" in text_of(manager.get(f"/board/estimates/{estimate.pk}/"))
    manager.post(f"/board/estimates/{estimate.pk}/send/")
    manager.post(f"{path}arrival/")

    project.refresh_from_db()
    estimate.refresh_from_db()
    assert (project.state, estimate.state) == ("AWAITING_APPROVAL", "SENT")
    assert project.arrived_at is not None
    assert "Estimate sent to the customer" in text_of(manager.get(path))


def test_an_unknown_template_is_refused_on_the_page(
    house: Shop, manager: Client
) -> None:
    project = house.project()

    answer = manager.post(
        f"/board/projects/{project.number}/draft/", {"template": "NOPE"}
    )

    assert answer.status_code == 400
    assert "There is no template “NOPE”" in text_of(answer)
    assert not Estimate.objects.exists()


def test_a_hand_over_too_early_lists_what_is_open(house: Shop, manager: Client) -> None:
    project = house.approved()

    answer = manager.post(f"/board/projects/{project.number}/hand-over/")

    assert answer.status_code == 409
    assert "“Strip” is not finished" in text_of(answer)
    project.refresh_from_db()
    assert project.state == "IN_WORK"


def test_cards_and_parts_say_where_they_stand(house: Shop, manager: Client) -> None:
    project = house.approved()
    path = f"/board/projects/{project.number}/"

    assert "not planned" in text_of(manager.get(f"{path}cards/"))
    assert "Timing belt" in text_of(manager.get(f"{path}parts/"))
    assert "Being asked" in text_of(manager.get("/board/shortages/"))


def test_a_project_that_is_not_there_is_missing(manager: Client) -> None:
    assert manager.get("/board/projects/P-00-0000/").status_code == 404
    assert manager.post("/board/projects/P-00-0000/arrival/").status_code == 404


# --- Intake ---------------------------------------------------------------------------


def test_a_number_shows_its_candidates_and_their_counts(manager: Client) -> None:
    bnr34(name_en="V-Spec", built_from=date(1999, 1, 1), built_to=date(2000, 8, 1))

    page = text_of(manager.get("/board/intake/", {"frame_number": "bnr34 77"}))

    assert "V-Spec" in page
    assert "January 1999 – August 2000" in page
    assert "000051 – 000100" in page


def test_a_model_code_that_is_not_on_record_is_named(manager: Client) -> None:
    bnr34(name_en="V-Spec")

    page = text_of(
        manager.get(
            "/board/intake/", {"frame_number": "BNR34-000077", "model_code": "GX-9"}
        )
    )

    assert "has the model code GX-9 on record" in page
    assert "V-Spec" in page


def test_a_number_never_built_shows_those_that_were(manager: Client) -> None:
    bnr34()

    page = text_of(manager.get("/board/intake/", {"frame_number": "BNR34-999999"}))

    assert "No such car was built" in page
    assert "000051 – 000100" in page
    assert "Why this car is entered" in page


def test_htmx_gets_the_findings_alone(manager: Client) -> None:
    bnr34()

    answer = manager.get(
        "/board/intake/",
        {"frame_number": "BNR34-000077"},
        headers={"HX-Request": "true"},
    )

    assert b"<html" not in answer.content
    assert "It can be 1 variant" in text_of(answer)


def test_entering_twice_opens_one_project(house: Shop, manager: Client) -> None:
    bnr34()
    form = entry(house)
    before = Project.objects.count()

    answers = [manager.post("/board/intake/enter/", form) for _n in range(2)]

    project = Project.objects.get(vehicle__frame_number="BNR34-000077")
    assert {a["Location"] for a in answers} == {f"/board/projects/{project.number}/"}
    assert (project.customer, project.template) == (house.customer, house.template)
    assert Project.objects.count() == before + 1


def test_a_form_without_customer_keeps_what_was_typed(
    house: Shop, manager: Client
) -> None:
    bnr34()

    answer = manager.post(
        "/board/intake/enter/", entry(house, customer="", title_en="Brakes only")
    )

    assert answer.status_code == 400
    assert b'value="Brakes only"' in answer.content
    assert not Vehicle.objects.filter(frame_number="BNR34-000077").exists()


def test_an_unnamed_project_is_called_what_its_template_is(
    house: Shop, manager: Client
) -> None:
    bnr34()
    form = entry(house, title_en="", title_ja="", template=house.template.code)

    manager.post("/board/intake/enter/", form)

    opened = Project.objects.get(vehicle__frame_number="BNR34-000077")
    assert opened.title_en == house.template.name_en
    assert opened.title_ja == house.template.name_ja


def test_a_wish_for_a_day_that_is_over_is_not_taken(
    house: Shop, manager: Client
) -> None:
    bnr34()

    answer = manager.post("/board/intake/enter/", entry(house, wished_on="2020-01-01"))

    assert answer.status_code == 400
    assert "This day is over." in text_of(answer)
    assert not Vehicle.objects.filter(frame_number="BNR34-000077").exists()


def test_a_car_of_somebody_else_is_refused(house: Shop, manager: Client) -> None:
    bnr34()
    build.vehicle(build.customer(), frame_number="BNR34-000077", serial=77)

    answer = manager.post("/board/intake/enter/", entry(house))

    assert answer.status_code == 409
    assert "is in the books under another owner" in text_of(answer)
    assert not Project.objects.exists()


def test_an_unlisted_car_needs_a_reason(house: Shop, manager: Client) -> None:
    bnr34()
    form = entry(house, frame_number="BNR34-999999")

    without = manager.post("/board/intake/unlisted/", form)
    assert without.status_code == 400
    assert not Project.objects.exists()
    manager.post("/board/intake/unlisted/", form | {"reason": "Stamp and papers agree"})

    car = Vehicle.objects.get(frame_number="BNR34-999999")
    assert car.unlisted_reason == "Stamp and papers agree"
    assert Project.objects.get().vehicle == car


@pytest.mark.parametrize("number", ["", "x", "BNR34-1234567", "NOPE-000001", "—"])
def test_what_is_no_frame_number_is_told_not_a_crash(
    manager: Client, number: str
) -> None:
    bnr34()

    assert manager.get("/board/intake/", {"frame_number": number}).status_code == 200

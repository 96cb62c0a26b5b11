"""Pages do not ask more often when there is more to show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from restoration import queries
from restoration.models import Assignment, JobCard, PlanRun, Project
from tests import build
from tests.restoration.shop import AT, Shop, shop
from workshop.models import Invoice, Promise

pytestmark = pytest.mark.django_db


def count(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        read()
    return len(caught)


def copy_rows(house: Shop, project: Project, rows: int) -> None:
    """More of everything that lists show: projects, cards, plan rows, promises."""
    run = PlanRun.objects.get_or_create(
        site=house.site,
        is_in_force=True,
        defaults={
            "state": "DONE",
            "requested_at": AT,
            "finished_at": AT,
            "change_count": 0,
        },
    )[0]
    number = project.job_cards.count()
    base = Project.objects.count()
    cards = JobCard.objects.bulk_create(
        JobCard(
            project=project,
            number=number + k,
            operation=house.finish,
            title_en=f"Card {k}",
            minutes=60,
        )
        for k in range(1, rows + 1)
    )
    assignments = Assignment.objects.bulk_create(
        Assignment(
            run=run,
            card=each,
            starts_at=AT + timedelta(hours=2 * k),
            ends_at=AT + timedelta(hours=2 * k + 1),
            reason={"kind": "NOW"},
        )
        for k, each in enumerate(cards)
    )
    for assignment in assignments:
        period = (assignment.starts_at, assignment.ends_at)
        assignment.technician_bookings.create(
            technician=house.mechanic, period=period, is_binding=False
        )
        assignment.bay_bookings.create(bay=house.lift, period=period, is_binding=False)
    projects = Project.objects.bulk_create(
        Project(
            number=f"X-{base + k}",
            vehicle=project.vehicle,
            customer=project.customer,
            site=house.site,
            title_en="More",
            currency="JPY",
            state="IN_WORK",
            opened_at=AT,
        )
        for k in range(rows)
    )
    Promise.objects.bulk_create(
        Promise(
            subject_key=each.subject_key,
            sequence=1,
            promised_on=AT.date(),
            confidence="FIRM",
            cause="FIRST",
            given_at=AT,
        )
        for each in projects
    )
    Invoice.objects.bulk_create(
        Invoice(
            number=f"I-{base + k}",
            customer=project.customer,
            subject_key=project.subject_key,
            title_en="More",
            currency="JPY",
            net=100,
            tax=10,
            total=110,
        )
        for k in range(rows)
    )


def test_lists_ask_as_often_for_200_rows_as_for_10() -> None:
    house = shop()
    project = house.approved()
    card = house.card(project, house.strip)
    reads: dict[str, Callable[[], object]] = {
        "project_cards": lambda: queries.project_cards(house.signer),
        "vehicles_of": lambda: queries.vehicles_of(house.signer),
        "project_summary": lambda: queries.project_summary(
            house.signer, number=project.number
        ),
        "decisions_waiting": lambda: queries.decisions_waiting(house.signer),
        "my_day": lambda: queries.my_day(house.mechanic, at=AT),
        "card_page": lambda: queries.card_page(
            house.manager, card_id=card.pk, technician=house.mechanic, at=AT
        ),
        "board_projects": lambda: queries.board_projects(house.manager),
        "shortages": lambda: queries.shortages(house.manager),
        "decisions_stuck": lambda: queries.decisions_stuck(house.manager, at=AT),
        "load_by_skill": lambda: queries.load_by_skill(house.site, from_on=AT.date()),
        "load_by_bay": lambda: queries.load_by_bay(house.site, from_on=AT.date()),
        "plan_input": lambda: queries.plan_input(house.site, at=AT),
    }
    copy_rows(house, project, 10)
    few = {name: count(read) for name, read in reads.items()}

    copy_rows(house, project, 190)
    many = {name: count(read) for name, read in reads.items()}

    assert many == few


def test_an_estimate_asks_as_often_for_200_lines_as_for_10() -> None:
    house = shop()
    estimate = house.draft()
    counts = []
    for rows in (10, 190):
        base = estimate.lines.count()
        for k in range(1, rows + 1):
            line = estimate.lines.order_by("position")[1]
            line.pk, line.position = None, base + k
            line._state.adding = True
            line.part = build.part()
            line.save()
        counts.append(
            count(lambda: queries.estimate_page(house.manager, estimate_id=estimate.pk))
        )

    assert counts[0] == counts[1]

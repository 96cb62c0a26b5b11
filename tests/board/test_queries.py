"""The board's pages ask as often for 200 rows as for 10."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parts.models import Availability, Demand
from restoration.models import (
    Assignment,
    Estimate,
    JobCard,
    JobCardPart,
    PlanRun,
    Project,
    Scenario,
)
from tests import build
from tests.restoration.shop import AT, Shop, shop
from workshop.models import Promise, Technician

pytestmark = pytest.mark.django_db


def add_rows(house: Shop, project: Project, rows: int) -> None:
    """More of all that the board lists, for one project and for the house."""
    run = PlanRun.objects.get_or_create(
        site=house.site,
        is_in_force=True,
        change_count=0,
        defaults={"state": "DONE", "requested_at": AT, "finished_at": AT, "cost": 1},
    )[0]
    base = Project.objects.count()
    for k in range(rows):
        person = build.technician(house.site, "general")
        bay = build.bay(house.site, "lift")
        card = JobCard.objects.create(
            project=project,
            number=1000 + base + k,
            operation=house.finish,
            title_en=f"Card {k}",
            minutes=60,
        )
        want_part(house, card)
        starts_at = AT + timedelta(hours=k)
        booked = Assignment.objects.create(
            run=run,
            card=card,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            reason={"kind": "NOW"},
        )
        period = (booked.starts_at, booked.ends_at)
        booked.technician_bookings.create(technician=person, period=period)
        booked.bay_bookings.create(bay=bay, period=period)
        other_project(house, base + k)
        what_if(house, run, card, person)


def what_if(house: Shop, run: PlanRun, card: JobCard, person: Technician) -> None:
    """A scenario that waits, about somebody and something of its own."""
    days = {"from_on": "2026-12-01", "to_on": "2026-12-02"}
    Scenario.objects.create(
        site=house.site, name="x", state="RUNNING", base=run, created_at=AT,
        created_by=house.manager,
        changes=[
            {"kind": "ABSENCE", "technician": person.pk, **days},
            {
                "kind": "PART", "demand": card.parts.get().demand_id,
                "on": "2026-12-01",
            },
        ],
    )  # fmt: skip


def want_part(house: Shop, card: JobCard) -> None:
    part = build.part(f"99999-{card.number}")
    demand = Demand.objects.create(
        demand_key=f"card:{card.pk}",
        part=part,
        site=house.site,
        quantity=1,
        subject_key=card.project.subject_key,
        created_at=AT,
    )
    Availability.objects.create(
        demand=demand,
        kind="NO_SOURCE",
        quantity=0,
        confidence="NONE",
        answered_at=AT,
    )
    JobCardPart.objects.create(
        card=card, part=part, required_part=part, quantity=1, demand=demand
    )


def other_project(house: Shop, number: int) -> None:
    """Another car's project with a promise, a sent estimate and a part it waits for."""
    owner = build.customer()
    other = Project.objects.create(
        number=f"X-{number}",
        vehicle=build.vehicle(owner),
        customer=owner,
        site=house.site,
        title_en="More",
        currency="JPY",
        state="IN_WORK",
        opened_at=AT,
    )
    Promise.objects.create(
        subject_key=other.subject_key,
        sequence=1,
        promised_on=date(2027, 1, 1),
        confidence="FIRM",
        cause="FIRST",
        given_at=AT,
    )
    Estimate.objects.create(
        project=other,
        version=1,
        state="SENT",
        currency="JPY",
        tax_percent=10,
        sent_at=AT,
        content_hash="x",
    )
    card = JobCard.objects.create(
        project=other, number=number, title_en="Card", minutes=60
    )
    want_part(house, card)


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(caught)


def test_every_list_asks_as_often_for_200_rows_as_for_10() -> None:
    house = shop()
    project = house.approved()
    client = Client()
    client.force_login(house.manager)
    paths = [
        "/board/",
        "/board/?sort=-promised&q=x",
        f"/board/plan/?week={AT.date()}&span=week",
        f"/board/plan/?week={AT.date()}&by=bay&span=month",
        f"/board/plan/?week={AT.date()}&by=car&span=quarter",
        *(
            f"/board/plan/bars/?week={AT.date()}&by={by}"
            for by in ("technician", "bay", "car")
        ),
        f"/board/plan/cars/{project.number}/",
        f"/board/plan/cars/{project.number}/chain/",
        "/board/plan/health/",
        "/board/plan/what-if/",
        "/board/calendars/",
        f"/board/sheets/?week={AT.date()}",
        "/api/v1/scenarios/?page_size=200",
        "/board/plan/state/",
        "/board/shortages/",
        f"/board/projects/{project.number}/",
        f"/board/projects/{project.number}/cards/",
        f"/board/projects/{project.number}/parts/",
        "/board/intake/",
    ]
    add_rows(house, project, 10)
    asked(client, "/board/")
    few = {path: asked(client, path) for path in paths}

    add_rows(house, project, 190)
    many = {path: asked(client, path) for path in paths}

    assert many == few

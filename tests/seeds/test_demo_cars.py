"""The demo's cars: each at its stage, with a past that commands have written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from config.seeding.run import DEMO_CARS, load_files
from parts.models import StockMovement
from restoration import commands, queries
from restoration.models import Estimate, Finding, JobCard, PlanRun, Project, TimeEntry
from restoration.queries import Shifts
from tests.seeds.japanese import (
    BOARD,
    CUSTOMERS,
    FLOOR,
    Walk,
    data_of_the_house,
    left_in_english,
    walked,
)
from workshop.models import Customer, Invoice, Promise, Site, Technician, User

# A Wednesday, 10:00 in Yokohama; the Monday before was a holiday.
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def _cars_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed", stdout=StringIO())
        with time_machine.travel(NOW):
            call_command("seed_demo", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def cars(_cars_once: None, db: None) -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=1)):
        yield


def project(frame_number: str) -> Project:
    return Project.objects.get(vehicle__frame_number=frame_number)


def test_each_car_is_at_its_stage(cars: None) -> None:
    rows = Project.objects.values_list("vehicle__frame_number", "state")

    assert sorted(rows) == [
        ("BCNR33-008888", "READY"),
        ("BCNR33-009120", "IN_WORK"),
        ("BCNR33-021500", "AWAITING_APPROVAL"),
        ("BNR32-100123", "IN_WORK"),
        ("BNR32-214500", "AWAITING_APPROVAL"),
        ("BNR32-305120", "IN_WORK"),
        ("BNR34-001234", "IN_WORK"),
        ("BNR34-403000", "IN_WORK"),
    ]
    assert not Project.objects.filter(is_demo=False).exists()


def test_a_second_run_changes_nothing(cars: None) -> None:
    models = (AuditEntry, OutboxEvent, JobCard, TimeEntry, PlanRun, StockMovement)
    before = [model.objects.count() for model in models]

    for days in (0, 3):
        with time_machine.travel(NOW + timedelta(days=days)):
            (outcome,) = load_files([DEMO_CARS])
        assert (outcome.counts.changed, outcome.counts.unchanged) == (0, 8)

    assert [model.objects.count() for model in models] == before


def test_the_laws_hold_and_the_audit_is_whole(cars: None) -> None:
    assert list(violations()) == []
    call_command("verify_audit", stdout=StringIO())


def test_every_car_in_work_has_a_promise(cars: None) -> None:
    keys = [p.subject_key for p in Project.objects.filter(state="IN_WORK")]

    assert Promise.objects.in_force().filter(subject_key__in=keys).count() == 5
    assert PlanRun.objects.get(is_in_force=True).state == "DONE"
    assert not PlanRun.objects.filter(state="QUEUED").exists()


def test_a_late_part_moved_a_promise_and_is_named(cars: None) -> None:
    car = project("BNR32-100123")
    newest = Promise.objects.history_of(car.subject_key)[0]

    assert (newest.sequence, newest.cause) == (2, "PART_LATE")
    assert newest.cause_detail["part_name_en"].startswith("Rear fender panel")


def test_the_customer_who_is_shown_to_everybody_reads_why_a_date_moved(
    cars: None,
) -> None:
    customer = User.objects.get(email="customer@example.com")
    cars_of_his = Project.objects.visible_to(customer)
    moved = [
        promise
        for each in cars_of_his
        for promise in Promise.objects.history_of(each.subject_key)
        if promise.moved_days
    ]

    (promise,) = moved
    assert (promise.sequence, promise.cause) == (2, "PART_LATE")
    assert promise.moved_days > 0
    assert promise.cause_detail["part_name_en"].startswith("Turbocharger assembly")
    assert promise.given_at.date() == NOW.date()


def test_the_technician_works_and_has_more_to_do_today(cars: None) -> None:
    sato = Technician.objects.get(code="sato")
    day = queries.my_day(sato, at=timezone.now())

    assert [line.card.project for line in day.running] == [project("BNR34-001234")]
    since = day.running[0].running_since
    assert since is not None
    assert abs(since - (NOW - timedelta(minutes=40))) < timedelta(minutes=2)
    assert len(day.today) >= 1


def test_the_manager_sees_promises_at_risk_and_a_finding(cars: None) -> None:
    manager = User.objects.get(email="manager@example.com")
    risks = {
        row.project.vehicle.frame_number: row.risk
        for row in queries.board_projects(manager)
    }

    assert risks["BNR32-100123"] == queries.Risk.AFTER_WISH
    finding = Finding.objects.get()
    assert (finding.project, finding.severity) == (project("BNR32-305120"), "MUST")
    assert finding.card is not None
    assert finding.card.state == JobCard.State.PAUSED


@pytest.mark.parametrize("email", ["customer@example.com", "jordan@example.com"])
def test_a_customer_has_an_estimate_to_decide(cars: None, email: str) -> None:
    estimates = Estimate.objects.visible_to(User.objects.get(email=email))

    assert estimates.filter(state=Estimate.State.SENT).count() == 1


def test_estimates_were_signed_by_the_customers_themselves(cars: None) -> None:
    for estimate in Estimate.objects.filter(state="APPROVED"):
        customer = Customer.objects.get(pk=estimate.project.customer_id)
        assert estimate.approval.signed_by_id == customer.user_id


def test_money_is_due_and_was_paid(cars: None) -> None:
    states = Invoice.objects.values_list("state", flat=True)

    assert set(states) == {"ISSUED", "PAID"}


def test_the_small_job_can_be_handed_over(cars: None) -> None:
    manager = User.objects.get(email="manager@example.com")

    done = commands.hand_over(
        project_id=project("BCNR33-008888").pk, user_id=manager.pk, at=timezone.now()
    )

    assert done.state == Project.State.HANDED_OVER


def test_work_was_done_in_working_hours_and_in_order(cars: None) -> None:
    entries = TimeEntry.objects.filter(ended_at__isnull=False)
    first = entries.order_by("started_at")[0].started_at
    spans = Shifts(Site.objects.get(), first - timedelta(days=1), NOW).of_site()

    assert entries.count() > 300
    for entry in entries:
        assert any(a <= entry.started_at and entry.ended_at <= b for a, b in spans)
    for card in JobCard.objects.filter(state="DONE").prefetch_related("waits_for"):
        for link in card.waits_for.select_related("before"):
            lag = timedelta(minutes=link.min_lag_minutes)
            assert link.before.finished_at + lag <= card.started_at


def test_parts_were_drawn_for_the_work_that_was_done(cars: None) -> None:
    begun = JobCard.objects.filter(started_at__isnull=False)
    rows = [row for card in begun for row in card.parts.select_related("demand")]

    assert rows
    assert [row for row in rows if row.demand.drawn != row.quantity] == []


@pytest.mark.parametrize(
    ("email", "walk"),
    [
        ("customer@example.com", CUSTOMERS),
        ("jordan@example.com", CUSTOMERS),
        ("technician@example.com", FLOOR),
        ("manager@example.com", BOARD),
    ],
)
def test_every_page_is_japanese_to_who_reads_japanese(
    cars: None, settings: Any, email: str, walk: Walk
) -> None:
    settings.DEMO = True
    User.objects.update(language="ja")
    client = Client()
    client.force_login(User.objects.get(email=email))
    allowed = data_of_the_house()

    pages = list(walked(client, walk))

    left = {
        (address, text)
        for address, html in pages
        for text in left_in_english(html, allowed)
    }
    assert left == set()
    assert len(pages) >= walk.least

"""The customer's pages: own rows only, constant queries, decisions that stick."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parts.models import PartsOrder, PartsOrderLine
from restoration import commands
from restoration.models import (
    Approval,
    Estimate,
    EstimateLine,
    JobCard,
    Project,
    Template,
    TemplateOperation,
)
from tests import build
from workshop.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Customer:
    return build.customer()


def client_of(customer: Customer) -> Client:
    client = Client()
    assert customer.user is not None
    client.force_login(customer.user)
    return client


def a_project(owner: Customer, **fields: Any) -> Project:
    number = f"P-T-{Project.objects.count()}"
    return Project.objects.create(
        **{
            "number": number,
            "vehicle": build.vehicle(owner),
            "customer": owner,
            "site": build.site(),
            "title_en": "Full restoration",
            "currency": "JPY",
            "opened_at": build.NOW,
        }
        | fields
    )


def a_sent_estimate(owner: Customer) -> Estimate:
    template = Template.objects.create(code=f"T{Template.objects.count()}", name_en="T")
    for _n in range(2):
        TemplateOperation.objects.create(template=template, operation=build.operation())
    project = a_project(owner)
    estimate = commands.draft_estimate(
        project_id=project.pk, template_code=template.code, user_id=None, at=build.NOW
    )
    return commands.send_estimate(
        estimate_id=estimate.pk, user_id=None, at=timezone.now()
    )


def decision(estimate: Estimate, **fields: Any) -> dict[str, Any]:
    lines = list(estimate.lines.values_list("pk", flat=True))
    return {
        "line": lines[:1],
        "signed_name": "Alex Morgan",
        "content_hash": estimate.content_hash,
        "idempotency_key": "one",
    } | fields


def test_home_shows_own_projects_only(owner: Customer) -> None:
    a_project(owner, title_en="Mine")
    a_project(build.customer(), title_en="Somebody else's")

    page = client_of(owner).get("/portal/").content.decode()

    assert "Mine" in page
    assert "Somebody else" not in page


@pytest.mark.parametrize("path", ["", "promises/"])
def test_someone_elses_project_answers_like_a_missing_one(
    owner: Customer, path: str
) -> None:
    foreign = a_project(build.customer())

    answers = [
        client_of(owner).get(f"/portal/projects/{number}/{path}")
        for number in (foreign.number, "P-NONE")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_signing_approves_ticked_lines_and_declines_the_rest(owner: Customer) -> None:
    estimate = a_sent_estimate(owner)

    answer = client_of(owner).post(
        f"/portal/estimates/{estimate.pk}/", decision(estimate)
    )

    assert answer.status_code == 302
    decisions = estimate.lines.order_by("position").values_list("decision", flat=True)
    assert list(decisions) == ["ACCEPTED", "DECLINED"]
    assert JobCard.objects.filter(project=estimate.project).count() == 1


def test_signing_twice_with_one_key_approves_once(owner: Customer) -> None:
    estimate = a_sent_estimate(owner)
    client = client_of(owner)

    for _n in range(2):
        client.post(f"/portal/estimates/{estimate.pk}/", decision(estimate))

    assert Approval.objects.count() == 1
    assert JobCard.objects.count() == 1


def test_a_missing_name_keeps_the_ticks_and_changes_nothing(owner: Customer) -> None:
    estimate = a_sent_estimate(owner)
    kept = estimate.lines.order_by("position").first()
    assert kept is not None

    answer = client_of(owner).post(
        f"/portal/estimates/{estimate.pk}/", decision(estimate, signed_name="")
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count(" checked") == 1
    assert not EstimateLine.objects.exclude(decision="PENDING").exists()


def test_a_stale_page_is_refused_and_changes_nothing(owner: Customer) -> None:
    estimate = a_sent_estimate(owner)

    answer = client_of(owner).post(
        f"/portal/estimates/{estimate.pk}/", decision(estimate, content_hash="0" * 64)
    )

    assert answer.status_code == 412
    assert not Approval.objects.exists()


def test_someone_elses_estimate_cannot_be_signed(owner: Customer) -> None:
    estimate = a_sent_estimate(build.customer())

    answer = client_of(owner).post(
        f"/portal/estimates/{estimate.pk}/", decision(estimate)
    )

    assert answer.status_code == 404
    assert not Approval.objects.exists()


def many_projects(owner: Customer, count: int) -> None:
    site, car = build.site(), build.vehicle(owner)
    Project.objects.bulk_create(
        Project(
            number=f"P-M-{n}",
            vehicle=car,
            customer=owner,
            site=site,
            title_en="Full restoration",
            currency="JPY",
            opened_at=build.NOW,
        )
        for n in range(count)
    )


def many_orders(owner: Customer, count: int) -> None:
    site, part = build.site(), build.part()
    made = PartsOrder.objects.bulk_create(
        PartsOrder(
            number=f"O-{n}",
            customer=owner,
            site=site,
            currency="JPY",
            created_at=build.NOW,
        )
        for n in range(count)
    )
    PartsOrderLine.objects.bulk_create(
        PartsOrderLine(
            order=order, part=part, quantity=1, unit_price=100, currency="JPY"
        )
        for order in made
    )


@pytest.mark.parametrize(
    ("path", "fill"), [("/portal/", many_projects), ("/portal/orders/", many_orders)]
)
def test_lists_ask_as_much_for_200_rows_as_for_10(
    owner: Customer, path: str, fill: Any
) -> None:
    client = client_of(owner)
    asked = []

    for count in (10, 200):
        Project.objects.all().delete()
        PartsOrder.objects.all().delete()
        fill(owner, count)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_an_address_that_no_row_can_carry_is_missing(owner: Customer) -> None:
    assert client_of(owner).get("/portal/orders/x%00y/").status_code == 404

"""The desk names what an opaque key stands for."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import subjects
from parts.models import Demand
from restoration.models import Project
from tests import build
from workshop.models import Role, Site

pytestmark = pytest.mark.django_db


def a_project(site: Site, number: str) -> Project:
    owner = build.customer()
    return Project.objects.create(
        number=number,
        vehicle=build.vehicle(owner),
        customer=owner,
        site=site,
        title_en="Full restoration",
        currency="JPY",
        opened_at=build.NOW,
    )


def wish(site: Site, subject_key: str, n: int) -> Demand:
    return Demand.objects.create(
        demand_key=f"test:{n}",
        subject_key=subject_key,
        part=build.part(),
        site=site,
        quantity=1,
        created_at=build.NOW,
    )


def test_a_project_is_named_by_number_and_car() -> None:
    project = a_project(build.site(), "P-1")

    names = subjects.names_of([project.subject_key, "project:0", "loose"])

    assert names == {
        project.subject_key: f"P-1 · {project.vehicle.frame_number}",
        "project:0": "project:0",
        "loose": "loose",
    }


def test_the_list_of_wishes_shows_names_in_one_query_for_all() -> None:
    site, client, asked = build.site(), Client(), []
    client.force_login(build.user(Role.PARTS))
    for count in (2, 12):
        for n in range(Demand.objects.count(), count):
            wish(site, a_project(site, f"P-{n}").subject_key, n)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/admin/parts/demand/").content.decode()
        asked.append(len(queries))

    assert "P-11 · BNR34-" in page
    assert "project:" not in page
    assert asked[0] == asked[1]

"""The ledgers of the ground at the desk: as many statements for rows of every kind."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import audit, outbox
from parts import commands
from parts.models import Demand
from restoration.models import Project
from tests import build
from tests.parts.store import NOW, D, Store, key
from workshop.models import Account, Role

pytestmark = pytest.mark.django_db
LEDGERS = ("auditchain", "auditentry", "outboxevent", "auditanchor", "scheduledrun")
MOST = 8


def subjects_of(store: Store) -> list[str]:
    """Return keys of rows of as many kinds as one hand can make."""
    owner, site, part = build.customer(), store.site, build.part()
    car = build.vehicle(owner)
    project = Project.objects.create(
        number=f"P-{car.pk}",
        vehicle=car,
        customer=owner,
        site=site,
        title_en="Full restoration",
        currency="JPY",
        opened_at=NOW,
    )
    sold = commands.Sold(part_id=part.pk, quantity=D(1), unit_price=D(100))
    order = commands.place_parts_order(
        customer_id=owner.pk, site_id=site.pk, lines=[sold], key=key(), at=NOW
    )
    order = commands.confirm_parts_order(order_id=order.pk, at=NOW)
    wish = Demand.objects.filter(part=part).get()
    account = Account.objects.first()
    return [
        project.subject_key,
        f"vehicle:{car.pk}",
        f"part:{part.pk}",
        f"demand:{wish.pk}",
        wish.demand_key,
        f"parts-order:{order.pk}",
        f"customer:{owner.pk}",
        f"person:{build.user(Role.PARTS).pk}",
        f"site:{site.pk}",
        *([f"account:{account.pk}"] if account else []),
    ]


def note(keys: list[str]) -> None:
    with transaction.atomic():
        for each in keys:
            outbox.write("parts.check_demands", subject=each, demand_ids=[])
            audit.record(
                subject=each, command="receive_stock", actor_id=None, at=NOW, detail={}
            )


def test_a_ledger_s_list_takes_eight_statements_whatever_it_is_about() -> None:
    store, client, asked = Store(), Client(), []
    client.force_login(build.user(Role.MANAGER))
    for _round in range(2):
        for _each in range(4):
            note(subjects_of(store))
        for name in LEDGERS:
            client.get(f"/admin/common/{name}/")
        counted = {}
        for name in LEDGERS:
            with CaptureQueriesContext(connection) as statements:
                page = client.get(f"/admin/common/{name}/")
            assert page.status_code == 200
            counted[name] = len(statements)
        asked.append(counted)

    assert asked[0] == asked[1]
    assert max(asked[0].values()) <= MOST, asked


def test_the_list_names_what_each_entry_is_about() -> None:
    store, client = Store(), Client()
    client.force_login(build.user(Role.MANAGER))
    keys = subjects_of(store)
    note([*keys, "project:0"])

    page = client.get("/admin/common/auditentry/").content.decode()

    assert "project:0" in page
    assert [each for each in keys if each in page] == []

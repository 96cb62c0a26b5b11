"""What to buy before it vanishes, with the working of every factor."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from parts.models import Observation, Part, PurchaseOrder, SupplierOffer
from restoration import queries
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import answer, plan
from tests.restoration.test_query_counts import count
from workshop.models import Role

pytestmark = pytest.mark.django_db


def listed(house: Shop) -> list[queries.BuyNow]:
    return queries.buy_now(house.manager, site=house.site, at=AT)


def wanted() -> Shop:
    house = shop()
    house.approved()
    answer(house)
    plan(house)
    return house


def test_without_observations_it_says_so_and_invents_nothing() -> None:
    house = wanted()

    (found,) = listed(house)

    assert found.part == house.belt
    # Life unknown 2, one supplier 2.
    assert found.risk.text == "4 of 13 points"
    assert found.risk.working == [
        "2 for its life: Not known",
        "no observations",
        "2 for 1 supplier who offers it",
    ]
    assert (found.drift.value, found.drift.text) == (1, "no observations")
    assert found.drift.working == []
    # Another one by 23 March; the card begins on 4 December.
    assert found.delay.working[0] == (
        "without it: another one by Tue 23 Mar 2027, 120 days from today"
    )
    assert "begins on Fri 4 Dec 2026" in found.delay.working[1]
    assert 0 < found.delay.value < 110
    assert found.score == Decimal(4) / 13 * found.delay.value


def test_each_sign_of_vanishing_raises_the_rank() -> None:
    house = wanted()
    before = listed(house)[0]
    supplier = SupplierOffer.objects.get().supplier
    Part.objects.filter(pk=house.belt.pk).update(life="PROVISIONALLY_DISCONTINUED")
    SupplierOffer.objects.update(seen_on=AT.date() - timedelta(days=200))
    day = AT.date() - timedelta(days=30)
    common = {"part": house.belt, "currency": "JPY", "noted_at": AT, "seen_on": day}
    Observation.objects.create(kind="GONE", supplier=build.supplier(), **common)
    Observation.objects.create(
        kind="PRICE_MOVED", supplier=supplier, was_price=4000, price=5000, **common
    )

    (found,) = listed(house)

    # Life 4, gone 2, one supplier 2, old offer 1.
    assert found.risk.text == "9 of 13 points"
    assert (found.drift.text, found.drift.value) == ("25 %", Decimal("1.25"))
    assert found.drift.working == ["from 4,000 to 5,000 JPY by Sat 24 Oct 2026"]
    assert found.score == Decimal(9) / 13 * found.delay.value * Decimal("1.25")
    assert found.score > before.score


def test_one_click_drafts_the_order_once() -> None:
    house = wanted()
    client = Client()
    client.force_login(build.user(Role.PARTS))
    page = client.get(reverse("admin:claims_buy_now", args=[house.site.pk]))
    assert "no observations" in page.content.decode()
    once = re.search(r'name="idempotency_key" value="([^"]+)"', page.content.decode())
    assert once is not None

    for _again in range(2):
        answered = client.post(
            reverse("admin:claims_draft", args=[house.site.pk, house.belt.pk]),
            {"idempotency_key": once.group(1)},
        )
        assert answered.status_code == 302

    order = PurchaseOrder.objects.get()
    assert (order.state, order.lines.get().part) == ("DRAFT", house.belt)


def test_nothing_is_drafted_twice_under_another_key() -> None:
    house = wanted()
    client = Client()
    client.force_login(house.manager)
    where = reverse("admin:claims_draft", args=[house.site.pk, house.belt.pk])

    client.post(where, {"idempotency_key": key()})
    client.post(where, {"idempotency_key": key()})

    assert PurchaseOrder.objects.count() == 1


def test_more_cars_take_no_more_statements() -> None:
    house = wanted()
    few = count(lambda: listed(house))
    for _n in range(3):
        house.approved()
    answer(house)

    assert count(lambda: listed(house)) == few
    assert len(listed(house)[0].projects) == 4


def test_the_api_shows_the_working() -> None:
    house = wanted()
    client = Client()
    client.force_login(house.manager)

    (row,) = client.get("/api/v1/buy-now/", {"site": house.site.pk}).json()

    assert (row["part"], row["drift"]["text"]) == (house.belt.pk, "no observations")
    assert client.get("/api/v1/buy-now/").status_code == 400

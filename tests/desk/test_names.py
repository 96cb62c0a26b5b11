"""Codes have names on the desk; the code stands small beside, keys lead on."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation

from parts import commands
from parts.models import Demand, PartsOrder
from tests import build
from tests.parts.store import NOW, D, Store, key
from workshop.models import Role, User

pytestmark = pytest.mark.django_db


def desk(role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=build.user(role, language="ja").pk))
    return client


def an_order(store: Store) -> PartsOrder:
    order = commands.place_parts_order(
        customer_id=build.customer().pk,
        site_id=store.site.pk,
        lines=[commands.Sold(part_id=store.part.pk, quantity=D(2), unit_price=D(1600))],
        key=key(),
        actor_id=None,
        at=timezone.now(),
    )
    commands.confirm_parts_order(order_id=order.pk, actor_id=None, at=timezone.now())
    return order


def test_audit_entries_say_what_was_done_and_to_what() -> None:
    order = an_order(Store())

    page = desk().get("/admin/common/auditentry/").content.decode()

    name = '顧客向け見積の作成 <code class="code small muted">place_parts_order</code>'
    assert name in page
    assert (
        f'<a href="/admin/parts/partsorder/{order.pk}/change/">{order.number}' in page
    )


def test_waiting_work_is_called_by_name() -> None:
    an_order(Store())

    page = desk().get("/admin/common/outboxevent/").content.decode()

    assert "部品の入手性を確認し直す" in page


def test_a_wish_leads_to_its_order() -> None:
    order = an_order(Store())
    wish = Demand.objects.get()

    page = desk(Role.PARTS).get(f"/admin/parts/demand/{wish.pk}/change/")

    link = f'<a href="/admin/parts/partsorder/{order.pk}/change/">{order.number}</a>'
    text = page.content.decode()
    assert text.count(link) >= 2
    assert "order-line:" not in text
    assert "2.000" not in text


def test_a_wish_of_a_card_has_no_link_for_who_may_not_follow() -> None:
    store = Store()
    wish = store.want(1)

    page = desk(Role.PARTS).get(f"/admin/parts/demand/{wish.pk}/change/")

    assert "/admin/restoration/" not in page.content.decode()


def test_an_order_shows_money_as_people_write_it() -> None:
    order = an_order(Store())

    page = desk(Role.PARTS).get(f"/admin/parts/partsorder/{order.pk}/change/")

    text = page.content.decode()
    assert "¥1,600" in text
    assert "1600.00" not in text


@pytest.mark.parametrize(("wanted", "verb"), [(1, "is"), (2, "are")])
def test_one_is_wanted_and_two_are(wanted: int, verb: str) -> None:
    store = Store()
    store.receive(9)
    wish = store.want(wanted)

    with translation.override("en"):
        with pytest.raises(commands.MoreThanWanted) as refusal:
            commands.issue_parts(
                demand_id=wish.pk,
                quantity=Decimal(5),
                reason="",
                key=key(),
                actor_id=None,
                at=NOW,
            )

        said = str(refusal.value.sentence)

    assert said == f"Only {wanted} {verb} still wanted; more is a new wish."

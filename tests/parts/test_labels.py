"""A label's code leads each role to the page that suits it."""

import pytest
from django.test import Client

from common import labels
from parts.models import Bin
from restoration.models import JobCard, Project, RemovedPart
from tests import build
from tests.parts.store import Store
from workshop.models import Role

pytestmark = pytest.mark.django_db


def reader(role: str) -> Client:
    client = Client()
    client.force_login(build.user(role))
    return client


def test_a_code_is_read_however_it_is_sent() -> None:
    for text in (
        "/s/b/12",
        "https://shop.example/s/b/12",
        " ／Ｓ／Ｂ／１２ ",
        "s/b/12/",
    ):
        assert labels.read_path(text) == ("b", 12)
    for text in ("", "/s/zz/1", "/s/b/x", "13020-05U00", "/s/b/12/34"):
        assert labels.read_path(text) is None


def test_the_desk_is_led_to_its_scan_page_and_others_read_the_label() -> None:
    store = Store()
    path = f"/s/b/{store.shelf.pk}"

    desk = reader(Role.PARTS).get(path)
    floor = reader(Role.TECHNICIAN).get(path)

    assert desk["Location"].startswith("/admin/parts/stocklevel/scan/?code=")
    assert desk["Location"].endswith(f"{store.shelf.pk}")
    assert store.shelf.code in floor.content.decode()
    assert reader(Role.CUSTOMER).get(path).status_code == 403
    assert Client().get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/s/b/999999", "/s/zz/1", "/s/b/0"])
def test_a_code_of_nothing_is_not_found(path: str) -> None:
    assert reader(Role.PARTS).get(path).status_code == 404


def test_every_kind_of_thing_makes_its_labels_in_few_statements() -> None:
    assert {"b", "l", "u", "p", "o", "so", "po", "sh", "ct"} <= labels.kinds().keys()
    store = Store()
    Bin.objects.bulk_create([Bin(site=store.site, code=f"Z{n}") for n in range(20)])

    made = labels.labels_of("b", [store.closed.pk, store.shelf.pk, 10**9])

    assert [each.title for each in made] == [store.closed.code, store.shelf.code]
    assert made[0].code.startswith("<svg")


def test_an_originals_tag_leads_the_floor_to_its_card() -> None:
    owner = build.customer(name="Sato Kenji")
    project = Project.objects.create(
        number="P-1",
        vehicle=build.vehicle(owner),
        customer=owner,
        site=build.site(),
        title_en="Restoration",
        currency="JPY",
        opened_at=build.NOW,
    )
    card = JobCard.objects.create(project=project, number=1, title_en="X", minutes=60)
    tagged = RemovedPart.objects.create(
        project=project, card=card, tag="T-1", text_en="Badge", removed_at=build.NOW
    )

    floor = reader(Role.TECHNICIAN).get(f"/s/o/{tagged.pk}")
    store = reader(Role.PARTS).get(f"/s/o/{tagged.pk}").content.decode()
    [label] = labels.labels_of("o", [tagged.pk])

    assert floor["Location"] == f"/floor/cards/{card.pk}/"
    assert label.title == "T-1"
    assert "Property of Sato Kenji" in store

"""Photos of parts for who works with them; papers and provenance for the desk."""

import pytest
from django.test import Client

from parts import commands
from parts.models import PartFile, Unit
from tests import build
from tests.parts.store import NOW, Store, key
from tests.parts.test_catalogue_desk import picture
from workshop.models import Role

pytestmark = pytest.mark.django_db


def kept(store: Store) -> tuple[PartFile, PartFile]:
    both = [
        commands.attach_part_file(
            part_id=store.part.pk, content=content, title="front", key=key(), at=NOW
        )
        for content in (picture(), b"%PDF-1.7")
    ]
    return both[0], both[1]


def reader(role: str) -> Client:
    client = Client()
    client.force_login(build.user(role))
    return client


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.PARTS, Role.MANAGER])
def test_who_works_here_finds_a_parts_photos_over_the_api(role: str) -> None:
    store = Store()
    photo, paper = kept(store)
    client, base = reader(role), f"/api/v1/parts/{store.part.pk}/photos/"

    listed = client.get(base).json()
    assert [(row["id"], row["title"]) for row in listed] == [(photo.pk, "front")]
    answer = client.get(listed[0]["url"])
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"{base}{paper.pk}/").status_code == 404
    elsewhere = f"/api/v1/parts/{build.part().pk}/photos/{photo.pk}/"
    assert client.get(elsewhere).status_code == 404


def test_customers_and_strangers_do_not_get_them() -> None:
    store = Store()
    photo, _paper = kept(store)
    base = f"/api/v1/parts/{store.part.pk}/photos/"

    for path in (base, f"{base}{photo.pk}/", f"/floor/part-photos/{photo.pk}/"):
        assert reader(Role.CUSTOMER).get(path).status_code in (403, 404)
        assert Client().get(path).status_code in (302, 401, 403)


def test_a_technician_sees_a_photo_and_no_paper_on_the_floor() -> None:
    photo, paper = kept(Store())
    client = reader(Role.TECHNICIAN)

    assert client.get(f"/floor/part-photos/{photo.pk}/").status_code == 200
    assert client.get(f"/floor/part-photos/{paper.pk}/").status_code == 404


def test_the_desk_fetches_papers_over_the_api_and_nobody_else() -> None:
    store = Store()
    photo, paper = kept(store)
    base = f"/api/v1/parts/{store.part.pk}/documents/"
    client = reader(Role.PARTS)

    listed = client.get(base).json()
    assert [row["id"] for row in listed] == [paper.pk]
    answer = client.get(listed[0]["url"])
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content == b"%PDF-1.7"
    assert client.get(f"{base}{photo.pk}/").status_code == 404
    for path in (base, f"{base}{paper.pk}/"):
        assert reader(Role.TECHNICIAN).get(path).status_code == 403


def test_where_a_piece_comes_from_is_read_over_the_api() -> None:
    store = Store()
    store.part.is_serialised = True
    store.part.save()
    level = store.receive(2, serials=["A-1", "A-2"], reason="off car 7")
    client = reader(Role.MANAGER)

    (row,) = client.get("/api/v1/units/?serial=A-1").json()["results"]
    unit = Unit.objects.get(serial="A-1")
    assert row == {
        "id": unit.pk,
        "part": store.part.pk,
        "part_code": store.part.code,
        "serial": "A-1",
        "level": level.pk,
        "fitted_key": "",
        "provenance": "off car 7",
    }
    (line,) = client.get(f"/api/v1/units/{unit.pk}/story/").json()
    assert (line["kind"], line["level"]) == ("RECEIPT", level.pk)
    assert reader(Role.TECHNICIAN).get("/api/v1/units/").status_code == 403

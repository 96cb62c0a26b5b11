"""The catalogue's pages and its API: what people press and what programs send."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from common.errors import InvalidInput, NotFound
from common.models import Attachment
from parts import commands
from parts.models import (
    Alternate,
    Fitment,
    KitLine,
    LifeChange,
    Observation,
    Part,
    PartFile,
    ReorderRule,
    Supersession,
    Watch,
)
from restoration.models import Project
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key
from tests.parts.test_admin import desk, press
from workshop.models import FrameRange, Role

pytestmark = pytest.mark.django_db
PARTS = "/admin/parts/part"


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **more)
    return out.getvalue()


def attach(part: Part, content: bytes, **fields: Any) -> PartFile:
    fields = {"key": key(), "at": NOW, "title": "Front"} | fields
    return commands.attach_part_file(part_id=part.pk, content=content, **fields)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_successors_stand_ins_and_lives_are_entered_by_buttons() -> None:
    store = Store()
    new = build.part("13020-05U01", name_en="Newer")
    client = desk()
    page = f"{PARTS}/{store.part.pk}/act"

    press(client, f"{page}/successor/", new=new.pk, kind="ONE_WAY", source="FAST")
    stood = press(client, f"{page}/stand-in/", alternate=new.pk, source="FAST")
    assert stood.status_code == 302, stood.content.decode()
    press(
        client,
        f"{page}/life/",
        life="PROVISIONALLY_DISCONTINUED",
        changed_on="2026-11-20",
        source="dealer",
    )
    row = Supersession.objects.get()
    assert (row.old, row.new, row.source) == (store.part, new, "FAST")
    assert LifeChange.objects.get().became == "PROVISIONALLY_DISCONTINUED"
    shown = client.get(f"{PARTS}/{store.part.pk}/change/").content.decode()
    assert "13020-05U01" in shown
    assert "function code" in shown

    press(
        client,
        f"/admin/parts/supersession/{row.pk}/act/end/",
        ends_on="2030-01-01",
        reason="made again",
    )
    row.refresh_from_db()
    assert str(row.ends_on) == "2030-01-01"
    other = Alternate.objects.get()
    answer = press(
        client, f"/admin/parts/alternate/{other.pk}/act/remove/", reason="no"
    )
    assert (answer.status_code, Alternate.objects.count()) == (302, 0)
    assert client.get(answer.url).status_code == 200


def test_a_successor_that_leads_back_is_refused_on_its_form() -> None:
    store = Store()
    new = build.part("13020-05U01")
    store.part.superseded_by.create(new=new)

    answer = press(
        desk(),
        f"{PARTS}/{new.pk}/act/successor/",
        new=store.part.pk,
        kind="ONE_WAY",
        source="x",
    )

    assert answer.status_code == 409
    assert "13020-05U01 → 13020-05U00 → 13020-05U01" in answer.content.decode()
    assert new.superseded_by.count() == 0


def test_the_list_says_what_replaced_a_number() -> None:
    store = Store()
    store.part.superseded_by.create(new=build.part("13020-05U01"))

    shown = desk().get(f"{PARTS}/", {"q": "1302005u00"}).content.decode()

    assert "13020-05U00 was replaced by 13020-05U01." in shown


def test_a_replacement_is_previewed_and_done() -> None:
    store = Store()
    new, kit = build.part("13020-05U01"), build.part("KIT-1", name_en="Belt kit")
    demand = store.want(1)
    KitLine.objects.create(kit=kit, component=store.part, quantity=1)
    ReorderRule.objects.create(part=store.part, site=store.site, minimum=1, maximum=2)
    client = desk()
    page = f"{PARTS}/{store.part.pk}/replace/"

    shown = client.get(page, {"new": new.pk}).content.decode()
    assert "to be decided by you" in shown
    assert "Belt kit" in shown
    once = re.search(r'name="idempotency_key" value="([^"]+)"', shown)
    assert once is not None
    body = {"idempotency_key": once[1], "demands": [demand.pk], "everywhere": "on"}
    refusal = client.post(f"{page}?new={new.pk}", body)
    assert refusal.status_code == 200
    answer = client.post(f"{page}?new={new.pk}", {**body, "reason": "bulletin"})

    assert answer.status_code == 302
    demand.refresh_from_db()
    assert (demand.part, demand.replaces_part) == (new, store.part)
    assert KitLine.objects.get().component == new


def test_a_kit_is_edited_on_its_page_and_shown_with_its_sums() -> None:
    kit, belt = build.part("KIT-1"), build.part("BELT-1", list_price=9000)
    client = desk()
    lines = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "0",
        "form-0-component": str(belt.pk),
        "form-0-quantity": "2",
    }

    assert press(client, f"{PARTS}/{kit.pk}/kit/", **lines).status_code == 302
    shown = client.get(f"{PARTS}/{kit.pk}/change/").content.decode()
    assert "BELT-1" in shown
    assert "18,000" in shown
    wrong = press(
        client, f"{PARTS}/{belt.pk}/kit/", **{**lines, "form-0-component": kit.pk}
    )
    assert wrong.status_code == 409
    assert "cannot hold itself" in wrong.content.decode()


def test_a_watch_is_set_woken_and_looked_at_on_the_desk() -> None:
    store = Store()
    client = desk()
    page = f"{PARTS}/{store.part.pk}/act"

    press(client, f"{page}/watch/", reason="last batch")
    press(
        client,
        f"{page}/seen/",
        kind="FIRST_SEEN",
        seen_on="2026-11-20",
        price="28600",
        currency="JPY",
    )
    row = Watch.objects.get()
    assert Observation.objects.get().noted_by is not None
    found = client.get("/admin/parts/watch/?alert=yes").context["cl"].result_list
    assert list(found) == [row]
    press(client, f"/admin/parts/watch/{row.pk}/act/look/")
    found = client.get("/admin/parts/watch/?alert=yes").context["cl"].result_list
    assert list(found) == []
    assert client.get("/admin/parts/observation/").status_code == 200
    answer = press(client, f"/admin/parts/watch/{row.pk}/act/unwatch/", reason="sold")
    assert (answer.status_code, Watch.objects.count()) == (302, 0)


def test_what_fits_a_car_is_asked_by_its_frame_number() -> None:
    part = build.part("13020-05U00", category="engine/timing", name_en="Belt")
    variant = build.variant(generation="R34")
    FrameRange.objects.filter(variant=variant).delete()
    FrameRange.objects.create(
        variant=variant, prefix="BNR34", first=1, last=9999, units=9999
    )
    Fitment.objects.create(part=part, generation="R34")
    client = desk()

    shown = client.get(f"{PARTS}/fits/", {"frame": "bnr34 4321"})
    assert shown.status_code == 200
    assert "BNR34-004321" in shown.content.decode()
    assert "13020-05U00" in shown.content.decode()
    assert client.get(f"{PARTS}/fits/", {"frame": "nonsense"}).status_code == 400
    assert client.get(f"{PARTS}/fits/", {"frame": "BNR34-99999"}).status_code == 404
    assert client.get(f"{PARTS}/fits/").status_code == 200
    told = client.get("/api/v1/parts/fits/", {"frame": "BNR34-004321"}).json()
    assert told[0]["rows"][0]["part"]["id"] == part.pk
    assert told[0]["rows"][0]["known"] == "YES"


def test_a_part_s_page_leads_to_the_cars_in_the_house_that_it_fits() -> None:
    store, owner = Store(), build.customer()
    car = build.vehicle(owner)
    assert car.variant is not None
    Fitment.objects.create(part=store.part, generation=car.variant.generation)
    for number, state in (("P-1", "IN_WORK"), ("P-2", "CANCELLED")):
        Project.objects.create(
            number=number,
            vehicle=car,
            customer=owner,
            site=store.site,
            title_en="Belt",
            opened_at=NOW,
            state=state,
        )
    client = desk()

    page = client.get(f"{PARTS}/{store.part.pk}/change/").content.decode()
    link = f"/admin/claims/cars/{store.part.pk}/"
    assert link in page
    shown = client.get(link).content.decode()
    assert "P-1" in shown
    assert "P-2" not in shown
    vehicle = desk(Role.MANAGER).get(f"/admin/restoration/vehicle/{car.pk}/change/")
    assert (
        f"/admin/parts/part/fits/?frame={car.frame_number}" in vehicle.content.decode()
    )


def test_one_box_finds_parts_bins_orders_suppliers_and_customers() -> None:
    store = Store()
    newer = build.part("13020-05U01")
    store.part.superseded_by.create(new=newer)
    line = store.order(1)
    build.customer(name="Ohtsuka")
    client = desk()

    def titles(text: str) -> str:
        return client.get("/admin/search/", {"q": text}).content.decode()

    shown = titles("１３０２０ー05u00")
    assert "was replaced by" in shown
    assert f"/admin/parts/part/{newer.pk}/change/" in shown
    assert f"/admin/parts/bin/{store.shelf.pk}/change/" in titles(store.shelf.code)
    assert f"purchaseorder/{line.order_id}/" in titles(line.order.number)
    assert line.order.supplier.name in titles(line.order.supplier.code)
    assert "Ohtsuka" in titles("ohtsuka")
    for nothing in ("", "zzqq", "\x00", "%"):
        assert client.get("/admin/search/", {"q": nothing}).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        titles("13020")
    assert len(asked) <= 14


def test_a_photo_is_drawn_anew_upright_and_without_its_place() -> None:
    store = Store()
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010F] = "Camera"

    row = attach(store.part, picture(size=(4000, 3000), exif=turned))

    assert (row.kind, row.attachment.media_type) == ("PHOTO", "image/jpeg")
    with row.attachment.file.open("rb") as stored:
        drawn = Image.open(stored)
        assert drawn.size == (1800, 2400)
        assert not drawn.getexif()


def test_files_are_served_to_the_desk_with_safe_headers_and_removed() -> None:
    store = Store()
    photo = attach(store.part, picture("PNG"))
    paper = attach(store.part, b"%PDF-1.7 x")
    client = desk()

    shown = client.get(f"{PARTS}/file/{photo.pk}/")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.content[:3] == b"\xff\xd8\xff"
    given = client.get(f"{PARTS}/file/{paper.pk}/")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.content.startswith(b"%PDF-")
    for role in (Role.CUSTOMER, Role.TECHNICIAN):
        assert desk(role).get(f"{PARTS}/file/{photo.pk}/").status_code == 403
    assert client.get(f"{PARTS}/file/999999/").status_code == 404
    page = client.get(f"{PARTS}/{store.part.pk}/change/").content.decode()
    assert f"{PARTS}/file/{photo.pk}/" in page
    press(client, f"{PARTS}/file/{photo.pk}/remove/", reason="blurred")
    assert PartFile.objects.count() == Attachment.objects.count() == 1


def test_a_file_is_handed_in_on_the_part_s_page() -> None:
    store = Store()

    answer = press(
        desk(),
        f"{PARTS}/{store.part.pk}/files/",
        file=io.BytesIO(picture()),
        title="Front",
    )

    assert answer.status_code == 302
    assert PartFile.objects.get().title == "Front"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg onload=x>", picture("GIF"), picture()[:200], b"%PD"],
)
def test_what_is_no_photo_and_no_paper_is_refused(content: bytes) -> None:
    store = Store()
    with pytest.raises(InvalidInput) as error:
        attach(store.part, content)
    assert error.value.context["field"] == "file"
    assert Attachment.objects.count() == 0
    with pytest.raises(NotFound):
        attach(Part(pk=2**40), picture())


def test_programs_do_what_the_desk_does() -> None:
    store = Store()
    new, belt = build.part("13020-05U01"), build.part("BELT-1", list_price=9000)
    demand = store.want(1)
    client = desk()
    here = f"/api/v1/parts/{store.part.pk}"

    def send(path: str, **body: Any) -> Any:
        return client.post(
            f"{here}/{path}/",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": key()},
        )

    assert send("supersede", new=new.pk, source="FAST").status_code == 201
    circle = client.post(
        f"/api/v1/parts/{new.pk}/supersede/",
        {"new": store.part.pk, "source": "x"},
        content_type="application/json",
        headers={"Idempotency-Key": key()},
    )
    assert (circle.status_code, circle.json()["code"]) == (409, "circle")
    looked = client.get("/api/v1/parts/look-up/", {"number": "1302005u00"}).json()
    assert [row["id"] for row in looked["successors"]] == [new.pk]
    preview = client.get(f"{here}/replace-preview/", {"new": new.pk}).json()
    assert preview["demands"][0]["verdict"] == "YES"
    moved = send("replace", new=new.pk, demands=[demand.pk], reason="bulletin")
    assert [row["demand"] for row in moved.json()] == [demand.pk]
    kit = send("set-kit", lines=[{"part": belt.pk, "quantity": "2"}]).json()
    assert (kit["prices"], kit["nodes"][0]["depth"]) == ({"JPY": "18000.00"}, 1)
    assert client.get(f"{here}/kit/").json() == kit
    life = send("life", life="DISCONTINUED", changed_on="2026-11-20", source="dealer")
    assert life.json()["life"] == "DISCONTINUED"
    assert send("watch", reason="rare").json()["last_seen"] == "QUIET"
    seen = {"kind": "GONE", "seen_on": TODAY.isoformat()}
    assert send("observe", **seen).json() == {"is_new": True}
    assert send("observe", **seen).json() == {"is_new": False}
    assert send("unwatch", reason="gone").status_code == 204
    wrong = send("replace-preview")
    assert wrong.status_code == 405
    assert client.get(f"{here}/replace-preview/", {"new": "x"}).status_code == 400


def test_a_part_s_page_takes_at_most_eight_statements_however_much_is_on_it() -> None:
    store = Store()
    client = desk()
    page = f"{PARTS}/{store.part.pk}/change/"
    variant = build.variant()

    def add(n: int) -> None:
        store.part.superseded_by.create(new=build.part(f"S-{n}", name_en=f"Newer {n}"))
        KitLine.objects.create(
            kit=store.part, component=build.part(f"K-{n}"), quantity=D(n + 1)
        )
        store.part.alternates.create(alternate=build.part(f"A-{n}"), note="Fits")
        store.part.offers.create(
            supplier=build.supplier(name_en=f"Supplier {n}"),
            price=D("12.50"),
            currency="EUR",
            lead_days=n,
            seen_on=TODAY,
        )
        store.part.fitments.create(
            generation="BNR34", variant=variant, position=f"Left {n}"
        )
        store.receive(n + 1, lot=f"LOT-{n}")

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        door = ("django_session", 'FROM "workshop_user"')
        return len([q for q in asked if not any(name in q["sql"] for name in door)])

    add(0)
    add(1)
    client.get(page)
    few = statements()
    for n in range(2, 8):
        add(n)

    assert statements() == few
    assert few <= 8
    shown = client.get(page).content.decode()
    for said in ("S-7", "K-7", "A-7", "Supplier 7", "Left 7", "LOT-7", "12.5"):
        assert said in shown, said


def test_technicians_see_none_of_the_desk() -> None:
    store = Store()
    client: Client = desk(Role.TECHNICIAN)
    for path in (f"{store.part.pk}/replace/", f"{store.part.pk}/kit/", "fits/"):
        assert client.get(f"{PARTS}/{path}").status_code == 403
    assert client.get("/admin/search/").status_code == 403
    assert client.get(f"/api/v1/parts/{store.part.pk}/kit/").status_code == 403

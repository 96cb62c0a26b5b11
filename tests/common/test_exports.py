"""Lists as files: as the page shows them, safe, with numbers as numbers."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from common import exporting
from common.desk_exports import Exports
from common.errors import InvalidInput
from parts.models import StockLevel
from tests import build
from tests.parts import rows as many
from tests.parts.store import Store
from workshop.models import Role, User


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def read_csv(data: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def read_xlsx(data: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "  =x",
        "＝1",
        "＠x",
        "-cmd|' /C calc'!A0",
    ],
)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert exporting.plain(text) == f"'{text}"
    data = b"".join(exporting.csv_pieces([[text]], "utf-8"))
    assert read_csv(data)[0][0].startswith("'")
    cell = openpyxl.load_workbook(
        io.BytesIO(b"".join(exporting.xlsx_pieces([[text]])))
    ).worksheets[0]["A1"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")


@given(st.text())
def test_nothing_that_people_write_starts_a_formula(text: str) -> None:
    cell = exporting.plain(text)

    assert not cell.startswith(exporting.FORMULAS)


def test_numbers_stay_numbers_and_instants_are_told_on_the_readers_clock() -> None:
    at = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    row = [Decimal("-1234.500"), 7, at, at.date(), None, mark_safe("<b>a &amp; b</b>")]

    with timezone.override("America/New_York"):
        data = b"".join(exporting.csv_pieces([row], "utf-8"))
        sheet = read_xlsx(b"".join(exporting.xlsx_pieces([row])))

    assert read_csv(data) == [
        ["-1234.5", "7", "2026-11-22 19:30", "2026-11-23", "", "a & b"]
    ]
    assert sheet[0][:3] == [-1234.5, 7, datetime(2026, 11, 22, 19, 30)]  # noqa: DTZ001


def test_a_file_is_made_on_the_clock_and_in_the_language_of_its_reader() -> None:
    row = [datetime(2026, 11, 23, 0, 30, tzinfo=UTC), True]

    with timezone.override("America/New_York"), translation.override("ja"):
        answer = exporting.download("x", exporting.CSV, [row])

    assert read_csv(body(answer)) == [["2026-11-22 19:30", "はい"]]


def test_cp932_spells_what_it_has_and_marks_what_it_lacks() -> None:
    data = b"".join(exporting.csv_pieces([["部品 〜 ¥1 −2 😀"]], "cp932"))

    assert data.decode("cp932") == "部品 ～ ￥1 －2 ?\r\n"


def test_an_xlsx_that_would_be_too_long_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "MOST_XLSX_ROWS", 2)

    with pytest.raises(InvalidInput):
        exporting.download("x", exporting.XLSX, [["h"], [1], [2], [3]])


# --- The desk's lists ---
@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(build.user(Role.PARTS))
    return client


@pytest.mark.django_db
def test_every_list_of_the_desk_can_be_taken_home() -> None:
    many.fill(Store(), 2)
    client = Client()
    client.force_login(build.user(Role.MANAGER))
    for model, page in admin.site._registry.items():
        if not isinstance(page, Exports):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_export"
        for form in exporting.FORMS:
            answer = client.get(reverse(name, args=[form]))
            assert answer.status_code == 200, (name, form)
            assert body(answer), (name, form)
    assert not [
        page for page in admin.site._registry.values() if not isinstance(page, Exports)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["x", "%00", "9" * 30])
def test_an_address_with_a_broken_key_fills_nothing_in(
    desk: Client, value: str
) -> None:
    answer = desk.get(f"/admin/parts/supplieroffer/add/?part={value}&currency=GBP")

    assert answer.status_code == 200
    assert answer.context["adminform"].form.initial["currency"] == "GBP"


@pytest.mark.django_db
def test_a_list_is_taken_home_with_its_filters_and_columns(desk: Client) -> None:
    store = Store()
    store.receive(1234)
    store.receive(2, part_id=build.part("99999-99999").pk)

    answer = desk.get("/admin/parts/stocklevel/export/csv/", {"q": "1302005u00"})

    header, *lines = read_csv(body(answer))
    assert header[:4] == ["Number", "Name", "Bin", "On hand"]
    on_hand = header.index("On hand")
    assert [(line[0], line[on_hand]) for line in lines] == [("13020-05U00", "1234")]
    assert "attachment" in answer["Content-Disposition"]
    page = desk.get("/admin/parts/stocklevel/", {"q": "1302005u00"}).content.decode()
    assert "/admin/parts/stocklevel/export/xlsx/?q=1302005u00" in page


@pytest.mark.django_db
def test_a_file_asks_as_often_for_200_rows_as_for_10(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    store = Store()
    many.fill(store, 200)

    with django_assert_max_num_queries(20):
        answer = desk.get("/admin/parts/demand/export/csv/")
        assert len(read_csv(body(answer))) == 201


@pytest.mark.django_db
def test_no_other_form_and_nobody_without_the_right(desk: Client) -> None:
    assert desk.get("/admin/parts/stocklevel/export/pdf/").status_code == 404
    assert desk.get("/admin/parts/stocklevel/export/csv/?nonsense=1").status_code == 302
    technician = Client()
    technician.force_login(build.user(Role.TECHNICIAN))
    refused = technician.get("/admin/parts/stocklevel/export/csv/")
    assert refused.status_code == 403
    assert StockLevel.objects.count() == 0


@pytest.mark.django_db
def test_prices_are_for_those_who_may_see_them(desk: Client, monkeypatch: Any) -> None:
    build.part("13020-05U00")
    store = Store(part=build.part("11044-05U00"))
    store.receive(1)
    header = read_csv(body(desk.get("/admin/parts/stocklevel/export/csv/")))[0]
    assert "Moving average cost" in header

    rights = User.has_perm

    def without_prices(user: User, perm: str, obj: object = None) -> bool:
        return perm != "parts.see_prices" and rights(user, perm, obj)

    monkeypatch.setattr(User, "has_perm", without_prices)
    header = read_csv(body(desk.get("/admin/parts/stocklevel/export/csv/")))[0]
    assert "Moving average cost" not in header

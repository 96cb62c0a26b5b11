"""The pages on which files come in: handed in, matched, looked at, written."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import AuditEntry
from parts.commands import importing
from parts.models import Import, Part
from tests import build
from tests.common.test_exports import body, read_csv, read_xlsx
from tests.parts.files import as_csv, as_xlsx, check, hand_in
from tests.parts.store import NOW
from tests.parts.test_admin import desk, press
from workshop.models import Role

pytestmark = pytest.mark.django_db
ROWS = [["品番", "品名"], ["13020-05U00", "カム"], ["##", "x"], ["11044-05U00", "蓋"]]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def page_of(run: Import) -> str:
    return f"/admin/parts/import/{run.pk}/change/"


def upload(data: bytes, name: str = "parts.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def work() -> None:
    """Do what the worker would."""
    for run in Import.objects.all():
        importing.check_import(import_id=run.pk, at=NOW)
        importing.write_import(import_id=run.pk, at=NOW)


def test_a_file_goes_its_whole_way_by_the_pages() -> None:
    client = desk()

    answer = press(
        client,
        "/admin/parts/import/add/",
        kind="CATALOGUE",
        file=upload(as_csv(ROWS, "cp932")),
    )
    run = Import.objects.get()
    assert answer["Location"] == page_of(run)
    page = client.get(page_of(run)).content.decode()
    assert "13020-05U00 · ## · 11044-05U00" in page
    assert "Shift_JIS (CP932)" in page

    answer = {"do": "match", "column-0": "number", "column-1": "name_ja"}
    client.post(page_of(run), answer)
    assert "import-progress" in client.get(page_of(run)).content.decode()
    assert (
        "Rows checked"
        in client.get(f"/admin/parts/import/{run.pk}/progress/").content.decode()
    )
    work()
    ready = client.get(f"/admin/parts/import/{run.pk}/progress/")
    assert (ready.status_code, ready["HX-Refresh"]) == (204, "true")
    page = client.get(page_of(run)).content.decode()
    assert "Write the 2 valid rows" in page
    assert "Letters A to Z, digits and hyphens were expected." in page
    only = client.get(page_of(run), {"verdict": "NEW"}).content.decode()
    assert "11044-05U00" in only
    assert "##" not in only.partition("<tbody>")[2]

    client.post(page_of(run), {"do": "write", "mode": "ALL_OR_NOTHING"})
    assert Part.objects.count() == 0
    client.post(page_of(run), {"do": "write", "mode": "VALID_ONLY"})
    work()
    assert Part.objects.count() == 2
    assert "The file is written." in client.get(page_of(run)).content.decode()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            ["3", "品番", "##", "Letters A to Z, digits and hyphens were expected."],
        ),
        ("ja", ["3", "品番", "##", "英字A～Z、数字、ハイフンだけを使ってください。"]),
    ],
)
def test_reasons_are_taken_home_in_the_readers_language(
    language: str, line: list[str]
) -> None:
    run = check("CATALOGUE", as_csv(ROWS))
    client = Client()
    client.force_login(build.user(Role.PARTS, language=language))
    path = f"/admin/parts/import/{run.pk}/reasons"

    lines = read_csv(body(client.get(f"{path}/csv/")))
    assert lines[1][:3] == line[:3]
    assert len(lines) == 2
    sheet = read_xlsx(body(client.get(f"{path}/xlsx/")))
    assert sheet[1][0] == 3
    assert (lines[1][3] == line[3]) == (language == "en") or lines[1][3]


def test_a_change_is_shown_with_what_it_replaces() -> None:
    build.part("13020-05U00", name_ja="カム", life="CURRENT")
    run = check("CATALOGUE", as_csv([["品番", "状態"], ["13020-05U00", "製廃"]]))

    page = desk().get(page_of(run)).content.decode()

    assert "<del>Current</del> → No longer made" in page


def test_a_file_that_is_no_table_is_refused_on_the_page() -> None:
    client = desk()

    answer = press(
        client, "/admin/parts/import/add/", kind="CATALOGUE", file=upload(b"%PDF-1.7")
    )

    assert answer.status_code == 400
    assert "neither a CSV nor an XLSX" in answer.content.decode()
    assert Import.objects.count() == 0


def test_the_encoding_and_the_sheet_are_corrected_on_the_page() -> None:
    client = desk()
    run = hand_in("CATALOGUE", as_csv(ROWS, "cp932"))
    client.post(page_of(run), {"do": "read", "encoding": "cp1252", "sheet": ""})
    run.refresh_from_db()
    assert run.encoding == "cp1252"
    book = hand_in("CATALOGUE", as_xlsx(ROWS, "部品"))
    assert "部品" in client.get(page_of(book)).content.decode()


def test_a_file_is_given_up_and_checked_again_by_buttons() -> None:
    client = desk()
    run = check("CATALOGUE", as_csv(ROWS))

    client.post(page_of(run), {"do": "check"})
    run.refresh_from_db()
    assert run.state == "CHECKING"
    client.post(page_of(run), {"do": "cancel"})
    run.refresh_from_db()
    assert run.state == "CANCELLED"
    assert client.post(page_of(run), {"do": "nonsense"}).status_code == 404


def test_the_page_says_who_did_each_step() -> None:
    client = desk()
    run = hand_in("CATALOGUE", as_csv(ROWS))
    columns = {
        f"column-{place}": run.mapping[name]
        for place, name in enumerate(importing.table_of(run).header)
    }

    client.post(page_of(run), {"do": "read", "encoding": "utf-8", "sheet": ""})
    client.post(page_of(run), {"do": "match"} | columns)
    importing.check_import(import_id=run.pk, at=NOW)
    client.post(page_of(run), {"do": "check"})
    importing.check_import(import_id=run.pk, at=NOW)
    client.post(page_of(run), {"do": "write", "mode": "VALID_ONLY"})

    steps = importing.steps_of(run)
    done = AuditEntry.objects.filter(chain__subject=f"import:{run.pk}")
    assert list(done.order_by("sequence").values_list("command", flat=True)) == [
        "read_again", "match_columns", "ask_check", "approve_import",
    ]  # fmt: skip
    assert {str(row.actor) for row in done} == {step.who for step in steps}
    assert None not in {row.actor_id for row in done}
    page = client.get(page_of(run)).content.decode()
    for step in steps:
        assert f"<li>{step.what} · " in page
        assert step.who in page


def test_a_file_that_was_lost_says_so() -> None:
    run = hand_in("CATALOGUE", as_csv(ROWS))
    run.file.file.storage.delete(str(run.file.file.name))

    page = desk().get(page_of(run)).content.decode()

    assert "The file is not in its place any more." in page
    importing.match_columns(import_id=run.pk, mapping=run.mapping, at=NOW)
    work()
    run.refresh_from_db()
    assert (run.state, run.failure) == ("FAILED", "file_missing:")
    assert "The file is not in its place" in desk().get(page_of(run)).content.decode()


def test_an_empty_file_of_every_kind_is_recognised_by_its_own_columns() -> None:
    client = desk()
    for language in ("en", "ja"):
        client.cookies["django_language"] = language
        for kind, page in importing.KINDS.items():
            answer = client.get(f"/admin/parts/import/sample/{kind}/")
            header = read_csv(body(answer))[0]
            guessed = page.fields.guess(header)
            assert len(set(guessed.values())) == len(header), (kind, language, guessed)

"""Files that are no tables, that claim too much or were made to do harm."""

import io
import time
import zipfile
from typing import Any

import pytest
from django.utils.translation import override

from parts.commands import importing
from parts.importing import reading, workbooks
from parts.importing.problems import FileRefused
from parts.importing.reading import Table, read_table, unique_names
from parts.models import Import
from tests.parts.files import as_csv, as_xlsx, check, hand_in, reasons
from tests.parts.store import NOW

FIELDS = importing.KINDS["CATALOGUE"].fields
ROWS = [
    ["品番", "品名"],
    ["13020-05U00", "カムシャフト"],
    ["11044-05U00", "ガスケット"],
]


def table(data: bytes, **how: str) -> Table:
    return read_table(data, knows=FIELDS.knows, **how)


def cells(found: Table) -> list[list[str]]:
    return [list(row) for _line, row in found.rows()]


def code(data: bytes) -> str:
    """Read all of a file and return why it is refused."""
    with pytest.raises(FileRefused) as refusal:
        list(table(data).rows())
    assert refusal.value.sentence != refusal.value.code
    return refusal.value.code


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp", "shift_jis"],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_tables_are_read_in_every_encoding(encoding: str, delimiter: str) -> None:
    many = [ROWS[0], *([*ROWS[1:]] * 20)]

    found = table(as_csv(many, encoding, delimiter))

    assert found.header == ("品番", "品名")
    assert cells(found) == many[1:]
    assert found.delimiter == delimiter


def test_half_width_kana_are_japanese_too() -> None:
    found = table(
        as_csv([["品番", "ﾌﾞﾋﾝﾒｲ 品名"], ["1-1", "ｶﾑｼｬﾌﾄ 純正 部品 漢字"]], "cp932")
    )

    assert found.encoding == "cp932"
    only = [["ﾋﾝﾊﾞﾝ", "ﾋﾝﾒｲ"], ["1-1", "ｶﾑｼｬﾌﾄ"], ["1-2", "ｶﾞｽｹｯﾄ"]]
    assert cells(table(as_csv(only, "cp932"))) == only[1:]


def test_the_line_of_a_row_is_the_files_own() -> None:
    data = '題名\n\n品番,品名\n1-1,"二\n行"\n\n1-2,x\n'.encode()

    found = table(data)

    assert found.header_line == 3
    assert [line for line, _cells in found.rows()] == [4, 7]


def test_a_declared_delimiter_is_believed() -> None:
    assert table(b"sep=;\nnumber;name\n1-1;a,b,c\n").header == ("number", "name")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"number,name\n", "no_rows"),
        (as_xlsx([["number", "name"]]), "no_rows"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old_excel"),
        (b"PK\x03\x04 and nothing else", "broken_xlsx"),
        (as_xlsx(ROWS)[:-200], "broken_xlsx"),
        (b"\0" * 500, "not_a_table"),
        (b'number,name\n1-1,"never closed\n' + b"x,y\n" * 9000, "cell_too_long"),
        (",".join(f"c{n}" for n in range(200)).encode() + b"\n1\n", "too_wide"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert code(data) == reason


def test_the_bytes_say_what_a_file_is_and_not_its_name() -> None:
    assert table(as_xlsx(ROWS)).sheet == "Sheet1"
    assert cells(table(as_xlsx(ROWS))) == ROWS[1:]


def made(**members: bytes) -> bytes:
    """An XLSX with some members put in the place of its own."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(ROWS))) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in given.namelist():
            short = name.rpartition("/")[2].partition(".")[0]
            kept.writestr(name, members.get(short, given.read(name)))
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 20_000_000)
    bomb = made(sheet1=b"<worksheet>" + b" " * 30_000_000)
    assert len(bomb) < 100_000

    assert code(bomb) == "unpacks_too_big"


def test_a_claim_of_300_megabytes_is_refused_unread() -> None:
    claim = bytearray(as_xlsx(ROWS))
    at = claim.rindex(b"PK\x01\x02")
    claim[at + 24 : at + 28] = (300 * 1024 * 1024).to_bytes(4, "little")

    assert code(bytes(claim)) == "unpacks_too_big"


def test_entities_that_multiply_are_refused() -> None:
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
    )

    assert code(made(sheet1=laughs)) == "broken_xlsx"


def sheet(rows: bytes, span: bytes = b"A1:B3") -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="'
        + span
        + b'"/><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


HEAD = (
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>number</t></is></c>'
    b'<c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)
BODY = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>1-1</t></is></c></row>'


def test_what_a_sheet_claims_to_span_is_not_believed() -> None:
    began = time.process_time()
    found = table(made(sheet1=sheet(HEAD + BODY % (2, 2), b"A1:XFD1048576")))

    assert [list(row) for _line, row in found.rows()] == [["1-1"]]
    assert time.process_time() - began < 5


def test_a_row_at_the_end_of_the_world_is_refused() -> None:
    assert code(made(sheet1=sheet(HEAD + BODY % (99_999_999, 99_999_999)))) in (
        "too_many_rows", "no_rows",
    )  # fmt: skip


def test_too_many_rows_and_too_many_bytes_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert code(as_csv([ROWS[0], *([["1-1", "x"]] * 3)])) == "too_many_rows"
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    assert code(as_csv(ROWS)) == "too_big"


def test_a_column_that_comes_twice_and_one_without_a_name_have_names() -> None:
    found = table(as_csv([["品番", "価格", "価格", ""], ["1-1", "1", "2", "3"]]))

    assert found.header == ("品番", "価格", "価格 (2)")
    wide = table(as_csv([["品番", "", "価格"], ["1-1", "1", "2"]]))
    assert wide.header == ("品番", "#2", "価格")


# --- In the house ---
@pytest.fixture
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_a_refused_file_leaves_nothing_behind() -> None:
    with pytest.raises(importing.flow.UnusableFile):
        hand_in("CATALOGUE", b"%PDF-1.7")

    assert Import.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_cells_with_nuls_and_rows_that_are_too_wide_are_refused_row_by_row() -> None:
    data = "品番,品名\n1\0-1,x\n1-2,x,zu viel\n1-3,\x07\n1-4,ok\n".encode()

    run = check("CATALOGUE", data)

    assert reasons(run) == [
        (2, "number", "control_characters"),
        (3, "", "wrong_width"),
        (4, "name_ja", "control_characters"),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_a_key_that_comes_twice_names_the_line_it_came_first() -> None:
    run = check("CATALOGUE", as_csv([*ROWS, ["1302005u00", "カム"]]))

    problem = run.rows.get(line=4).problems[0]
    assert (problem["code"], problem["more"]) == ("twice_in_file", {"line": "2"})


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_a_file_that_breaks_off_in_the_middle_fails_as_a_whole() -> None:
    rows = b"".join(b"%05d-00000,x\n" % n for n in range(3000))
    data = b"number,name\n" + rows + b'2-2,"' + b"y" * 30_000 + b'"\n'
    run = hand_in("CATALOGUE", data)
    importing.match_columns(import_id=run.pk, mapping=run.mapping, at=NOW)

    importing.check_import(import_id=run.pk, at=NOW)

    run.refresh_from_db()
    assert (run.state, run.failure) == ("FAILED", "cell_too_long:line=3002")


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_what_our_exports_disarm_is_read_as_it_was() -> None:
    run = check(
        "CATALOGUE",
        as_csv([["品番", "品名"], ["1-1", "'=SUM(A1)"], ["1-2", "'quoted"]]),
    )

    names = [row.values["name_ja"] for row in run.rows.order_by("line")]
    assert names == ["=SUM(A1)", "'quoted"]


def test_columns_are_called_alike_in_every_language() -> None:
    data = as_csv([["品番", "", "価格"], ["11044-05U00", "A", "1"]])
    headers = set()
    for language in ("ja", "en"):
        with override(language):
            headers.add(read_table(data, knows=lambda _cell: False).header)

    assert headers == {("品番", "#2", "価格")}


def test_no_two_columns_are_called_alike() -> None:
    names = unique_names(["価格", "価格 (2)", "価格", "#4", ""])

    assert len(set(names)) == 5

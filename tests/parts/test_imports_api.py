"""Files handed in, looked at and written over HTTP."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from common.invariants import violations
from common.models import Attachment, AuditEntry
from parts.commands import importing
from parts.models import Import, Part
from tests.parts.files import as_csv, as_xlsx, check, hand_in
from tests.parts.over_http import (
    API,
    caller,
    fields,
    picture,
    read,
    refused,
    send_as,
    twice,
)
from tests.parts.store import NOW, key
from workshop.models import Role

pytestmark = pytest.mark.django_db
KIND = Import.Kind.CATALOGUE
HEADER = ["品番", "品名", "状態", "謎"]
GOOD = ["13020-05U00", "カムシャフト", "現行", "?"]
BAD = ["11044-05U00", "ガスケット", "たぶん", "?"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(
    client: APIClient, data: bytes, status: int, *, with_key: str = "", **body: Any
) -> Any:
    file = SimpleUploadedFile("parts.csv", data)
    answer = client.post(
        f"{API}/imports/",
        {"kind": KIND, "file": file, **body},
        format="multipart",
        headers={"Idempotency-Key": with_key or key()},
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_file_goes_all_its_way_over_http() -> None:
    client = caller()

    run = upload(client, as_csv([HEADER, GOOD, BAD], "cp932"), 201, with_key="k")
    same = upload(client, as_csv([HEADER, GOOD, BAD], "cp932"), 201, with_key="k")
    at = f"imports/{run['id']}"
    columns = read(client, f"{at}/columns/")
    matched = twice(client, f"{at}/match", 200, mapping=run["mapping"])
    importing.check_import(import_id=run["id"], at=NOW)
    checked = read(client, f"{at}/")
    rows = read(client, f"{at}/rows/")["results"]
    bad = read(client, f"{at}/rows/?verdict=REFUSED")["results"]
    written = twice(client, f"{at}/write", 200, mode="VALID_ONLY")
    importing.write_import(import_id=run["id"], at=NOW)
    done = read(client, f"{at}/")

    assert same == run
    assert (run["state"], run["encoding"], matched["state"]) == (
        "UPLOADED", "cp932", "CHECKING",
    )  # fmt: skip
    assert [row["sample"][0] for row in columns["columns"]] == GOOD
    assert columns["columns"][3]["field"] == ""
    assert {"name": "number", "label": "Part number"} in columns["fields"]
    assert (checked["state"], checked["rows_new"], checked["rows_refused"]) == (
        "CHECKED", 1, 1,
    )  # fmt: skip
    assert [row["verdict"] for row in rows] == ["NEW", "REFUSED"]
    assert [row["line"] for row in bad] == [3]
    assert (bad[0]["reasons"][0]["column"], bad[0]["reasons"][0]["given"]) == (
        "状態", "たぶん",
    )  # fmt: skip
    assert (written["state"], done["state"], done["failure"]) == ("WRITING", "DONE", "")
    assert Part.objects.get().name_ja == "カムシャフト"
    assert violations() == []


def test_the_refusals_and_an_empty_file_are_downloaded() -> None:
    run = check(KIND, as_csv([HEADER, BAD]))
    client = caller()

    reasons = client.get(f"{API}/imports/{run.pk}/reasons/")
    sample = client.get(f"{API}/imports/sample/?kind=PRICES&form=csv-cp932")
    refusal = client.get(f"{API}/imports/{run.pk}/reasons/?form=pdf")

    lines = b"".join(reasons.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "たぶん" in lines[1]
    assert b"," in b"".join(sample.streaming_content)
    assert refusal.status_code == 404
    assert client.get(f"{API}/imports/sample/?kind=NONE").status_code == 404


def test_a_file_with_refused_rows_is_not_written_whole() -> None:
    run = check(KIND, as_csv([HEADER, GOOD, BAD]))

    told = refused(caller(), f"imports/{run.pk}/write", 409, mode="ALL_OR_NOTHING")

    assert told["code"] == "wrong_state"
    assert not Part.objects.exists()


def test_a_file_is_read_again_checked_anew_and_given_up() -> None:
    run = hand_in(KIND, as_xlsx([HEADER, GOOD], "One"), name="a.xlsx")
    client, at = caller(), f"imports/{run.pk}"

    assert twice(client, f"{at}/read-again", 200, sheet="One")["sheet"] == "One"
    nowhere = refused(client, f"{at}/read-again", 400, sheet="Two")
    twice(client, f"{at}/match", 200, mapping=run.mapping)
    importing.check_import(import_id=run.pk, at=NOW)
    assert twice(client, f"{at}/check", 200)["state"] == "CHECKING"
    gone = twice(client, f"{at}/cancel", 200, reason="the wrong list")

    assert fields(nowhere) == ["sheet"]
    assert gone["state"] == "CANCELLED"
    told = AuditEntry.objects.get(command="cancel_import")
    assert told.detail["reason"] == "the wrong list"
    for act, body in (("match", {"mapping": run.mapping}), ("check", {})):
        assert refused(client, f"{at}/{act}", 409, **body)["code"] == "wrong_state"


@pytest.mark.parametrize(
    ("data", "body", "status", "field"),
    [
        (b"\x00\x01\x02", {}, 400, "file"),
        (b"", {}, 400, "file"),
        (b"number\n1", {"kind": "SONGS"}, 400, "kind"),
        (b"number\n1", {"site": "999999999"}, 404, "site"),
        (b"number\n1", {"supplier": "999999999"}, 404, "supplier"),
        (b"number\n1", {"sort": "1"}, 400, "sort"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    data: bytes, body: dict[str, Any], status: int, field: str
) -> None:
    before = picture()

    told = upload(caller(), data, status, **body)

    assert fields(told) == [field]
    assert (picture(), Attachment.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("match", {}, "mapping"),
        ("match", {"mapping": []}, "mapping"),
        ("match", {"mapping": {"品番": "number"}}, "mapping"),
        ("match", {"mapping": dict.fromkeys(HEADER, "number")}, "mapping"),
        ("match", {"mapping": dict.fromkeys(HEADER, "")}, "mapping"),
        ("match", {"mapping": dict.fromkeys(HEADER, "x" * 61)}, "mapping.品番"),
        ("write", {"mode": "SOME"}, "mode"),
        ("read-again", {"encoding": "ebcdic"}, "encoding"),
        ("cancel", {"reason": " "}, "reason"),
    ],
)
def test_a_bad_step_is_refused_by_name(
    act: str, body: dict[str, Any], field: str
) -> None:
    run = check(KIND, as_csv([HEADER, GOOD]))

    told = refused(caller(), f"imports/{run.pk}/{act}", 400, **body)

    assert fields(told)[0] == field


BODIES = {
    "match": {"mapping": {}},
    "write": {"mode": "VALID_ONLY"},
    "cancel": {"reason": "x"},
}


@pytest.mark.parametrize("act", ["match", "read-again", "check", "write", "cancel"])
def test_what_is_not_there_is_missing_and_not_for_everybody(act: str) -> None:
    run = hand_in(KIND, as_csv([HEADER, GOOD]))
    body = BODIES.get(act, {})

    told = refused(caller(), f"imports/999999999/{act}", 404, **body)
    assert told["code"] == "not_found"
    for role in (Role.CUSTOMER, Role.TECHNICIAN):
        refused(caller(role), f"imports/{run.pk}/{act}", 403, **body)
    before = picture()
    keyless = send_as(caller(), f"imports/{run.pk}/{act}", 400, {}, body)
    assert keyless["code"] == "idempotency_key_missing"
    assert picture() == before


def test_pages_of_a_file_are_for_the_desk() -> None:
    run = hand_in(KIND, as_csv([HEADER, GOOD]))
    for path in ("", "columns/", "rows/", "reasons/"):
        at = f"{API}/imports/{run.pk}/{path}"
        assert caller(Role.TECHNICIAN).get(at).status_code == 403
        assert caller().get(at.replace(str(run.pk), "999999999")).status_code == 404

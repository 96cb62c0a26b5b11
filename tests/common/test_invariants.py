import pytest
from django.core.management import call_command
from django.db import connection, transaction

from common import invariants, outbox, tasks
from common.invariants import Invariant, parse, violations
from common.models import OutboxEvent


def test_a_file_is_read_as_blocks():
    text = """-- Not a law: prose with a capital letter.

-- first_law: Nothing is below zero.
-- It goes on here.
SELECT 1
-- note: this one stands inside
WHERE false;

-- second_law: Everything is above.
SELECT 2;
"""

    assert list(parse("app", text)) == [
        Invariant("app.first_law", "Nothing is below zero.", "SELECT 1\nWHERE false;"),
        Invariant("app.second_law", "Everything is above.", "SELECT 2;"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT 1;", "before the first"),
        ("-- law: x\nSELECT 1", "lacks a semicolon"),
        ("-- law: x\n-- other: y\nSELECT 1;", "law has no SQL"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text, fault):
    with pytest.raises(ValueError, match=fault):
        list(parse("app", text))


@pytest.mark.django_db
def test_all_laws_of_all_apps_run_and_hold_in_an_empty_house():
    names = [law.name for law in invariants.invariants()]

    assert "common.audit_links" in names
    assert violations() == []


@pytest.fixture
def broken_event():
    with transaction.atomic():
        event = outbox.write("tests.note")
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE common_outboxevent DROP CONSTRAINT common_outboxevent_finished"
        )
    OutboxEvent.objects.update(state="DEAD", last_error="x")
    return event


@pytest.mark.django_db
def test_a_planted_fault_is_found_and_shown(broken_event, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "ok      common.audit_links" in said
    assert "BROKEN  common.outbox_finished: An event that is done" in said
    assert f"id={broken_event.pk}, task=tests.note, state=DEAD" in said


@pytest.mark.django_db
def test_the_nightly_check_raises_the_alarm(broken_event, caplog):
    with pytest.raises(tasks.BrokenLaw, match=r"^1 laws are broken: common\.outbox"):
        tasks.check_invariants()

    assert caplog.text.count("Broken law") == 1

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from common import audit
from common.anchors import anchor_audit
from common.invariants import violations
from common.models import AuditChain, AuditEntry
from common.verification import verify_audit
from tests import build


def record(subject="project:1", count=1, **detail):
    with transaction.atomic():
        for _time in range(count):
            audit.record(
                subject=subject,
                command="start_job",
                actor_id=None,
                at=build.NOW,
                detail={"card": 1} | detail,
            )


def tamper(sql, *values):
    """Change rows as somebody with the superuser's rights would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE common_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE common_auditentry ENABLE TRIGGER USER")


def faults():
    return [str(fault) for fault in verify_audit()]


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(subject="a", command="b", actor_id=None, at=build.NOW, detail={})

    assert AuditChain.objects.count() == 0


@pytest.mark.django_db
def test_entries_are_chained():
    record(count=3)

    first, second, third = AuditEntry.objects.order_by("sequence")
    chain = AuditChain.objects.get()

    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert first.previous_hash == ""
    assert second.previous_hash == first.hash
    assert (chain.length, chain.head_hash) == (3, third.hash)
    assert faults() == []


@pytest.mark.django_db
def test_floats_are_refused_and_nothing_is_written():
    with pytest.raises(TypeError, match="float"), transaction.atomic():
        record(hours=1.5)

    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
def test_details_come_back_from_the_database_as_they_were_hashed():
    record(
        big=10**18, text="車 “é” \\ \n", none=None, flag=True, deep=[{"b": 1, "a": 2}]
    )

    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_parallel_entries_form_one_chain(parallel):
    results = parallel(*[lambda: record(count=5)] * 6)

    assert results == [None] * 6
    assert AuditChain.objects.get().length == 30
    assert faults() == []
    assert violations() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE common_auditentry SET detail = '{\"card\": 2}' WHERE sequence = 2",
            "project:1 entry 2: was changed",
        ),
        (
            "UPDATE common_auditentry SET at = at + interval '1 second'"
            " WHERE sequence = 3",
            "project:1 entry 3: was changed",
        ),
        (
            "UPDATE common_auditentry e SET hash = o.hash, detail = o.detail,"
            " previous_hash = o.previous_hash FROM common_auditentry o"
            " WHERE o.chain_id = e.chain_id AND o.sequence = 10 - e.sequence"
            " AND e.sequence IN (4, 6)",
            "project:1 entry 4: does not follow from the entry before it",
        ),
        (
            "DELETE FROM common_auditentry WHERE sequence = 2",
            "project:1 entry 2: missing; entry 3 stands in its place",
        ),
        (
            "DELETE FROM common_auditentry WHERE sequence > 4",
            "project:1 entry 4: the chain's head says 6 entries",
        ),
    ],
    ids=["edited", "moved in time", "swapped", "removed", "cut"],
)
def test_a_touched_row_is_named(sql, found):
    record(count=6)
    record("project:2")

    tamper(sql)

    assert faults() == [found]


@pytest.mark.django_db
def test_a_tail_cut_with_its_head_is_caught_by_the_anchor_outside(anchor_folder):
    record(count=4)
    anchor_audit(at=timezone.now())
    tamper("DELETE FROM common_auditentry WHERE sequence > 2")
    head = AuditEntry.objects.order_by("-sequence")[0].hash
    AuditChain.objects.update(length=2, head_hash=head)

    assert violations() == []
    (fault,) = faults()

    assert fault.startswith("project:1 entry 3: missing: anchor-")
    assert fault.endswith("saw 4")


@pytest.mark.django_db
def test_a_chain_rebuilt_by_its_owner_is_caught_by_the_anchor():
    record(count=3)
    anchor_audit(at=timezone.now())
    tamper("DELETE FROM common_auditentry")
    AuditChain.objects.update(length=0, head_hash="")
    record(count=3, card=99)

    (fault,) = faults()

    assert "project:1 entry 3: is not what anchor-" in fault


@pytest.mark.django_db
def test_a_chain_that_is_gone_is_missed():
    record()
    anchor_audit(at=timezone.now())
    tamper("DELETE FROM common_auditentry")
    AuditChain.objects.all().delete()

    assert faults() == ["project:1 entry 1: the whole chain is missing"]


@pytest.mark.django_db
def test_a_forged_anchor_is_named(anchor_folder):
    record()
    anchor_audit(at=timezone.now())
    (path,) = anchor_folder.glob("*.json")
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"heads": {"project:1": [1, "0" * 64]}}))

    (fault,) = faults()

    assert fault == f"{path.name} entry 0: the signature is not ours"


@pytest.mark.django_db
def test_growth_after_an_anchor_is_no_fault():
    record()
    anchor_audit(at=timezone.now() - timedelta(days=1))
    record(count=2)
    anchor_audit(at=timezone.now())
    record("part:7")

    assert faults() == []


@pytest.mark.django_db
def test_the_commands_say_what_they_found(capsys):
    record(count=2)

    call_command("anchor_audit")
    call_command("verify_audit")
    tamper("UPDATE common_auditentry SET command = 'z' WHERE sequence = 1")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("1 heads signed at ")
    assert said[1] == "ok      2 entries in 1 chains"
    assert said[2] == "BROKEN  project:1 entry 1: was changed"
    assert ended.value.code == 1

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, models
from django.db.models import Value
from django.db.transaction import atomic as savepoint

from common.database import IdRange, InstantRange, UuidV7, constraint_of, sqlstate_of
from common.models import AuditAnchor, AuditChain, AuditEntry
from tests import build

pytestmark = pytest.mark.django_db

NOW = build.NOW


def ledger_row():
    return AuditAnchor.objects.create(anchored_at=NOW, heads={}, signature="0" * 64)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: AuditAnchor.objects.filter(pk=row.pk).update(signature="1" * 64),
        lambda row: AuditAnchor.objects.filter(pk=row.pk).delete(),
    ],
    ids=["update", "delete"],
)
def test_a_ledger_refuses_changes(change):
    row = ledger_row()

    with pytest.raises(IntegrityError, match="append-only") as refusal, savepoint():
        change(row)

    assert sqlstate_of(refusal.value) == "23001"
    assert AuditAnchor.objects.values_list("signature", flat=True).get() == "0" * 64


def test_a_ledger_cannot_be_emptied_where_people_work():
    ledger_row()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.may_truncate = 'off'")
        with pytest.raises(IntegrityError, match="TRUNCATE refused"), savepoint():
            cursor.execute("TRUNCATE common_auditanchor")

    assert AuditAnchor.objects.count() == 1


def test_a_broken_constraint_tells_its_name():
    chain = AuditChain.objects.create(subject="part:1")
    entry = {"chain": chain, "sequence": 1, "at": NOW, "command": "x", "hash": "0"}
    AuditEntry.objects.create(**entry)

    with pytest.raises(IntegrityError) as refusal, savepoint():
        AuditEntry.objects.create(**entry)

    assert constraint_of(refusal.value) == "common_auditentry_sequence"


def value_of(expression):
    AuditChain.objects.get_or_create(subject="any")
    return AuditChain.objects.annotate(it=expression).values_list("it", flat=True)[0]


def test_a_key_is_a_range_of_itself_and_a_missing_key_of_nothing():
    key = Value(7, output_field=models.BigIntegerField())
    none = Value(None, output_field=models.BigIntegerField())

    held = value_of(IdRange(models.F("length") + key))

    assert (held.lower, held.upper) == (7, 8)
    assert value_of(IdRange(models.F("length") + none)) is None


def test_instants_that_touch_do_not_overlap():
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    held = value_of(InstantRange(Value(noon), Value(noon + timedelta(hours=1))))

    assert noon in held
    assert noon + timedelta(hours=1) not in held


def test_keys_sort_by_the_time_they_were_made():
    keys = [value_of(UuidV7()) for _time in range(20)]

    assert keys == sorted(keys)

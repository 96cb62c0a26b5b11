"""What PostgreSQL does for us. Migrations import this module: it never moves."""

from typing import Any

from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateRangeField,
    DateTimeRangeField,
)
from django.db.migrations import RunSQL
from django.db.models import BooleanField, DateTimeField, Func, UUIDField

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION common_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Tests empty their tables between runs; nobody else sets this.
    IF TG_OP = 'TRUNCATE' AND current_setting('house.may_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% refused: % is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""
DROP_REFUSE_CHANGE = "DROP FUNCTION common_refuse_change()"


def append_only(table: str) -> RunSQL:
    """Return the migration step that makes a table a ledger.

    UPDATE, DELETE and TRUNCATE are refused with ``restrict_violation`` (23001),
    which Django raises as `IntegrityError`. The migration must depend on
    ``("common", "0001_refuse_change")``.

    Args:
        table: the table's name, such as ``parts_stockmovement``.
    """
    return RunSQL(
        sql=[
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION common_refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change()",
        ],
        reverse_sql=[
            f"DROP TRIGGER {table}_no_truncate ON {table}",
            f"DROP TRIGGER {table}_append_only ON {table}",
        ],
    )


class UuidV7(Func):
    """A key that sorts by the time it was made."""

    function = "uuidv7"
    arity = 0
    output_field = UUIDField()


class IdRange(Func):
    """A key as a range of itself, so that plain GiST can compare it with ``&&``.

    ``int8range(NULL, NULL)`` would be the range of everything and collide with every
    row; a missing key must collide with none.
    """

    arity = 1
    template = (
        "(CASE WHEN %(expressions)s IS NULL THEN NULL"
        " ELSE int8range(%(expressions)s, %(expressions)s, '[]') END)"
    )
    output_field = BigIntegerRangeField()

    def as_sql(self, *args: Any, **context: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(*args, **context)
        # The template names its expression three times.
        return sql, tuple(params) * 3


class InstantRange(Func):
    """From one instant up to another: two that touch do not overlap.

    A missing end is open: the range goes on.
    """

    function = "tstzrange"
    arity = 2
    template = "%(function)s(%(expressions)s, '[)')"
    output_field = DateTimeRangeField()


class OnDay(Func):
    """A time of a day on a wall clock, whatever the zone."""

    arity = 2
    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateTimeField()


class ClockRange(Func):
    """From one instant of a wall clock up to another: two that touch do not overlap."""

    function = "tsrange"
    arity = 2
    template = "%(function)s(%(expressions)s, '[)')"
    output_field = DateTimeRangeField()


class DayRange(Func):
    """From one day up to and including another. A missing end is open."""

    function = "daterange"
    arity = 2
    template = "%(function)s(%(expressions)s, '[]')"
    output_field = DateRangeField()


class TryAdvisoryLock(Func):
    """Whether the transaction took the advisory lock of this number."""

    function = "pg_try_advisory_xact_lock"
    arity = 1
    output_field = BooleanField()


def constraint_of(error: BaseException) -> str:
    """Return the name of the constraint an `IntegrityError` ran into, or ''."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def sqlstate_of(error: BaseException) -> str:
    """Return PostgreSQL's five-character code of a database error, or ''."""
    return getattr(error.__cause__, "sqlstate", None) or ""

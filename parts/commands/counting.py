"""Stocktakes: what is to be counted, and what somebody found there."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common import audit
from common.canonical import JSON
from common.errors import InvalidInput
from common.money import minor_units, quantise
from parts import queries
from parts.commands.ledger import level_at, locked_level
from parts.commands.purchasing import next_number
from parts.commands.refusals import (
    WholePieces,
    WrongState,
    exact,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.commands.units import clean_serials, is_by_serial, lying
from parts.models import (
    Bin,
    Count,
    CountLine,
    Part,
    StockLevel,
)
from workshop.models import Site

State = Count.State
WHOLE = (Part.Unit.EACH, Part.Unit.SET, Part.Unit.PAIR)
# Above this much of differences a second person agrees, unless somebody says otherwise.
USUAL_LIMIT = {0: Decimal(50_000), 2: Decimal(500), 3: Decimal(200)}
DEAREST = Decimal("99999999999")


def open_count(
    *,
    site_id: int,
    kind: str,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    bin_id: int | None = None,
    value_from: Decimal | None = None,
    not_since: datetime | None = None,
    due_on: date | None = None,
    approval_limit: Decimal | None = None,
    is_blind: bool = True,
) -> Count:
    """Open a stocktake of the positions that hold something.

    A cycle count takes a part of them; a full one all of the site. What another
    stocktake under way counts already is left to it. Idempotent by ``key``.

    Args:
        site_id: where.
        kind: ``CYCLE`` or ``FULL``.
        reason: why now.
        key: the caller's key.
        at: when, aware.
        actor_id: who opens it.
        bin_id: cycle: only this bin and what stands inside it.
        value_from: cycle: only positions worth this or more, in the site's currency.
        not_since: cycle: only positions not counted since this aware instant.
        due_on: the day by which it should be done.
        approval_limit: the value of differences above which a second person agrees;
            the house's usual one if None.
        is_blind: whether those who count do not see what is expected.

    Raises:
        InvalidInput: nothing there is to be counted, or the wishes do not fit.
        WrongState: all that lies there is being counted already.
        KeyReused: the key was used with another body.
        NotFound: no such site or bin.

    Source: docs/domain/stock.md R15.
    """
    why = needed_reason(reason)
    narrowed = (bin_id, value_from, not_since) != (None, None, None)
    _refuse_wishes(kind, value_from, approval_limit, is_narrowed=narrowed)
    currency = currency_of(site_id)
    usual = USUAL_LIMIT[minor_units(currency)]
    limit = usual if approval_limit is None else approval_limit

    def work(_command_id: UUID) -> dict[str, int]:
        levels = _free_levels(site_id, bin_id, value_from, not_since)
        count = Count.objects.create(
            number=next_number("CT", "parts_count_number"),
            site_id=site_id,
            kind=kind,
            is_blind=is_blind,
            reason=why,
            due_on=due_on,
            approval_limit=quantise(limit, currency),
            opened_by_id=actor_id,
            opened_at=at,
        )
        CountLine.objects.bulk_create(
            [CountLine(count=count, level=level) for level in levels]
        )
        record_count("open_count", count, actor_id, at, lines=len(levels), reason=why)
        return {"count": count.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="open_count",
        body={
            "site": site_id,
            "kind": kind,
            "bin": bin_id,
            "value_from": value_from,
            "not_since": not_since,
            "due_on": due_on,
            "limit": limit,
            "blind": is_blind,
            "reason": why,
        },
        work=work,
    )
    return Count.objects.get(pk=answer["count"])


def _refuse_wishes(
    kind: str,
    value_from: Decimal | None,
    limit: Decimal | None,
    *,
    is_narrowed: bool,
) -> None:
    if kind not in Count.Kind.values:
        raise InvalidInput(_("CYCLE or FULL was expected."), field="kind")
    if (kind == Count.Kind.CYCLE) != is_narrowed:
        raise InvalidInput(
            _("A cycle count names a bin, a value or a day; a full one names none."),
            field="kind",
        )
    for field, amount in (("value_from", value_from), ("approval_limit", limit)):
        if amount is not None and not (amount.is_finite() and 0 <= amount <= DEAREST):
            raise InvalidInput(_("A value of zero or more was expected."), field=field)


def currency_of(site_id: int) -> str:
    """Return the currency in which a site keeps its books.

    Raises:
        NotFound: no such site.
    """
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise missing("site")
    return site.currency


def _free_levels(
    site_id: int,
    bin_id: int | None,
    value_from: Decimal | None,
    not_since: datetime | None,
) -> list[StockLevel]:
    """Return what is to be counted, locked so that no two stocktakes take it."""
    bin_ids = None
    if bin_id is not None:
        if not Bin.objects.filter(pk=bin_id, site=site_id).exists():
            raise missing("bin")
        bin_ids = queries.bins_below(bin_id)
    wanted = queries.levels_to_count(
        site_id=site_id, bin_ids=bin_ids, value_from=value_from, not_since=not_since
    )
    ids = list(wanted.values_list("pk", flat=True))
    levels = list(StockLevel.objects.filter(pk__in=ids).locked())
    taken = queries.being_counted(ids)
    free = [level for level in levels if level.pk not in taken]
    if levels and not free:
        raise WrongState(_("All that lies there is being counted already."))
    if not free:
        raise InvalidInput(_("Nothing there is to be counted."), field="site")
    return free


def enter_find(
    *,
    count_id: int,
    counted: Decimal,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    level_id: int | None = None,
    part_id: int | None = None,
    bin_id: int | None = None,
    lot: str = "",
    serials: Sequence[str] = (),
) -> CountLine:
    """Write down what somebody has found in one place.

    It notes the ledger's last line there: what moves before and after does not spoil
    it. A second find replaces the first. Something found where nothing was expected
    becomes a line of its own. Idempotent by ``key``.

    Args:
        count_id: the stocktake, still being counted.
        counted: pieces that lie there, zero or more.
        key: the caller's key.
        at: when, aware.
        actor_id: who counted.
        level_id: the position; or, where there may be none yet,
        part_id: the part,
        bin_id: the bin at the stocktake's site, and
        lot: the lot.
        serials: of the units found, for parts kept by serial number.

    Raises:
        InvalidInput: a quantity out of range, or not as many numbers as pieces.
        WrongState: the count is over, or another one counts this position.
        KeyReused: the key was used with another body.
        NotFound: no such count, position, part or bin.

    Source: docs/domain/stock.md R15.
    """
    lies = Decimal(0) if counted == 0 else exact(counted, "counted")
    units = clean_serials(serials)

    def work(_command_id: UUID) -> dict[str, int]:
        count = locked_count(count_id, State.OPEN)
        level = _position(count, level_id, part_id, bin_id, lot)
        _refuse_elsewhere(count, level)
        line, _is_new = CountLine.objects.update_or_create(
            count=count,
            level=level,
            defaults={
                "counted": lies,
                "expected": level.on_hand,
                "counted_sequence": level.last_sequence,
                "serials": _found_units(level, lies, units),
                "counted_at": at,
                "counted_by_id": actor_id,
            },
        )
        record_count(
            "enter_find",
            count,
            actor_id,
            at,
            level=level.pk,
            counted=str(lies),
            after=level.last_sequence,
        )
        return {"line": line.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="enter_find",
        body={
            "count": count_id,
            "level": level_id,
            "part": part_id,
            "bin": bin_id,
            "lot": lot,
            "counted": lies,
            "serials": units,
        },
        work=work,
    )
    return CountLine.objects.select_related("level").get(pk=answer["line"])


def _position(
    count: Count,
    level_id: int | None,
    part_id: int | None,
    bin_id: int | None,
    lot: str,
) -> StockLevel:
    if level_id is not None:
        level = locked_level(level_id)
        bin_id = level.bin_id
    elif part_id is None or bin_id is None:
        raise InvalidInput(_("Name a position, or a part and a bin."), field="level")
    else:
        level = level_at(part_id=part_id, bin_id=bin_id, lot=lot)
    if not Bin.objects.filter(pk=bin_id, site=count.site_id).exists():
        raise WrongState(_("This place is at another site."))
    return level


def _refuse_elsewhere(count: Count, level: StockLevel) -> None:
    other = queries.being_counted([level.pk]).get(level.pk, count.number)
    if other != count.number:
        raise WrongState(_("%(number)s counts this position already."), number=other)


def _found_units(
    level: StockLevel, counted: Decimal, serials: Sequence[str]
) -> dict[str, list[str]] | None:
    if not is_by_serial(level):
        unit = Part.objects.values_list("unit", flat=True).get(pk=level.part_id)
        if unit in WHOLE and counted != counted.to_integral_value():
            raise WholePieces(field="counted")
        return None
    if len(serials) != counted:
        raise InvalidInput(
            _("%(pieces)s pieces need as many serial numbers; %(given)s were given."),
            field="serials",
            pieces=shown(counted),
            given=len(serials),
        )
    return {
        "found": sorted(serials),
        "expected": [unit.serial for unit in lying(level)],
    }


def subject_of(count_id: int) -> str:
    """Return the key under which a stocktake's ledger lines are found."""
    return f"count:{count_id}"


def locked_count(count_id: int, *states: str) -> Count:
    """Return a stocktake in one of these states, locked.

    Raises:
        WrongState: it is in another.
        NotFound: no such stocktake.
    """
    rows = Count.objects.filter(pk=count_id).select_for_update(no_key=True)
    count = rows.first()
    if count is None:
        raise missing("count")
    if count.state not in states:
        raise WrongState(
            _("Stocktake %(number)s is “%(state)s”."),
            number=count.number,
            state=count.get_state_display(),
        )
    return count


def record_count(
    command: str, count: Count, actor_id: int | None, at: datetime, **detail: JSON
) -> None:
    """Write down what a command has done to a stocktake."""
    audit.record(
        subject=subject_of(count.pk),
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"count": count.number, "state": str(count.state), **detail},
    )

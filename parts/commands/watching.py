"""Numbers that may vanish: watched, seen, looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from common.money import quantise
from common.retry import retrying
from parts.commands.refusals import lawful, missing, needed_reason
from parts.models import Demand, Observation, Part, Supplier, Watch
from parts.queries import waits_for

Kind = Observation.Kind
# What wakes a watch last says most.
BY_WEIGHT = (Kind.FIRST_SEEN, Kind.PRICE_MOVED, Kind.GONE)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of one part at one source.

    Attributes:
        part_id: the part.
        kind: an `Observation.Kind`.
        seen_on: on which day.
        price: what was asked for one, where a price was seen.
        was_price: what was asked before; a move needs both.
        currency: of both.
        supplier_id: whose list or word it is; None for anybody else's.
        source: where, in words.
    """

    part_id: int
    kind: str
    seen_on: date
    price: Decimal | None = None
    was_price: Decimal | None = None
    currency: str = "JPY"
    supplier_id: int | None = None
    source: str = ""


@retrying
@lawful()
@transaction.atomic
def watch_part(
    *, part_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> Watch:
    """Have an eye on a number. Watching it again changes the reason.

    Raises:
        InvalidInput: no reason is given.
        NotFound: no such part.

    Source: docs/domain/catalogue.md C17.
    """
    why = needed_reason(reason)
    if not Part.objects.filter(pk=part_id).exists():
        raise missing("part")
    row, _is_new = Watch.objects.update_or_create(
        part_id=part_id,
        defaults={"reason": why},
        create_defaults={
            "reason": why,
            "watched_at": at,
            "watched_by_id": actor_id,
        },
    )
    _record(part_id, "watch_part", actor_id, at, why)
    return row


@retrying
@transaction.atomic
def unwatch_part(
    *, part_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Let a number be. What was seen of it stays. Returns whether this call did it.

    Raises:
        InvalidInput: no reason is given.
    """
    why = needed_reason(reason)
    gone, _by_model = Watch.objects.filter(part_id=part_id).delete()
    if gone:
        _record(part_id, "unwatch_part", actor_id, at, why)
    return bool(gone)


@retrying
@transaction.atomic
def look_at_watches(
    *, watch_ids: Sequence[int], at: datetime, actor_id: int | None = None
) -> int:
    """Say that alerts have been looked at. Returns how many stood until now."""
    rows = Watch.objects.alerts().filter(pk__in=watch_ids).select_for_update()
    alerts = list(rows.order_by("pk"))
    for row in alerts:
        row.seen_at = at
    Watch.objects.bulk_update(alerts, ["seen_at"])
    for part_id in sorted(row.part_id for row in alerts):
        _record(part_id, "look_at_watch", actor_id, at, "")
    return len(alerts)


def note_observation(
    *, seen: Seen, at: datetime, actor_id: int | None = None
) -> Observation | None:
    """Write down one observation; see `note_observations`. None if it was known.

    Raises:
        NotFound: no such part or supplier.
    """
    if not Part.objects.filter(pk=seen.part_id).exists():
        raise missing("part")
    supplier = seen.supplier_id
    if supplier is not None and not Supplier.objects.filter(pk=supplier).exists():
        raise missing("supplier")
    noted = note_observations(seen=[seen], at=at, actor_id=actor_id)
    return noted[0] if noted else None


@retrying
@lawful()
@transaction.atomic
def note_observations(
    *, seen: Iterable[Seen], at: datetime, actor_id: int | None = None
) -> list[Observation]:
    """Write down what was seen of parts, and wake the watches on them.

    Few statements, however many there are. The same part, source, day and price seen
    twice is one observation. Jobs whose open wishes need a watched part are told.

    Args:
        seen: what was seen.
        at: when it is noted, aware.
        actor_id: who notes it; None for a file or the house.

    Returns:
        Those that are new.

    Raises:
        InvalidInput: a moved price without both prices, one finer than its currency,
            or a kind that does not exist.

    Source: docs/domain/catalogue.md C18, C19.
    """
    rows = {_identity(row): row for row in map(_checked, seen)}
    known = Observation.objects.filter(
        part__in={row.part_id for row in rows.values()},
        seen_on__in={row.seen_on for row in rows.values()},
    )
    fields = ("part_id", "supplier_id", "kind", "seen_on", "price")
    for identity in known.values_list(*fields):
        rows.pop(identity, None)
    noted = Observation.objects.bulk_create(
        Observation(
            part_id=row.part_id,
            supplier_id=row.supplier_id,
            kind=row.kind,
            price=row.price,
            was_price=row.was_price if row.kind == Kind.PRICE_MOVED else None,
            currency=row.currency,
            source=row.source[:200],
            seen_on=row.seen_on,
            noted_by_id=actor_id,
            noted_at=at,
        )
        for row in rows.values()
    )
    if noted:
        _wake(noted)
    return noted


def _checked(row: Seen) -> Seen:
    if row.kind not in Kind.values:
        raise InvalidInput(
            _("One of %(known)s was expected."),
            field="kind",
            known=", ".join(Kind.values),
        )
    if row.kind == Kind.PRICE_MOVED and (row.price is None or row.was_price is None):
        raise InvalidInput(
            _("A price that moved has one before and one after."), field="price"
        )
    if row.price is not None and row.price < 0:
        raise InvalidInput(_("No price is below zero."), field="price")
    for field, price in (("price", row.price), ("was_price", row.was_price)):
        if price is not None and quantise(price, row.currency) != price:
            raise InvalidInput(
                _("%(price)s is no whole number of %(currency)s's smallest units."),
                field=field,
                price=price,
                currency=row.currency,
            )
    return row


def _identity(row: Seen) -> tuple[object, ...]:
    price = None if row.price is None else row.price.quantize(Decimal("0.01"))
    return row.part_id, row.supplier_id, row.kind, row.seen_on, price


def _wake(noted: Sequence[Observation]) -> None:
    """Let watched parts stand as alerts until somebody has looked, and tell jobs."""
    part_ids = {row.part_id for row in noted}
    watched = set(
        Watch.objects.filter(part__in=part_ids).values_list("part_id", flat=True)
    )
    if not watched:
        return
    for kind in BY_WEIGHT:
        ids = watched & {row.part_id for row in noted if row.kind == kind}
        if ids:
            Watch.objects.filter(part__in=ids).update(last_seen=kind, seen_at=None)
    waiting = waits_for(watched)
    for row in noted:
        demands: list[Demand] = waiting.get(row.part_id, [])
        if demands:
            outbox.write(
                "restoration.part_seen",
                subject=f"part:{row.part_id}",
                observation_id=row.pk,
                demand_ids=[demand.pk for demand in demands],
            )


def _record(
    part_id: int, command: str, actor_id: int | None, at: datetime, reason: str
) -> None:
    audit.record(
        subject=f"part:{part_id}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"reason": reason} if reason else {},
    )

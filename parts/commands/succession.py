"""What takes a number's place, and what may stand in for it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.refusals import Circle, lawful, missing, needed_reason
from parts.commands.running import once
from parts.models import Alternate, Part, Supersession
from parts.queries import number_of, way_back
from workshop.models import Variant

ONE_WAY = Supersession.Kind.ONE_WAY
LONGEST_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class SuccessionTerms:
    """Under which conditions one number takes another's place; empty is always.

    Attributes:
        starts_on: first day on which it holds.
        ends_on: last day on which it holds.
        condition: what else must be so, in words a person decides on.
        condition_ja: the same in Japanese.
        variant_id: only on cars of this variant.
        first_frame: from this frame number of the variant on.
        last_frame: up to this frame number.
        built_from: from this month on, as its first day.
        built_to: up to and with this month.
        only_with_id: a part without which the new one does not fit.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    condition: str = ""
    condition_ja: str = ""
    variant_id: int | None = None
    first_frame: int | None = None
    last_frame: int | None = None
    built_from: date | None = None
    built_to: date | None = None
    only_with_id: int | None = None


def add_supersession(
    *,
    old_id: int,
    new_id: int,
    source: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    kind: str = ONE_WAY,
    terms: SuccessionTerms | None = None,
) -> Supersession:
    """Say that a number's place is taken by another, and under which conditions.

    Wishes for either are answered again.

    Args:
        old_id: the part that is replaced.
        new_id: the part that takes its place.
        source: who says so.
        key: the caller's key.
        at: when, aware.
        actor_id: who enters it.
        kind: ``ONE_WAY``, or ``TWO_WAY`` where either replaces the other.
        terms: its conditions; none if None.

    Raises:
        Circle: the new part is replaced, step by step, by the old one.
        InvalidInput: the same part twice, no source, a range that ends before it
            begins, frame numbers without a variant, or the same terms a second time.
        NotFound: no such part or variant.
        KeyReused: the key was used with another body.

    Source: docs/domain/catalogue.md C8 to C10.
    """
    under = terms or SuccessionTerms()
    said = _checked(old_id, new_id, source, kind, under)

    def work(_command_id: UUID) -> dict[str, int]:
        _refuse_unknown(old_id, new_id, under)
        _refuse_again(old_id, new_id, under)
        if kind == ONE_WAY:
            _refuse_circle(old_id, new_id)
        row = Supersession.objects.create(
            old_id=old_id, new_id=new_id, kind=kind, source=said, **asdict(under)
        )
        _after(row, "add_supersession", actor_id, at, source=said)
        return {"supersession": row.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="add_supersession",
        body={"old": old_id, "new": new_id, "kind": kind, "source": said}
        | asdict(under),
        work=work,
    )
    return Supersession.objects.get(pk=answer["supersession"])


@retrying
@lawful()
@transaction.atomic
def end_supersession(
    *,
    supersession_id: int,
    ends_on: date,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
) -> Supersession:
    """Let a replacement hold until a day and no longer. Its row stays.

    Saying the same again changes nothing.

    Raises:
        InvalidInput: it would end before it begins, or no reason is given.
        NotFound: no such replacement.
    """
    why = needed_reason(reason)
    row = Supersession.objects.select_for_update(no_key=True).filter(
        pk=supersession_id
    ).first()  # fmt: skip
    if row is None:
        raise missing("supersession")
    if row.ends_on == ends_on:
        return row
    if row.starts_on and ends_on < row.starts_on:
        raise InvalidInput(_("It would end before it begins."), field="ends_on")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    _after(
        row,
        "end_supersession",
        actor_id,
        at,
        reason=why,
        ends_on=ends_on.isoformat(),
    )
    return row


@retrying
@lawful()
@transaction.atomic
def add_alternate(
    *,
    part_id: int,
    alternate_id: int,
    source: str,
    at: datetime,
    actor_id: int | None = None,
    note: str = "",
    needs_consent: bool = True,
) -> Alternate:
    """Say that one part may stand in for another. Saying it again changes its note.

    Args:
        part_id: the part that is wanted.
        alternate_id: the part that may stand in.
        source: who says so.
        at: when, aware.
        actor_id: who enters it.
        note: what must be checked.
        needs_consent: whether the customer must agree.

    Raises:
        InvalidInput: the same part twice, or no source.
        NotFound: no such part.
    """
    _refuse_same(part_id, alternate_id, "alternate")
    said = needed_text(source, "source")
    _refuse_unknown(part_id, alternate_id, SuccessionTerms())
    row, _is_new = Alternate.objects.update_or_create(
        part_id=part_id,
        alternate_id=alternate_id,
        defaults={
            "note": note[:300],
            "needs_consent": needs_consent,
            "source": said,
        },
    )
    _answer_again(part_id, alternate_id)
    _record(part_id, "add_alternate", actor_id, at, alternate=alternate_id, source=said)
    return row


@retrying
@transaction.atomic
def remove_alternate(
    *,
    alternate_id: int,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
) -> bool:
    """Take a stand-in back. Returns whether this call did it.

    Raises:
        InvalidInput: no reason is given.
    """
    why = needed_reason(reason)
    row = Alternate.objects.select_for_update().filter(pk=alternate_id).first()
    if row is None:
        return False
    row.delete()
    _answer_again(row.part_id, row.alternate_id)
    _record(
        row.part_id,
        "remove_alternate",
        actor_id,
        at,
        alternate=row.alternate_id,
        reason=why,
    )
    return True


def needed_text(text: str, field: str) -> str:
    """Return a text without its edges.

    Raises:
        InvalidInput: there is none, or it is longer than 200 characters.
    """
    said = text.strip()
    if not said or len(said) > LONGEST_TEXT:
        raise InvalidInput(_("Give 1 to 200 characters."), field=field)
    return said


def _checked(
    old_id: int, new_id: int, source: str, kind: str, terms: SuccessionTerms
) -> str:
    _refuse_same(old_id, new_id, "new")
    if kind not in Supersession.Kind.values:
        raise InvalidInput(_("ONE_WAY or TWO_WAY was expected."), field="kind")
    ranges = (
        ("ends_on", terms.starts_on, terms.ends_on),
        ("last_frame", terms.first_frame, terms.last_frame),
        ("built_to", terms.built_from, terms.built_to),
    )
    for field, first, last in ranges:
        if first is not None and last is not None and last < first:  # type: ignore[operator]  # of one kind each
            raise InvalidInput(_("The range ends before it begins."), field=field)
    has_frames = terms.first_frame is not None or terms.last_frame is not None
    if has_frames and terms.variant_id is None:
        raise InvalidInput(
            _("Frame numbers count within a variant: name the variant."),
            field="variant",
        )
    for field in ("condition", "condition_ja"):
        if len(getattr(terms, field)) > LONGEST_TEXT:
            raise InvalidInput(_("Give at most 200 characters."), field=field)
    return needed_text(source, "source")


def _refuse_same(one: int, other: int, field: str) -> None:
    if one == other:
        raise InvalidInput(_("This is the part itself."), field=field)


def _refuse_unknown(old_id: int, new_id: int, terms: SuccessionTerms) -> None:
    wanted = {old_id, new_id}
    if terms.only_with_id is not None:
        wanted.add(terms.only_with_id)
    if Part.objects.filter(pk__in=wanted).count() != len(wanted):
        raise missing("part")
    variant = terms.variant_id
    if variant is not None and not Variant.objects.filter(pk=variant).exists():
        raise missing("variant")


def _refuse_again(old_id: int, new_id: int, terms: SuccessionTerms) -> None:
    taken = Supersession.objects.filter(
        old_id=old_id,
        new_id=new_id,
        first_frame=terms.first_frame,
        built_from=terms.built_from,
    )
    if terms.variant_id in taken.values_list("variant_id", flat=True):
        raise InvalidInput(_("This replacement stands already."), field="new")


def _refuse_circle(old_id: int, new_id: int) -> None:
    way = way_back(old_id=old_id, new_id=new_id)
    if way:
        raise Circle(
            _("This would close a circle: %(way)s."),
            way=" → ".join(number_of(part) for part in way),
        )


def _after(
    row: Supersession,
    command: str,
    actor_id: int | None,
    at: datetime,
    **detail: str,
) -> None:
    _answer_again(row.old_id, row.new_id)
    _record(row.old_id, command, actor_id, at, new=row.new_id, **detail)


def _answer_again(*part_ids: int) -> None:
    outbox.write(
        "parts.check_availability",
        subject=f"part:{part_ids[0]}",
        part_ids=sorted(part_ids),
    )


def _record(
    part_id: int,
    command: str,
    actor_id: int | None,
    at: datetime,
    **detail: str | int,
) -> None:
    audit.record(
        subject=f"part:{part_id}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail=detail,
    )

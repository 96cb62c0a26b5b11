"""What follows when somebody edits the catalogue, and the steps of a part's life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.refusals import Circle, WholePieces, exact, missing
from parts.commands.running import once
from parts.commands.succession import needed_text
from parts.models import KitLine, LifeChange, Part
from parts.queries import kits_above, number_of

ONE_DAY = timedelta(days=1)
WHOLE = (Part.Unit.EACH, Part.Unit.SET, Part.Unit.PAIR)
MOST_LINES = 200


@retrying
@transaction.atomic
def note_part_edited(
    *, part_id: int, fields: Sequence[str], at: datetime, actor_id: int | None = None
) -> None:
    """Write an edit of a part's page down and have its wishes answered again.

    A new offer, number or successor can move an answer.

    Args:
        part_id: the part.
        fields: what was changed, by name.
        at: when, aware.
        actor_id: who edited it.

    Source: docs/domain/availability.md A1.
    """
    if not fields:
        return
    outbox.write(
        "parts.check_availability", subject=f"part:{part_id}", part_ids=[part_id]
    )
    audit.record(
        subject=f"part:{part_id}",
        command="edit_part",
        actor_id=actor_id,
        at=at,
        detail={"fields": sorted(set(fields))},
    )


def change_life(
    *,
    part_id: int,
    life: str,
    changed_on: date,
    source: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> LifeChange:
    """Say what became of a part: from which day, and who says so.

    `Part.life` is the newest of these steps. Its wishes are answered again.

    Args:
        part_id: the part.
        life: what it is now, a `Part.Life`.
        changed_on: as of which day; not after the day of ``at``.
        source: who says so.
        key: the caller's key.
        at: when, aware.
        actor_id: who enters it.

    Raises:
        InvalidInput: an unknown life, the one it has already, a day to come, or no
            source.
        NotFound: no such part.
        KeyReused: the key was used with another body.

    Source: docs/domain/catalogue.md C11.
    """
    said = needed_text(source, "source")
    if life not in Part.Life.values:
        raise InvalidInput(
            _("One of %(known)s was expected."),
            field="life",
            known=", ".join(Part.Life.values),
        )
    # It may be tomorrow already where the part is.
    if changed_on > at.date() + ONE_DAY:
        raise InvalidInput(_("This day is still to come."), field="changed_on")

    def work(_command_id: UUID) -> dict[str, int]:
        part = locked_part(part_id)
        if part.life == life:
            raise InvalidInput(
                _("It is “%(life)s” already."),
                field="life",
                life=part.get_life_display(),
            )
        step = LifeChange.objects.create(
            part=part,
            was=part.life,
            became=life,
            changed_on=changed_on,
            source=said,
            noted_by_id=actor_id,
            noted_at=at,
        )
        Part.objects.filter(pk=part.pk).update(life=life)
        outbox.write(
            "parts.check_availability", subject=f"part:{part_id}", part_ids=[part_id]
        )
        audit.record(
            subject=f"part:{part_id}",
            command="change_life",
            actor_id=actor_id,
            at=at,
            detail={"was": part.life, "became": life, "source": said},
        )
        return {"life_change": step.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="change_life",
        body={"part": part_id, "life": life, "on": changed_on, "source": said},
        work=work,
    )
    return LifeChange.objects.get(pk=answer["life_change"])


@dataclass(frozen=True, kw_only=True)
class Component:
    """How many of a part one kit holds."""

    part_id: int
    quantity: Decimal


def set_kit(
    *,
    kit_id: int,
    lines: Sequence[Component],
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> list[KitLine]:
    """Say what a kit is put together from. No lines: it is no kit any more.

    Args:
        kit_id: the part that is a kit.
        lines: its components, each once; a component may be a kit itself.
        key: the caller's key.
        at: when, aware.
        actor_id: who enters it.

    Raises:
        Circle: a component holds this kit, however deep.
        WholePieces: a fraction of what is counted in pieces.
        InvalidInput: a component twice, the kit itself, or a quantity out of range.
        NotFound: no such part.
        KeyReused: the key was used with another body.

    Source: docs/domain/catalogue.md C15.
    """
    wanted = {line.part_id: exact(line.quantity) for line in lines}
    if len(wanted) != len(lines) or len(lines) > MOST_LINES:
        raise InvalidInput(
            _("Name each component once, at most 200 of them."), field="lines"
        )

    def work(_command_id: UUID) -> dict[str, int]:
        kit = locked_part(kit_id)
        _refuse_unfit(kit, wanted)
        was = {row.component_id: row.quantity for row in kit.kit_lines.all()}
        kit.kit_lines.all().delete()
        KitLine.objects.bulk_create(
            KitLine(kit=kit, component_id=pk, quantity=quantity)
            for pk, quantity in wanted.items()
        )
        outbox.write(
            "parts.check_availability",
            subject=f"part:{kit_id}",
            part_ids=sorted({kit_id, *was, *wanted}),
        )
        audit.record(
            subject=f"part:{kit_id}",
            command="set_kit",
            actor_id=actor_id,
            at=at,
            detail={
                "was": {str(pk): str(n) for pk, n in sorted(was.items())},
                "now": {str(pk): str(n) for pk, n in sorted(wanted.items())},
            },
        )
        return {"kit": kit_id}

    once(
        key=key,
        actor_id=actor_id,
        command="set_kit",
        body={
            "kit": kit_id,
            "lines": [[pk, str(n)] for pk, n in wanted.items()],
        },
        work=work,
    )
    return list(KitLine.objects.filter(kit_id=kit_id).order_by("pk"))


def locked_part(part_id: int) -> Part:
    """Return a part, locked.

    Raises:
        NotFound: no such part.
    """
    part = Part.objects.select_for_update(no_key=True).filter(pk=part_id).first()
    if part is None:
        raise missing("part")
    return part


def _refuse_unfit(kit: Part, wanted: dict[int, Decimal]) -> None:
    known = Part.objects.prefetch_related("numbers").in_bulk(wanted)
    if len(known) != len(wanted):
        raise missing("component")
    above = kits_above(kit.pk) | {kit.pk}
    for pk, quantity in sorted(wanted.items()):
        part = known[pk]
        if pk in above:
            raise Circle(
                _("%(component)s is this kit, or holds it: a kit cannot hold itself."),
                component=number_of(part),
            )
        if part.unit in WHOLE and quantity != quantity.to_integral_value():
            raise WholePieces(field="lines")

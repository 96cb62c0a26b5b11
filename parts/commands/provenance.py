"""What is known of a piece with a number of its own."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.refusals import missing, needed_reason
from parts.models import Unit

LONGEST = 2000


@retrying
@transaction.atomic
def note_provenance(
    *,
    unit_id: int,
    provenance: str,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
) -> Unit:
    """Write down where a unit comes from and what was done to it.

    Saying the same again changes nothing; what stood there before is kept in the
    unit's audit chain.

    Args:
        unit_id: the unit.
        provenance: what is known, up to 2,000 characters; it replaces what stood there.
        reason: how it became known.
        at: when, aware.
        actor_id: who writes it.

    Raises:
        InvalidInput: the text is too long, or there is no reason.
        NotFound: no such unit.
    """
    why = needed_reason(reason)
    text = provenance.strip()
    if len(text) > LONGEST:
        raise InvalidInput(_("Write at most 2,000 characters."), field="provenance")
    unit = Unit.objects.filter(pk=unit_id).select_for_update(no_key=True).first()
    if unit is None:
        raise missing("unit")
    if unit.provenance == text:
        return unit
    before, unit.provenance = unit.provenance, text
    unit.save(update_fields=["provenance"])
    audit.record(
        subject=f"unit:{unit.pk}",
        command="note_provenance",
        actor_id=actor_id,
        at=at,
        detail={"before": before, "after": text, "reason": why},
    )
    return unit

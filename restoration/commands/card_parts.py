"""Parts are drawn to the card that wants them."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from parts import commands as parts
from restoration.commands.cards import locked_card
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import JobCard, JobCardPart


def draw_parts(
    *,
    card_part_id: int,
    quantity: Decimal,
    user_id: int,
    key: str,
    at: datetime,
) -> JobCardPart:
    """Draw pieces from the store to a card.

    Args:
        card_part_id: the line of the card.
        quantity: in the part's unit, above zero, at most what is still wanted.
        user_id: who draws.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotFound: no such line.
        WrongState: the card is over.
        InvalidInput: the line wants nothing from the store.
        InsufficientStock, MoreThanWanted: as in `parts.commands.issue_parts`.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        row = existing(JobCardPart.objects.filter(pk=card_part_id).first())
        card = locked_card(row.card_id)
        if card.state in (JobCard.State.DONE, JobCard.State.CANCELLED):
            raise WrongState(
                _("“%(card)s” is “%(state)s” and takes no parts."),
                card=card.title,
                state=card.get_state_display(),
            )
        if row.demand_id is None:
            raise InvalidInput(
                _("This line wants nothing from the store."), field="card_part"
            )
        parts.issue_parts(
            demand_id=row.demand_id,
            quantity=quantity,
            key=key,
            at=at,
            actor_id=user_id,
        )
        audit.record(
            subject=card.project.subject_key,
            command="draw_parts",
            actor_id=user_id,
            at=at,
            detail={"card_part": row.pk, "quantity": str(quantity)},
        )
        return row.pk

    pk = once(
        key=key,
        user_id=user_id,
        command="draw_parts",
        body={"card_part": card_part_id, "quantity": quantity},
        work=work,
    )
    return JobCardPart.objects.select_related("demand", "part").get(pk=pk)

"""Parts are drawn to the card that wants them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from parts import commands as parts
from parts import queries as parts_queries
from restoration.commands.cards import change_card, locked_card
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import JobCard, JobCardEvent, JobCardPart

ARRIVED = "parts_arrived"
OVER = (JobCard.State.DONE, JobCard.State.CANCELLED)


def draw_parts(
    *,
    card_part_id: int,
    quantity: Decimal,
    user_id: int,
    key: str,
    at: datetime,
    serials: Sequence[str] = (),
) -> JobCardPart:
    """Draw pieces from the store to a card.

    Args:
        card_part_id: the line of the card.
        quantity: in the part's unit, above zero, at most what is still wanted.
        user_id: who draws.
        key: idempotency key.
        at: now, aware.
        serials: which units, where more lie than are drawn; as typed, or as the
            labels of the units say.

    Raises:
        NotFound: no such line.
        UnitsNeeded: it is not certain which units are meant.
        WrongState: the card is over.
        InvalidInput: the line wants nothing from the store.
        InsufficientStock, MoreThanWanted: as in `parts.commands.issue_parts`.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        row = existing(JobCardPart.objects.filter(pk=card_part_id).first())
        card = locked_card(row.card_id)
        if card.state in OVER:
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
            serials=parts_queries.serials_scanned(row.part_id, serials),
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
        body={
            "card_part": card_part_id,
            "quantity": quantity,
            **({"serials": list(serials)} if serials else {}),
        },
        work=work,
    )
    return JobCardPart.objects.select_related("demand", "part").get(pk=pk)


def group_key_of(card_id: int) -> str:
    """Return the key under which a card's wishes arrive together."""
    return f"job-card:{card_id}"


@transaction.atomic
def note_parts_arrived(*, group_keys: Sequence[str], at: datetime) -> list[int]:
    """Note on cards that all their parts have arrived; the floor shows it.

    Cards that are over, and groups that are no cards, are passed over. A card hears of
    it once.

    Args:
        group_keys: such as ``job-card:12``.
        at: now, aware.

    Returns:
        The cards on which it was noted.
    """
    ids = sorted(
        int(row)
        for kind, _colon, row in (key.partition(":") for key in group_keys)
        if kind == "job-card" and row.isdecimal()
    )
    cards = list(JobCard.objects.filter(pk__in=ids).select_related("project").locked())
    events = JobCardEvent.objects.filter(card__in=cards, command=ARRIVED)
    heard = set(events.values_list("card_id", flat=True))
    fresh = [card for card in cards if card.pk not in heard and card.state not in OVER]
    for card in fresh:
        change_card(card, ARRIVED, user_id=None, at=at, became=card.state, is_news=True)
    return [card.pk for card in fresh]

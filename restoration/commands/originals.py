"""Custody of what came off a car: tag, bin, verdict, fate."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput
from parts.models import Bin
from restoration.commands.cards import locked_card
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import JobCard, Project, RemovedPart

Fate = RemovedPart.Fate
Verdict = RemovedPart.Verdict


class ConsentMissing(DomainError):
    """Nothing of the owner's is scrapped or sold without consent."""

    todo = _("Ask the owner, and enter who agreed, when and in what words.")


class AlreadySettled(DomainError):
    """One part has one fate."""


def tag_removed_part(
    *,
    card_id: int,
    text_en: str,
    user_id: int,
    key: str,
    at: datetime,
    text_ja: str = "",
    bin_id: int | None = None,
    part_id: int | None = None,
) -> RemovedPart:
    """Tag an original that came off the car.

    Args:
        card_id: the card it came off on.
        text_en: what it is.
        user_id: who tags it.
        key: idempotency key.
        at: now, aware.
        text_ja: the same in Japanese.
        bin_id: where it lies; a bin for originals.
        part_id: the catalogue's part, where known.

    Raises:
        NotFound: no such card or bin.
        InvalidInput: no text, or the bin is not one for originals.
        WrongState: the car is handed over, and its dossier sealed.
        KeyReused: the key belongs to another request.

    Source: docs/domain/originals.md, rules O1 and O5.
    """
    if not text_en.strip() and not text_ja.strip():
        raise InvalidInput(_("Say what came off."), field="text_en")

    def work() -> int:
        card = _card_of_car_here(card_id)
        _check_bin(bin_id)
        row = RemovedPart.objects.create(
            project=card.project,
            card=card,
            tag=_next_tag(),
            text_en=text_en.strip()[:200] or text_ja.strip()[:200],
            text_ja=text_ja.strip()[:200],
            part_id=part_id,
            bin_id=bin_id,
            removed_at=at,
        )
        audit.record(
            subject=card.project.subject_key,
            command="tag_removed_part",
            actor_id=user_id,
            at=at,
            detail={"removed": row.pk, "tag": row.tag},
        )
        return row.pk

    pk = once(
        key=key,
        user_id=user_id,
        command="tag_removed_part",
        body={
            "card": card_id, "text_en": text_en, "text_ja": text_ja, "bin": bin_id,
            "part": part_id,
        },
        work=work,
    )  # fmt: skip
    return RemovedPart.objects.get(pk=pk)


@transaction.atomic
def judge_removed_part(
    *, removed_id: int, verdict: str, user_id: int, at: datetime
) -> RemovedPart:
    """Say what is to be done with an original. A new verdict takes the old one's place.

    Raises:
        NotFound: no such part.
        InvalidInput: no such verdict.
    """
    if verdict not in Verdict.values:
        raise InvalidInput(_("This is no verdict."), field="verdict")
    row = _locked(removed_id)
    row.verdict = verdict
    row.save(update_fields=["verdict"])
    audit.record(
        subject=row.project.subject_key,
        command="judge_removed_part",
        actor_id=user_id,
        at=at,
        detail={"removed": row.pk, "verdict": verdict},
    )
    return row


@transaction.atomic
def settle_removed_part(
    *, removed_id: int, fate: str, user_id: int, at: datetime, consent: str = ""
) -> RemovedPart:
    """Give an original its one fate. The same again changes nothing.

    Args:
        removed_id: the part.
        fate: one of `RemovedPart.Fate` but open.
        user_id: who settles it.
        at: now, aware.
        consent: who agreed, when and in what words; needed to scrap or sell.

    Raises:
        NotFound: no such part.
        InvalidInput: no such fate.
        ConsentMissing: scrapped or sold without consent.
        AlreadySettled: it has another fate.

    Source: docs/domain/originals.md, rules O2 and O3.
    """
    if fate not in Fate.values or fate == Fate.OPEN:
        raise InvalidInput(_("This is no fate."), field="fate")
    if fate in (Fate.SCRAPPED, Fate.SOLD) and not consent.strip():
        raise ConsentMissing(_("Nothing is scrapped or sold without consent."))
    row = _locked(removed_id)
    if row.fate == fate:
        return row
    if row.fate != Fate.OPEN:
        raise AlreadySettled(
            _("%(tag)s is settled: %(fate)s."),
            tag=row.tag,
            fate=row.get_fate_display(),
        )
    row.fate, row.settled_at, row.consent = fate, at, consent.strip()[:200]
    row.save(update_fields=["fate", "settled_at", "consent"])
    audit.record(
        subject=row.project.subject_key,
        command="settle_removed_part",
        actor_id=user_id,
        at=at,
        detail={"removed": row.pk, "fate": fate, "has_consent": bool(row.consent)},
    )
    return row


def _card_of_car_here(card_id: int) -> JobCard:
    """Lock project and card, in this order: the car is not handed over meanwhile."""
    known = existing(JobCard.objects.filter(pk=card_id).first())
    project = Project.objects.locked().get(pk=known.project_id)
    if project.state == Project.State.HANDED_OVER:
        raise WrongState(
            _("%(number)s is handed over: nothing comes off its car any more."),
            number=project.number,
        )
    return locked_card(card_id)


def _locked(removed_id: int) -> RemovedPart:
    rows = RemovedPart.objects.select_for_update(of=("self",), no_key=True)
    return existing(rows.select_related("project").filter(pk=removed_id).first())


def _check_bin(bin_id: int | None) -> None:
    if bin_id is None:
        return
    place = existing(Bin.objects.filter(pk=bin_id).first())
    if place.kind != Bin.Kind.ORIGINALS:
        raise InvalidInput(
            _("%(bin)s is no bin for originals."), field="bin", bin=place.code
        )


def _next_tag() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('restoration_removedpart_tag')")
        return f"R-{cursor.fetchone()[0]:06d}"

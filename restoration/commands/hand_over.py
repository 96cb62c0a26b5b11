"""The end: nothing closes while something is open; then the dossier is sealed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import audit, outbox
from common.canonical import canonical_json, digest
from common.errors import DomainError
from restoration import queries
from restoration.commands.projects import existing, move_project
from restoration.models import (
    Approval,
    ChecklistItem,
    DossierEntry,
    JobCardPart,
    Measurement,
    Project,
    RemovedPart,
)
from workshop.models import Invoice, Promise

SHOWN = 5


class StillOpen(DomainError):
    """Something keeps the car here; ``context["obstacles"]`` says each."""

    title = gettext_lazy("Not ready for hand-over")
    todo = gettext_lazy("Settle each of these, then hand the car over.")


def hand_over(*, project_id: int, user_id: int, at: datetime) -> Project:
    """Hand a finished car over and seal its dossier. A second call changes nothing.

    Args:
        project_id: the project.
        user_id: who hands it over.
        at: now, aware.

    Raises:
        NotFound: no such project.
        StillOpen: a card, an original, a checklist line or an invoice is open.
        WrongState: the project was never in work, or is cancelled.
    """
    with transaction.atomic():
        project = existing(Project.objects.locked().filter(pk=project_id).first())
        if project.state == Project.State.HANDED_OVER:
            return project
        obstacles = list(obstacles_of(project))
        if obstacles:
            raise StillOpen(
                _("%(number)s cannot be handed over: %(all)s"),
                number=project.number,
                all="; ".join(obstacles),
                obstacles=obstacles,
            )
        project.handed_over_at = at
        project.save(update_fields=["handed_over_at"])
        move_project(project, "hand_over", at=at, actor_id=user_id)
        seal = _seal_dossier(project, at)
        outbox.write(
            "restoration.mail_hand_over",
            subject=project.subject_key,
            project_id=project.pk,
        )
        audit.record(
            subject=project.subject_key,
            command="hand_over",
            actor_id=user_id,
            at=at,
            detail={"dossier": seal},
        )
    return project


def obstacles_of(project: Project) -> Iterator[str]:
    """Say each thing that keeps a project from being handed over.

    Source: docs/domain/originals.md, rule O4.
    """
    cards = project.job_cards.unfinished().filter(is_after_hand_over=False)
    for card in cards.order_by("number")[:SHOWN]:
        yield _("“%(card)s” is not finished") % {"card": card.title}
    if cards.count() > SHOWN:
        yield _("%(more)s more cards are not finished") % {
            "more": cards.count() - SHOWN
        }
    originals = project.removed_parts.filter(fate=RemovedPart.Fate.OPEN)
    for part in originals.order_by("tag"):
        yield _("the original %(tag)s has no fate") % {"tag": part.tag}
    checks = ChecklistItem.objects.filter(
        card__project=project,
        card__is_after_hand_over=False,
        result=ChecklistItem.Result.OPEN,
    ).exclude(card__state="CANCELLED")
    for item in checks.order_by("card__number", "position"):
        yield _("“%(item)s” is not checked") % {"item": item.text}
    unpaid = Invoice.objects.filter(
        subject_key=project.subject_key, state=Invoice.State.ISSUED
    )
    for invoice in unpaid.order_by("number"):
        yield _("invoice %(number)s is not paid") % {"number": invoice.number}


def _seal_dossier(project: Project, at: datetime) -> str:
    """Write the car's story down, line by line, and a last line over all of them."""
    entries = [
        DossierEntry(
            project=project,
            sequence=sequence,
            kind=kind,
            detail=detail,
            entered_at=at,
        )
        for sequence, (kind, detail) in enumerate(_story_of(project, at), start=1)
    ]
    seal = digest(canonical_json([[e.sequence, e.kind, e.detail] for e in entries]))
    entries.append(
        DossierEntry(
            project=project,
            sequence=len(entries) + 1,
            kind="SEAL",
            detail={"sha256": seal, "lines": len(entries)},
            entered_at=at,
        )
    )
    DossierEntry.objects.bulk_create(entries)
    return seal


def _story_of(project: Project, at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    approvals = Approval.objects.filter(estimate__project=project)
    for approval in approvals.select_related("estimate").order_by("pk"):
        yield (
            "APPROVAL",
            {
                "version": approval.estimate.version,
                "content_hash": approval.content_hash,
                "signed_at": approval.signed_at.isoformat(),
                "accepted": approval.accepted_lines,
                "declined": approval.declined_lines,
            },
        )
    for card in project.job_cards.prefetch_related("time_entries").order_by("number"):
        times = list(card.time_entries.all())
        yield (
            "WORK",
            {
                "card": card.number,
                "title_en": card.title_en,
                "title_ja": card.title_ja,
                "state": card.state,
                "clocked_minutes": queries.clocked_minutes(times, at=at),
                "finished_at": card.finished_at.isoformat()
                if card.finished_at
                else None,
            },
        )
    yield from _parts_of(project)
    measured = Measurement.objects.filter(card__project=project)
    for row in measured.select_related("card").order_by("pk"):
        yield (
            "MEASUREMENT",
            {
                "card": row.card.number,
                "label": row.label,
                "value": str(row.value),
                "unit": row.unit,
            },
        )
    for part in project.removed_parts.order_by("tag"):
        yield (
            "ORIGINAL",
            {
                "tag": part.tag,
                "text_en": part.text_en,
                "verdict": part.verdict,
                "fate": part.fate,
            },
        )
    for finding in project.findings.order_by("pk"):
        yield "FINDING", {"severity": finding.severity, "state": finding.state}
    for promise in Promise.objects.history_of(project.subject_key):
        yield (
            "PROMISE",
            {
                "sequence": promise.sequence,
                "promised_on": promise.promised_on.isoformat(),
                "cause": promise.cause,
            },
        )


def _parts_of(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = JobCardPart.objects.filter(card__project=project, demand__drawn__gt=0)
    for row in (
        rows.select_related("card", "part", "required_part", "demand")
        .prefetch_related("part__numbers")
        .order_by("pk")
    ):
        yield (
            "PART",
            {
                "card": row.card.number,
                "part": queries.part_label(row),
                "required": row.required_part.code,
                "quantity": str(row.demand.drawn) if row.demand else "0",
            },
        )

"""One project as its manager follows it, and the steps that a manager takes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.errors import DomainError
from common.querysets import get_visible
from restoration import commands, queries
from restoration.board.forms import DraftForm
from restoration.board.words import (
    Mark,
    card_mark,
    happenings,
    phase_marks,
    project_mark,
)
from restoration.models import Arbitration, Estimate, Operation, Project
from restoration.queries.project_board import (
    WantedRow,
    answered,
    cards_in_plan,
    planned,
    wanted_parts,
)
from workshop.models import Promise

PER_PAGE = 50
# As many of what keeps a car here are shown at once.
OBSTACLES = 8


@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    """Dates, estimates, money, events, and what can be done next."""
    return overview(request, number)


def overview(
    request: HttpRequest, number: str, refusal: DomainError | None = None
) -> HttpResponse:
    """Return the page; a refused step is told above it and changed nothing."""
    summary = queries.project_summary(request.user, number=number)
    status = refusal.status if refusal is not None else 200
    obstacles = refusal.context.get("obstacles", []) if refusal is not None else []
    return render(
        request,
        "board/project.html",
        {
            **frame_of(summary.project, "project"),
            "summary": summary,
            "promises": dates_of(request, summary),
            "before": summary.promises[1].promised_on
            if len(summary.promises) > 1
            else None,
            "phases": phase_marks(summary.phases),
            "happenings": happenings(summary.timeline),
            "estimates": [(e, estimate_mark(e)) for e in summary.estimates],
            "draft_form": DraftForm(project=summary.project),
            "refusal": refusal,
            "obstacles": obstacles[:OBSTACLES],
            "more_obstacles": max(0, len(obstacles) - OBSTACLES),
        },
        status=status,
    )


def dates_of(
    request: HttpRequest, summary: queries.ProjectSummary
) -> list[tuple[Promise, str, Arbitration | None, str]]:
    """Return every date: what moved it, who had decided it, how sure it is."""
    decided = queries.decisions_behind(request.user, summary.promises)
    return [
        (p, queries.promise_sentence(p), decided.get(p.pk), queries.evidence_words(p))
        for p in summary.promises
    ]


@require_safe
def cards(request: HttpRequest, number: str) -> HttpResponse:
    """Every card, when the plan has it, who does it where, and why not sooner."""
    found = found_project(request, number)
    page = Paginator(cards_in_plan(found), PER_PAGE).get_page(request.GET.get("page"))
    cards_shown = planned(list(page.object_list))
    unfinished = [each.card.pk for each in cards_shown if not each.card.finished_at]
    badges = queries.parts_badges(unfinished)
    taught = history_of(found, [each.card.operation for each in cards_shown])
    rows = [
        (
            each,
            card_mark(each.card),
            badges.get(each.card.pk),
            queries.history_words(
                taught.get(each.card.operation_id or 0), each.card.minutes
            ),
        )
        for each in cards_shown
    ]
    return render(
        request,
        "board/cards.html",
        {**frame_of(found, "cards"), "page": page, "rows": rows},
    )


def history_of(
    project: Project, operations: Iterable[Operation | None]
) -> Mapping[int, queries.Taught]:
    """Return what finished cards teach of some operations on a project's car."""
    return queries.taught_operations(
        [each for each in operations if each is not None],
        at=timezone.now(),
        family=project.vehicle.variant_id,
    )


@require_safe
def parts(request: HttpRequest, number: str) -> HttpResponse:
    """Every part the work takes, with the newest answer about it."""
    found = found_project(request, number)
    page = Paginator(wanted_parts(found), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(each, part_mark(each)) for each in answered(list(page.object_list))]
    return render(
        request,
        "board/parts.html",
        {**frame_of(found, "parts"), "page": page, "rows": rows},
    )


@require_safe
def estimate(request: HttpRequest, estimate_id: int) -> HttpResponse:
    """One version of an estimate, line by line; a draft too."""
    page = queries.estimate_page(request.user, estimate_id=estimate_id)
    works = [each for phase in page.phases for each in phase.operations]
    taught = history_of(page.estimate.project, [each.work.operation for each in works])
    for each in works:
        known = taught.get(each.work.operation_id or 0)
        each.history = queries.history_words(known, each.work.minutes_likely)
    return render(
        request,
        "board/estimate.html",
        {"page": page, "mark": estimate_mark(page.estimate)},
    )


@require_POST
def arrive(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the car is here."""
    found = found_project(request, number)

    def step() -> str:
        commands.record_arrival(
            project_id=found.pk, user_id=int(request.user.pk or 0), at=timezone.now()
        )
        return _("The car is noted as arrived.")

    return taken(request, number, step)


@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Draft the next version of the estimate from a template."""
    found = found_project(request, number)

    def step() -> str:
        drafted = commands.draft_estimate(
            project_id=found.pk,
            template_code=request.POST.get("template", ""),
            engine_menu=request.POST.get("engine_menu") or None,
            user_id=int(request.user.pk or 0),
            at=timezone.now(),
        )
        return _("Version %(version)s is drafted. Read it, then send it.") % {
            "version": drafted.version
        }

    return taken(request, number, step)


@require_POST
def send(request: HttpRequest, estimate_id: int) -> HttpResponse:
    """Seal a draft and send it to the customer."""
    found = get_visible(
        Estimate.objects.select_related("project"), request.user, pk=estimate_id
    )

    def step() -> str:
        commands.send_estimate(
            estimate_id=found.pk, user_id=int(request.user.pk or 0), at=timezone.now()
        )
        return _("The estimate is on its way to the customer.")

    return taken(request, found.project.number, step)


@require_POST
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Hand the car over, if nothing keeps it here."""
    found = found_project(request, number)

    def step() -> str:
        commands.hand_over(
            project_id=found.pk, user_id=int(request.user.pk or 0), at=timezone.now()
        )
        return _("The car is handed over and its dossier sealed.")

    return taken(request, number, step)


def taken(request: HttpRequest, number: str, step: Callable[[], str]) -> HttpResponse:
    """Take one step; a refusal is shown on the project's page."""
    try:
        done = step()
    except DomainError as refusal:
        return overview(request, number, refusal)
    messages.success(request, done)
    return redirect("board:project", number=number)


def found_project(request: HttpRequest, number: str) -> Project:
    rows = Project.objects.select_related(
        "vehicle__variant", "vehicle__colour", "customer", "site", "template"
    )
    return get_visible(rows, request.user, number=number)


def frame_of(found: Project, here: str) -> dict[str, Any]:
    """Return what stands around every page of one project."""
    names = {"project": _("Overview"), "cards": _("Job cards"), "parts": _("Parts")}
    return {
        "project": found,
        "mark": project_mark(found),
        "tabs": [
            {
                "url": reverse(f"board:{name}", args=[found.number]),
                "label": label,
                "here": name == here,
            }
            for name, label in names.items()
        ],
    }


def estimate_mark(found: Estimate) -> Mark:
    kinds = {
        Estimate.State.DRAFT: "RUNNING",
        Estimate.State.SENT: "WAITING",
        Estimate.State.APPROVED: "DONE",
        Estimate.State.DECLINED: "BLOCKED",
    }
    kind = kinds.get(Estimate.State(found.state), "READY")
    return Mark(kind, found.get_state_display())


def part_mark(wanted: WantedRow) -> Mark:
    """Return where a part is, in one of the five states."""
    if wanted.is_here:
        return Mark("DONE", _("Here"))
    answer = wanted.answer
    if answer is None:
        return Mark("WAITING", _("Being asked"))
    if answer.available_on is None:
        return Mark("BLOCKED", answer.get_kind_display())
    kind = "RUNNING" if answer.kind == "INCOMING" else "WAITING"
    return Mark(kind, answer.get_kind_display())

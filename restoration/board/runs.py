"""How the planner stands: its newest run, those before, asking for another."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_POST, require_safe

from common.api import idempotency_key
from common.row_keys import row_key
from restoration import commands, queries
from restoration.board.sites import chosen_site
from restoration.board.words import cause_sentence, days_text, run_mark
from restoration.models import PlanRun
from restoration.queries.project_board import causes_of
from workshop.models import Site

RUNS = 8
BUSY = (PlanRun.State.QUEUED, PlanRun.State.RUNNING)


def state_mark_of(request: HttpRequest) -> str:
    """Return what the state fragment depends on, in one string."""
    site = chosen_site(request)
    runs = PlanRun.objects.filter(site=site).exclude(kind=PlanRun.Kind.SCENARIO)
    newest = (
        runs.order_by("-requested_at", "-pk")
        .values_list("pk", "state", "progress")
        .first()
    ) or (0, "")
    seen = request.GET.get("seen", "")
    shown = (
        *newest,
        in_force_pk(site),
        seen if seen.isdecimal() else "",
        get_language(),
    )
    return '"{}"'.format("-".join(str(each) for each in shown))


@require_safe
@cache_control(private=True, no_cache=True)
@etag(state_mark_of)
def plan_state(request: HttpRequest) -> HttpResponse:
    """How the newest run stands; asked for again and again by the page."""
    site = chosen_site(request)
    seen = request.GET.get("seen", "")
    if site is None:
        return HttpResponse(status=204)
    state = state_of(site, seen=row_key(seen))
    return render(request, "board/plan_state.html", {"site": site, **state})


@require_POST
def plan_again(request: HttpRequest) -> HttpResponse:
    """Ask for a new plan; the page then follows the run."""
    commands.plan_again(
        site_id=row_key(request.POST.get("site")),
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    messages.success(
        request, _("A new plan is being made. The old one stays till then.")
    )
    return redirect("board:plan")


def progress_words(run: PlanRun | None) -> str:
    """Say how far a running search has come, where it has said so."""
    step = run.progress if run is not None and run.state in BUSY else {}
    if not step or step.get("cost") is None:
        return ""
    return _(
        "After %(seconds)s s the best plan so far ends %(days)s weighted days after the"
        " promises."
    ) % {
        "seconds": round(float(step.get("seconds", 0))),
        "days": days_text(Decimal(str(step["cost"]))),
    }


def busy_words(run: PlanRun | None, names: Mapping[str, str]) -> str:
    """Say in one line what the planner is doing, why, and how far it has come."""
    if run is None or run.state not in BUSY:
        return ""
    doing = _("The planner begins in a moment")
    if run.state == PlanRun.State.RUNNING:
        doing = _("Planning over people, bays, hours and part dates")
    told = [doing, cause_sentence(run, names), progress_words(run)]
    return " · ".join(filter(None, told))


def in_force_pk(site: Site | None) -> int:
    found = PlanRun.objects.filter(site=site, is_in_force=True)
    return found.values_list("pk", flat=True).first() or 0


def state_of(site: Site, *, seen: int) -> dict[str, Any]:
    """Return how the planner stands: the plan in force, the newest run, those before.

    Args:
        site: the workshop.
        seen: the plan the reader has before them; 0 for none.
    """
    runs = queries.plan_runs(site.pk, limit=RUNS)
    in_force = next((r for r in runs if r.is_in_force), None) or (
        PlanRun.objects.filter(site=site, is_in_force=True)
        .select_related("requested_by")
        .first()
    )
    names = causes_of([*runs, *([in_force] if in_force else [])])
    newest = runs[0] if runs else None
    return {
        "run": in_force,
        "aside": queries.pins_aside(in_force) if in_force else [],
        "cause": cause_sentence(in_force, names) if in_force else "",
        "newest": newest,
        "newest_refusal": queries.refusal_sentence(newest) if newest else "",
        "busy_words": busy_words(newest, names),
        "is_busy": newest is not None and newest.state in BUSY,
        "is_failed": newest is not None and newest.state == PlanRun.State.FAILED,
        "is_newer": in_force is not None and in_force.pk != seen,
        "seen": seen,
        "runs": [
            (r, run_mark(r), cause_sentence(r, names), queries.refusal_sentence(r))
            for r in runs
        ],
    }

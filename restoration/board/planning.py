"""The plan in force as a timeline and a table; its runs; asking for a new one."""

from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_POST, require_safe

from common.errors import InvalidInput
from common.row_keys import row_key
from restoration import commands, queries
from restoration.board.sites import chosen_site
from restoration.board.timeline import drawing_of, table_of
from restoration.board.words import cause_sentence, cost_sentences, run_mark
from restoration.models import PlanRun
from restoration.queries.project_board import causes_of
from restoration.queries.timeline import By
from workshop.models import Site

WEEK = timedelta(days=7)
WEEKS = (1, 2, 4)
PER_PAGE = 50
RUNS = 8
BUSY = (PlanRun.State.QUEUED, PlanRun.State.RUNNING)


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Who and what is booked when, and why nothing starts earlier."""
    site = chosen_site(request)
    if site is None:
        return render(request, "board/plan.html", {"site": None})
    by, monday, weeks = asked_for(request, site)
    starts_at = opening_of(monday, site)
    ends_at = opening_of(monday + weeks * WEEK, site)
    shown = queries.plan_timeline(site.pk, by=by, starts_at=starts_at, ends_at=ends_at)
    rows = table_of(shown)
    return render(
        request,
        "board/plan.html",
        {
            "site": site,
            "by": by,
            "drawing": drawing_of(shown),
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "tabs": tabs(by, monday, weeks),
            "span": {"first": monday, "last": monday + weeks * WEEK - timedelta(1)},
            "weeks": [(n, n == weeks) for n in WEEKS],
            "before": (monday - weeks * WEEK).isoformat(),
            "after": (monday + weeks * WEEK).isoformat(),
            "now_on": first_monday(queries.day_at(site, timezone.now())).isoformat(),
            **state_of(site, seen=shown.run.pk if shown.run else 0),
        },
    )


def state_mark_of(request: HttpRequest) -> str:
    """Return what the state fragment depends on, in one string."""
    site = chosen_site(request)
    runs = PlanRun.objects.filter(site=site).order_by("-requested_at", "-pk")
    newest = runs.values_list("pk", "state").first() or (0, "")
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
        key=request.POST.get("idempotency_key", "")[:80] or missing_key(),
        at=timezone.now(),
    )
    messages.success(
        request, _("A new plan is being made. The old one stays till then.")
    )
    return redirect("board:plan")


def missing_key() -> str:
    raise InvalidInput(
        _("The form was sent without its key. Load the page again and press once."),
        field="idempotency_key",
    )


def asked_for(request: HttpRequest, site: Site) -> tuple[By, date, int]:
    """Return rows, first Monday and number of weeks that the address names.

    Raises:
        InvalidInput: one of them is nothing the page can show.
    """
    by: Any = request.GET.get("by", "technician")
    if by not in get_args(By):
        raise InvalidInput(
            _("Rows are “technician” or “bay”, not “%(by)s”."), field="by", by=by[:20]
        )
    weeks = request.GET.get("weeks", "2")
    if weeks not in {str(n) for n in WEEKS}:
        raise InvalidInput(
            _("1, 2 or 4 weeks are shown, not “%(weeks)s”."),
            field="weeks",
            weeks=weeks[:20],
        )
    wanted = request.GET.get("week", "")
    try:
        day = (
            date.fromisoformat(wanted)
            if wanted
            else queries.day_at(site, timezone.now())
        )
        monday = first_monday(day)
        opening_of(monday + 9 * WEEK, site)
        opening_of(monday - 9 * WEEK, site)
    except (ValueError, OverflowError):
        raise InvalidInput(
            _("“%(week)s” is no day; one such as 2026-11-23 was expected."),
            field="week",
            week=wanted[:20],
        ) from None
    return by, monday, int(weeks)


def first_monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def opening_of(day: date, site: Site) -> datetime:
    """Return the midnight at which a day begins in a workshop."""
    return datetime.combine(day, time(), ZoneInfo(site.time_zone))


def tabs(by: By, monday: date, weeks: int) -> list[dict[str, Any]]:
    """Return the two ways to look at the plan."""
    labels = {"technician": _("Technicians"), "bay": _("Bays")}
    url = reverse("board:plan")
    return [
        {
            "url": f"{url}?by={each}&week={monday.isoformat()}&weeks={weeks}",
            "label": label,
            "here": each == by,
        }
        for each, label in labels.items()
    ]


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
        "costs": cost_sentences(in_force) if in_force else [],
        "cause": cause_sentence(in_force, names) if in_force else "",
        "newest": newest,
        "newest_cause": cause_sentence(newest, names) if newest else "",
        "newest_refusal": queries.refusal_sentence(newest) if newest else "",
        "is_busy": newest is not None and newest.state in BUSY,
        "is_failed": newest is not None and newest.state == PlanRun.State.FAILED,
        "is_newer": in_force is not None and in_force.pk != seen,
        "seen": seen,
        "runs": [
            (r, run_mark(r), cause_sentence(r, names), queries.refusal_sentence(r))
            for r in runs
        ],
    }

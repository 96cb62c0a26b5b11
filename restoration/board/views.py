"""The managers' first page: what is at risk? And what is short."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from common.formats import instant_text
from restoration import queries
from restoration.board.load import heat_of, legend
from restoration.board.rows import (
    FilterForm,
    ProjectRow,
)
from restoration.board.sites import chosen_site
from restoration.board.words import run_mark
from restoration.models import PlanRun, Project
from restoration.queries import Risk

PER_PAGE = 50
CARS_PER_PAGE = 20

# What a column sorts by; a project without the value comes last.
SORTS: dict[str, Callable[[ProjectRow], Any]] = {
    "number": lambda r: r.project.number,
    "customer": lambda r: r.project.customer.name_kana or r.project.customer.name,
    "state": lambda r: list(Project.State).index(Project.State(r.project.state)),
    "promised": lambda r: r.row.chip.promised_on if r.row.chip else None,
    "wished": lambda r: r.project.wished_on,
    "float": lambda r: r.days_late,
    "done": lambda r: r.row.percent,
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Promises by risk with their cause, decisions stuck, the load of eight weeks."""
    now = timezone.now()
    site = chosen_site(request)
    rows = [ProjectRow(r) for r in queries.board_projects(request.user)]
    form = FilterForm(request.GET)
    found = ordered(form.kept(rows), request.GET.get("sort", ""))
    short = queries.shortages(request.user)
    stuck = queries.decisions_stuck(request.user, at=now)
    runs = queries.plan_runs(site.pk, limit=1) if site else []
    return render(
        request,
        "board/home.html",
        {
            "form": form,
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "is_filtered": form.is_narrowed,
            "any_projects": bool(rows),
            "stuck": stuck[:PER_PAGE],
            "counts": {
                "in_work": sum(r.project.state == "IN_WORK" for r in rows),
                "after_wish": sum(r.row.risk == Risk.AFTER_WISH for r in rows),
                "stuck": len(stuck),
                "longest": stuck[0].days if stuck else 0,
                "short": sum(len(c.shortages) for c in short),
                "undated": sum(c.undated for c in short),
            },
            "more_late": more_late(rows),
            "run": runs[0] if runs else None,
            "run_mark": run_mark(runs[0]) if runs else None,
            "heat": heat_of(site, from_on=queries.day_at(site, now)) if site else [],
            "legend": legend(),
            "run_at": instant_text(runs[0].requested_at) if runs else "",
            "failed": bool(runs) and runs[0].state == PlanRun.State.FAILED,
        },
    )


@require_safe
def shortages(request: HttpRequest) -> HttpResponse:
    """By car, or by part with ``?by=part``: since when, until when, at what cost."""
    by = "part" if request.GET.get("by") == "part" else "car"
    cars = queries.costed(queries.shortages(request.user), at=timezone.now())
    groups = queries.by_part(cars) if by == "part" else cars
    here = reverse("board:shortages")
    return render(
        request,
        "board/shortages.html",
        {
            "by": by,
            "page": Paginator(groups, CARS_PER_PAGE).get_page(request.GET.get("page")),
            "views": [
                {"url": here, "label": _("By car"), "here": by == "car"},
                {"url": f"{here}?by=part", "label": _("By part"), "here": by == "part"},
            ],
            "short": sum(len(c.lines) for c in cars),
            "undated": sum(c.undated for c in cars),
        },
    )


def more_late(rows: Sequence[ProjectRow]) -> str:
    """Say which promises beside those after the wish want a look."""
    first = sum(r.row.risk == Risk.AFTER_FIRST for r in rows)
    tight = sum(r.row.risk == Risk.TIGHT for r in rows)
    told = []
    if first:
        told.append(
            ngettext(
                "%(count)s more is after the first promise",
                "%(count)s more are after the first promise",
                first,
            )
            % {"count": first}
        )
    if tight:
        text = ngettext("%(count)s more is tight", "%(count)s more are tight", tight)
        told.append(text % {"count": tight})
    return ", ".join(told)


def ordered(rows: Sequence[ProjectRow], sort: str) -> list[ProjectRow]:
    """Return the rows by ``?sort=``; by risk without one, what is unknown last."""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return list(rows)
    known = [r for r in rows if key(r) is not None]
    unknown = [r for r in rows if key(r) is None]
    return sorted(known, key=key, reverse=sort.startswith("-")) + unknown

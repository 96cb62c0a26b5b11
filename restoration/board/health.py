"""Plan health: how good it is, where it is tight, whom it makes late, what changed."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from restoration import queries
from restoration.board.load import charts_of, heat_of, legend
from restoration.board.runs import state_of
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.board.words import days_text, today_sentence
from restoration.board.worst_first import risky, worst
from restoration.models import PlanChange, PlanRun
from restoration.queries.plan_health import (
    bands_of,
    change_counts,
    changed_cards,
    changes_of,
    cost_today,
    gap_percent,
    late_cars,
)
from restoration.queries.plan_window import plan_in_force
from workshop.models import Site

WEEKS = 12
# A plan keeps so many days of the one before; what costs less is called nothing.
KEPT_DAYS = 14
LEAST_SHOWN = Decimal("0.05")
CHANGES = 20


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Bound and gap as they are, load, late cars, promises at risk, changes."""
    site = chosen_site(request)
    run = plan_in_force(site.pk) if site else None
    told: dict[str, Any] = {"site": site, "tabs": plan_tabs("board:health")}
    if site is not None:
        heat = heat_of(site, from_on=queries.day_at(site, timezone.now()), weeks=WEEKS)
        told |= {
            **state_of(site, seen=run.pk if run else 0),
            "heat": [(table, charts_of(table)) for table in heat],
            "legend": legend(),
            **bands(site),
            "risky": worst(risky(request.user, site)),
        }
    if run is not None:
        told |= {**figures(run), **changes(request, run), "late": worst(late_cars(run))}
    return render(request, "board/health.html", told)


def figures(run: PlanRun) -> dict[str, Any]:
    """Return the plan's figures, written for people; empty where nothing is known."""
    gap = gap_percent(run)
    return {
        "cost": _("%(days)s days") % {"days": days_text(run.cost)}
        if run.cost is not None
        else "",
        "cost_today": today_sentence(cost_today(run)) if run.cost is not None else "",
        "bound": _("%(days)s days") % {"days": days_text(run.lower_bound)}
        if run.lower_bound is not None
        else "",
        "gap": f"{number_format(gap, decimal_pos=0)} %" if gap is not None else "",
        "kept": share(run.near_kept, run.near),
        "known_kept": share(run.known_kept, run.known),
        "seconds": number_format(run.seconds, decimal_pos=1) if run.seconds else "",
    }


def bands(site: Site) -> dict[str, Any]:
    """Return what keeping the plan costs, in a sentence and as a table."""
    found = bands_of(site)
    usual = found.of(KEPT_DAYS) if found else None
    if found is None:
        return {}
    told = ""
    if usual is not None and usual.more >= LEAST_SHOWN:
        told = _(
            "Keeping the next %(days)s days as they were still costs %(more)s weighted"
            " days after promises."
        ) % {"days": usual.days, "more": days_text(usual.more)}
    elif usual is not None:
        told = _(
            "Keeping the next %(days)s days as they were costs nothing: with all of"
            " them free, the same search finds nothing better."
        ) % {"days": usual.days}
    rows = [
        (
            row.days,
            days_text(row.cost),
            days_text(row.more) if row.more >= LEAST_SHOWN else "",
            share(row.near_kept, row.near),
            row.days == KEPT_DAYS,
        )
        for row in found.rows
    ]
    return {"bands_at": found.at, "bands_told": told, "bands": rows}


def share(part: int | None, whole: int | None) -> str:
    """Return how many of how many, in percent; empty where there are none."""
    if not whole or part is None:
        return ""
    return f"{round(part * 100 / whole)} %"


def changes(request: HttpRequest, run: PlanRun) -> dict[str, Any]:
    """Return what the plan changed against the one before, a page of it."""
    page = Paginator(changes_of(run), CHANGES).get_page(request.GET.get("page"))
    page.object_list = changed_cards(list(page.object_list))  # type: ignore[assignment]  # lines instead of rows
    counts = change_counts(run)
    return {
        "page": page,
        "counts": [
            (str(kind.label), counts[kind])
            for kind in PlanChange.Kind
            if counts.get(kind)
        ],
        "compared": run.compared_with_id is not None,
    }

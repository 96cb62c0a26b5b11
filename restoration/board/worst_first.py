"""Cars the plan ends late, promises at risk: the worst at once, all on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from common.row_keys import row_key
from restoration import queries
from restoration.board.planning import inside
from restoration.board.rows import ProjectRow
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.queries import Risk
from restoration.queries.board import BROKEN
from restoration.queries.plan_health import late_cars
from restoration.queries.plan_window import plan_in_force
from workshop.models import Site, Viewer

# Lines that are shown at once; the others come on a press.
SHOWN = 25
AT_RISK = (*BROKEN, Risk.TIGHT)


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of a list, the worst first, and how many there are in all."""

    rows: Sequence[Any]
    count: int
    is_whole: bool = False
    # Who asked for all by keys goes on behind so many lines; 0 where nobody did.
    after: int = 0

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.count


@require_safe
@vary_on_headers("HX-Request")
def late(request: HttpRequest) -> HttpResponse:
    """All cars that the plan in force ends after their promise."""
    site = chosen_site(request)
    run = plan_in_force(site.pk) if site else None
    rows = late_cars(run) if run else []
    return whole(request, "late", site, rows, run=run)


@require_safe
@vary_on_headers("HX-Request")
def at_risk(request: HttpRequest) -> HttpResponse:
    """All promises of a workshop that are broken or tight."""
    site = chosen_site(request)
    rows = risky(request.user, site) if site else []
    return whole(request, "risk", site, rows)


def whole(
    request: HttpRequest, what: str, site: Site | None, rows: Sequence[Any], **more: Any
) -> HttpResponse:
    """Return the whole list: to htmx in the place of the short one, else as a page."""
    listing = Listing(rows, len(rows), True, row_key(request.GET.get("after")))
    told = {"site": site, "listing": listing, "tabs": plan_tabs("board:health")}
    body, page = f"board/health_{what}.html", f"board/health_all_{what}.html"
    return render(request, inside(request, page, body), told | more)


def worst(rows: Sequence[Any]) -> Listing:
    """Return what is shown of a list at once."""
    return Listing(rows[:SHOWN], len(rows))


def risky(user: Viewer, site: Site) -> list[ProjectRow]:
    """Return a workshop's promises at risk, those farthest from their day first."""
    rows = [
        ProjectRow(row)
        for row in queries.board_projects(user)
        if row.project.site_id == site.pk and row.risk in AT_RISK
    ]
    return sorted(rows, key=lambda r: (AT_RISK.index(r.row.risk), -(r.days_late or 0)))

"""The plan in force: the page, the bars it asks for, and why they stand there."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe

from common.errors import InvalidInput
from restoration import queries
from restoration.board.runs import in_force_pk, state_of
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.board.timeline import (
    PlanRow,
    addresses,
    frame_of,
    legend_risks,
    legend_states,
    stretch_of,
    words,
)
from restoration.board.words import cost_sentences, risk_mark, room_sentences
from restoration.models import JobCard, PlanRun
from restoration.queries.plan_chains import bar_story, car_story
from restoration.queries.plan_health import cost_today
from restoration.queries.plan_window import (
    By,
    bookings_between,
    items_of,
    plan_frame,
    plan_in_force,
    plan_stretch,
)
from workshop.models import Site

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# How much of the plan a screen shows, in days.
SPANS = {"day": 1, "week": 7, "month": 28, "quarter": 91}
# The drawing asks for so many weeks at a time.
CHUNK_WEEKS = 4
PER_PAGE = 50


class Asked(NamedTuple):
    """What an address asks to see."""

    by: By
    first: date
    span: str
    car: str

    @property
    def days(self) -> int:
        return SPANS[self.span]

    @property
    def last(self) -> date:
        return self.first + self.days * DAY


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Who and what is booked when, and why nothing starts earlier."""
    site = chosen_site(request)
    if site is None:
        return render(request, "board/plan.html", {"site": None})
    asked = asked_for(request, site)
    run = plan_in_force(site.pk)
    return render(
        request,
        "board/plan.html",
        {
            "site": site,
            "tabs": plan_tabs("board:plan"),
            **asked_frame(asked, site),
            **({"drawing": drawing(asked, site, run)} if run else {}),
            **({"page": table(request, asked, site, run)} if run else {}),
            **state_of(site, seen=run.pk if run else 0),
            "costs": cost_sentences(run, cost_today(run)) if run else [],
        },
    )


def drawing(asked: Asked, site: Site, run: PlanRun) -> dict[str, Any]:
    """Return what the drawing begins with; it asks for its bars itself."""
    return {
        "frame": frame_of(plan_frame(site, run, by=asked.by), run, by=asked.by),
        "words": words(),
        "addresses": addresses(site, by=asked.by),
        "zone": site.time_zone,
        "first": asked.first.isoformat(),
        "chunk": CHUNK_WEEKS * 7,
        "span": asked.days,
        "car": asked.car,
    }


def table(request: HttpRequest, asked: Asked, site: Site, run: PlanRun) -> Page[Any]:
    """Return a page of the bookings as lines."""
    found = bookings_between(
        run,
        by=asked.by,
        starts_at=opening_of(asked.first, site),
        ends_at=opening_of(asked.last, site),
        project_number=asked.car,
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [PlanRow(item) for item in items_of(page.object_list)]
    return page


def bars_mark(request: HttpRequest) -> str:
    """Return what a stretch of bars depends on, in one string."""
    site = chosen_site(request)
    # Cards begin, pause and end under a plan that stays.
    under_way = JobCard.objects.under_way().filter(project__site=site).order_by("pk")
    moving = list(under_way.values_list("pk", "version"))
    parts = [in_force_pk(site), get_language(), request.GET.urlencode(), moving]
    return f'"{sha256(repr(parts).encode()).hexdigest()[:24]}"'


@require_safe
@cache_control(private=True, no_cache=True)
@etag(bars_mark)
def plan_bars(request: HttpRequest) -> HttpResponse:
    """Some weeks of bars for the drawing, from ``?week=`` on."""
    site = chosen_site(request)
    run = plan_in_force(site.pk) if site else None
    if site is None or run is None:
        return JsonResponse({})
    asked = asked_for(request, site)
    last = asked.first + CHUNK_WEEKS * WEEK
    found = plan_stretch(
        site,
        run,
        by=asked.by,
        starts_at=opening_of(asked.first, site),
        ends_at=opening_of(last, site),
    )
    told = stretch_of(found, site, first=asked.first, last=last)
    return JsonResponse({"run": run.pk, **told})


@require_safe
def why_here(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Why a bar stands where it stands, with links to what it waits for."""
    step = bar_story(request.user, assignment_id=assignment_id)
    return render(
        request,
        inside(request, "board/why_here.html", "board/why_here_body.html"),
        {
            "step": step,
            "row": PlanRow(items_of([step.assignment])[0]),
            "project": step.assignment.card.project,
        },
    )


@require_safe
def why_late(request: HttpRequest, number: str) -> HttpResponse:
    """The chain of work that ends a car's date, in words."""
    story = car_story(request.user, number=number)
    return render(
        request,
        inside(request, "board/why_late.html", "board/why_late_body.html"),
        {
            "story": story,
            "risk": risk_mark(story.risk),
            "cause": story.chip.sentence if story.chip and story.chip.has_moved else "",
            "room": room_sentences(
                promised_on=story.chip.promised_on if story.chip else None,
                finish_on=story.finish_on,
                wished_on=story.project.wished_on,
            ),
        },
    )


@require_safe
@cache_control(private=True, no_cache=True)
def plan_chain(request: HttpRequest, number: str) -> HttpResponse:
    """The bars of a car's chain in their order, for the drawing."""
    story = car_story(request.user, number=number)
    return JsonResponse({"bars": [step.assignment.pk for step in story.steps]})


def inside(request: HttpRequest, page: str, body: str) -> str:
    """Return the fragment where htmx asks for the side panel, else the page."""
    return body if request.headers.get("HX-Request") else page


def asked_frame(asked: Asked, site: Site) -> dict[str, Any]:
    """Return what the bar above the drawing needs."""
    step = max(asked.days // 7, 1) * WEEK if asked.span != "day" else DAY
    today = queries.day_at(site, timezone.now())
    return {
        "by": asked.by,
        "asked": asked,
        "first": asked.first,
        "last": asked.last - DAY,
        "views": views(asked),
        "spans": [(k, label, k == asked.span) for k, label in span_names().items()],
        "before": (asked.first - step).isoformat(),
        "after": (asked.first + step).isoformat(),
        "now_on": (today if asked.span == "day" else monday_of(today)).isoformat(),
        "legend_states": legend_states(),
        "legend_risks": legend_risks(),
    }


def span_names() -> dict[str, str]:
    return {
        "day": _("Day"),
        "week": _("Week"),
        "month": _("Month"),
        "quarter": _("Quarter"),
    }


def asked_for(request: HttpRequest, site: Site) -> Asked:
    """Return what the address names.

    Raises:
        InvalidInput: something in it is nothing the page can show.
    """
    by: Any = request.GET.get("by", "technician")
    if by not in get_args(By):
        raise InvalidInput(
            _("Rows are “technician”, “bay” or “car”, not “%(by)s”."),
            field="by",
            by=by[:20],
        )
    span = request.GET.get("span", "week")
    if span not in SPANS:
        raise InvalidInput(
            _("A day, week, month or quarter is shown, not “%(span)s”."),
            field="span",
            span=span[:20],
        )
    day = asked_day(request.GET.get("week", ""), site)
    car = request.GET.get("car", "").strip().replace("\0", "�")[:40]
    return Asked(by, day if span == "day" else monday_of(day), span, car)


def asked_day(wanted: str, site: Site) -> date:
    """Return the day that an address names; without one today, on Saturdays Monday.

    Raises:
        InvalidInput: it is no day, or one at the edge of all time.
    """
    try:
        day = (
            date.fromisoformat(wanted)
            if wanted
            else next_weekday(queries.day_at(site, timezone.now()))
        )
        opening_of(day + 40 * WEEK, site)
        opening_of(day - 40 * WEEK, site)
    except (ValueError, OverflowError):
        raise InvalidInput(
            _("“%(week)s” is no day; one such as 2026-11-23 was expected."),
            field="week",
            week=wanted[:20],
        ) from None
    return day


def next_weekday(day: date) -> date:
    """Who looks at the plan on a Saturday looks at the week to come."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def opening_of(day: date, site: Site) -> datetime:
    """Return the midnight at which a day begins in a workshop."""
    return datetime.combine(day, time(), ZoneInfo(site.time_zone))


def views(asked: Asked) -> list[tuple[str, str, bool]]:
    """Return the three ways to look at the plan: address, label, here."""
    labels = {"technician": _("People"), "bay": _("Bays"), "car": _("Cars")}
    rest = f"week={asked.first.isoformat()}&span={asked.span}"
    url = reverse("board:plan")
    return [
        (f"{url}?by={each}&{rest}", label, each == asked.by)
        for each, label in labels.items()
    ]

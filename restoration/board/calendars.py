"""Week sheets for the wall, and calendar feeds for phones: handed out, taken back."""

import hashlib
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from common.api import idempotency_key
from common.errors import NotFound
from common.querysets import get_visible
from common.row_keys import row_key
from restoration import commands, queries
from restoration.board.ical import Event, calendar
from restoration.board.planning import asked_day, monday_of, opening_of
from restoration.board.runs import in_force_pk
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.models import CalendarFeed
from restoration.queries import PartsBadge
from restoration.queries.booked_days import (
    Owner,
    SheetDay,
    Stretch,
    WeekSheet,
    begun_of,
    booked_stretches,
    feed_owners,
    week_sheets,
)
from restoration.queries.plan_window import plan_in_force
from workshop.models import Bay, Site, Technician

WEEK = timedelta(days=7)
# How much of the plan a calendar holds.
BEHIND, AHEAD = 2 * WEEK, 26 * WEEK


@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """Everybody and every bay, with their week sheet and their feeds."""
    return listed(request)


def listed(
    request: HttpRequest, issued: tuple[CalendarFeed, str] | None = None
) -> HttpResponse:
    site = chosen_site(request)
    owners = feed_owners(request.user, site_id=site.pk) if site else []
    return render(
        request,
        "board/calendars.html",
        {
            "site": site,
            "people": [o for o in owners if isinstance(o[0], Technician)],
            "bays": [o for o in owners if isinstance(o[0], Bay)],
            "tabs": plan_tabs("board:calendars"),
            "issued": named(*issued, request) if issued else None,
        },
    )


def named(feed: CalendarFeed, secret: str, request: HttpRequest) -> dict[str, str]:
    """Return whose feed it is and where it is read."""
    owner = owner_of(feed)
    address = request.build_absolute_uri(reverse("board:feed", args=[secret]))
    return {
        "name": name_of(owner) if owner else "",
        "address": address,
        "subscribe": f"webcal://{address.partition('://')[2]}",
    }


@require_POST
def issue_feed(request: HttpRequest) -> HttpResponse:
    """Hand out an address; it is shown this once."""
    technician = row_key(request.POST.get("technician"))
    bay = row_key(request.POST.get("bay"))
    feed, secret = commands.issue_feed(
        technician_id=technician or None,
        bay_id=bay or None,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    return listed(request, (feed, secret))


@require_POST
def revoke_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Close an address."""
    commands.revoke_feed(
        feed_id=feed_id,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    messages.success(request, _("The address is closed. Nobody reads the plan there."))
    return redirect("board:calendars")


@require_safe
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """One person's week on one page."""
    everybody = Technician.objects.visible_to(request.user).select_related("site")
    technician = get_visible(everybody, request.user, code=code)
    monday = monday_of(asked_day(request.GET.get("week", ""), technician.site))
    return render(
        request, "board/sheets.html", sheets_of([technician], monday, technician.site)
    )


@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """Everybody's week, a page each."""
    site = chosen_site(request)
    if site is None:
        raise NotFound
    everybody = Technician.objects.visible_to(request.user).employed()
    people = everybody.filter(site=site).select_related("site").order_by("name", "pk")
    monday = monday_of(asked_day(request.GET.get("week", ""), site))
    return render(request, "board/sheets.html", sheets_of(list(people), monday, site))


def sheets_of(people: list[Technician], monday: date, site: Site) -> dict[str, Any]:
    return {
        "sheets": [
            (each, dressed(each)) for each in week_sheets(site, people, monday=monday)
        ],
        "one": people[0] if len(people) == 1 else None,
        "zone": site.time_zone,
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "before": (monday - WEEK).isoformat(),
        "after": (monday + WEEK).isoformat(),
        "tabs": plan_tabs("board:calendars"),
    }


def dressed(
    each: WeekSheet,
) -> list[tuple[SheetDay, list[tuple[Stretch, PartsBadge | None]]]]:
    """Return each day with its cards and how their parts stand."""
    return [
        (day, [(s, each.badges.get(s.card.pk)) for s in day.stretches])
        for day in each.days
        if day.open_minutes or day.stretches
    ]


def feed_mark(request: HttpRequest, secret: str) -> str | None:
    """Return what a calendar depends on: feed, plan, what began, language, day."""
    found = queries.feed_by_secret(secret)
    owner = owner_of(found)
    if found is None or owner is None:
        return None
    plan, language = in_force_pk(owner.site), language_of(found, owner)
    day = queries.day_at(owner.site, timezone.now())
    parts = repr((found.pk, plan, *begun_of(owner), language, str(day)))
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:24]}"'


@require_safe
@condition(etag_func=feed_mark)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A calendar, to whoever knows its address."""
    found = queries.feed_by_secret(secret)
    owner = owner_of(found)
    if found is None or owner is None:
        raise NotFound
    with translation.override(language_of(found, owner)):
        content = file_of(owner, request)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="plan.ics"'
    answer["Cache-Control"] = "private, max-age=300"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def owner_of(found: CalendarFeed | None) -> Owner | None:
    """Return whose calendar it is; nobody's once they have left."""
    if found is None:
        return None
    if found.technician is not None:
        return found.technician if found.technician.is_active else None
    return found.bay if found.bay is not None and found.bay.is_active else None


def language_of(found: CalendarFeed, owner: Owner) -> str:
    """A person's own language; where nobody signs in, that of who handed it out."""
    if isinstance(owner, Technician) and owner.user is not None:
        return str(owner.user.language)
    return str(found.issued_by.language)


def file_of(owner: Owner, request: HttpRequest) -> bytes:
    now = timezone.now()
    # From midnight: what is cut off there stays the same all day.
    today = opening_of(queries.day_at(owner.site, now), owner.site)
    run = plan_in_force(owner.site_id)
    made_at = run.finished_at if run and run.finished_at else now
    begun_at = begun_of(owner)[1]
    found = booked_stretches(owner, starts_at=today - BEHIND, ends_at=today + AHEAD)
    sequence = run.pk if run else 0
    events = [event_of(s, owner, request, sequence) for s in found]
    name = f"{name_of(owner)} · {owner.site.name}"
    return calendar(name, events, stamped_at=max(made_at, begun_at or made_at))


def name_of(owner: Owner) -> str:
    """Return what a person or bay is called on paper and in calendars."""
    return owner.name if isinstance(owner, Technician) else owner.code


def event_of(s: Stretch, owner: Owner, request: HttpRequest, sequence: int) -> Event:
    """Return one stretch as an event; the same card on the same day stays the same."""
    on = s.starts_at.astimezone(ZoneInfo(owner.site.time_zone)).date()
    kind = "person" if isinstance(owner, Technician) else "bay"
    day = f"-{on:%Y%m%d}" if kind == "person" else ""
    project = s.card.project
    told = [
        f"{project.number} {project.vehicle.frame_number}",
        ", ".join(s.people),
        queries.start_reason(s.card, s.assignment.reason),
    ]
    return Event(
        uid=f"card-{s.card.pk}-{kind}-{owner.pk}{day}@{request.get_host()}",
        starts_at=s.starts_at,
        ends_at=s.ends_at,
        summary=f"{project.number.rpartition('-')[2]} {s.card.title}",
        location=", ".join(s.bays),
        description="\n".join(filter(None, told)),
        url=request.build_absolute_uri(reverse("floor:card", args=[s.card.pk])),
        sequence=sequence,
    )

"""The technician's pages: what do I do now?"""

import hashlib
import json
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from common.handing_out import handed_out
from common.querysets import get_visible
from parts.models import PartFile
from restoration import queries
from restoration.floor import words
from restoration.floor.pages import card_context, rows_of, running_row
from restoration.floor.worker import Worker, worker_of
from restoration.models import JobCard

CARDS_A_PAGE = 25


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My day: what runs, what is planned until tonight, what comes."""
    worker = worker_of(request)
    if worker.technician is None:
        return render(request, "floor/nobody.html", {"worker": worker})
    now = timezone.now()
    day = queries.my_day(worker.technician, at=now)
    running = [line.card.pk for line in day.running]
    counts = queries.check_counts(running)
    before = queries.clocked_before(worker.technician, running)
    tag = day_tag(day, counts)
    if is_unchanged(request, tag):
        return kept(HttpResponse(status=304), tag)
    context = {
        "worker": worker,
        "now": now,
        "headers": json.dumps({"If-None-Match": tag}),
        "running": [
            running_row(
                line,
                worker,
                counts.get(line.card.pk),
                before.get(line.card.pk, timedelta()),
            )
            for line in day.running
        ],
        "today": rows_of(day.today, worker),
        "coming": rows_of(day.coming, worker),
        "pause_reasons": words.PAUSE_REASONS,
        "is_free": not day.running,
    }
    is_poll = bool(getattr(request, "htmx", False))
    template = "floor/day.html" if is_poll else "floor/home.html"
    return kept(render(request, template, context), tag)


def day_tag(day: queries.FloorDay, counts: dict[int, queries.CheckCount]) -> str:
    """Return what changes whenever something on the page of the day does."""
    seen = [
        [
            (
                line.card.pk,
                line.card.version,
                line.running_since,
                line.assignment and line.assignment.starts_at,
                line.bay,
                [b.sentence for b in line.blockers],
            )
            for line in lines
        ]
        for lines in (day.running, day.today, day.coming)
    ]
    text = repr((seen, sorted((k, v.open) for k, v in counts.items()), get_language()))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def is_unchanged(request: HttpRequest, tag: str) -> bool:
    """Return whether the page already shows this state; only polls ask."""
    is_poll = bool(getattr(request, "htmx", False))
    return is_poll and request.headers.get("If-None-Match") == tag


def kept(answer: HttpResponse, tag: str) -> HttpResponse:
    """Name the state of an answer; nobody but the reader may keep it."""
    answer["ETag"] = tag
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Every card of the cars in the house that the technician may work on."""
    worker = worker_of(request)
    search = search_of(request, worker)
    found = Paginator(
        queries.cards_in_the_house(request.user, search=search), CARDS_A_PAGE
    )
    page = found.get_page(request.GET.get("page"))
    return render(
        request,
        "floor/cards.html",
        {
            "worker": worker,
            "search": search,
            "page": page,
            "rows": rows_of(
                queries.listed_cards(list(page), at=timezone.now()), worker
            ),
            "projects": queries.projects_in_the_house(request.user),
            "states": JobCard.State.choices,
            "shows_all": request.GET.get("who") == "all",
        },
    )


def search_of(request: HttpRequest, worker: Worker) -> queries.CardSearch:
    """Return what the filter bar asks for; values it does not know do not narrow."""
    state, project = request.GET.get("state", ""), request.GET.get("project", "")
    return queries.CardSearch(
        text=request.GET.get("q", "").replace("\x00", "")[:100],
        state=state if state in JobCard.State.values else "",
        project_id=int(project) if project.isdecimal() and len(project) < 10 else None,
        technician=None if request.GET.get("who") == "all" else worker.technician,
    )


@require_safe
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """One card: the clock, the parts, the checks, what was found and taken off."""
    worker = worker_of(request)
    return render(request, "floor/card.html", card_context(request, card_id, worker))


@require_safe
def part_photo(request: HttpRequest, file_id: int) -> HttpResponse:
    """One photo of a part, to who works with it."""
    photos = PartFile.objects.select_related("attachment").photos()
    row = get_visible(photos, request.user, pk=file_id)
    return handed_out(row.attachment, f"part-{row.part_id}-{row.pk}")

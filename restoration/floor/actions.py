"""What is done with one tap: the clock, parts, checks, verdicts."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.api import idempotency_key
from common.errors import DomainError, InvalidInput, NotFound
from restoration import commands, queries
from restoration.floor import words
from restoration.floor.pages import card_context
from restoration.floor.worker import Worker, worker_of
from restoration.models import ChecklistItem, JobCard

Result = ChecklistItem.Result
HTMX_REFUSED = 422
MOST_UNITS = 100
MOST_HOURS = 1000
View = Callable[..., HttpResponse]


def tap(view: View) -> View:
    """Let a view only be posted to; whoever reads its address is led to the card.

    A refusal is shown under the action's address, and people reload it, keep it, or
    switch its language.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def posted(request: HttpRequest, card_id: int, **path: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, card_id, **path)
        return redirect(worker_of(request).url("card", card_id))

    return posted


@tap
def start(request: HttpRequest, card_id: int) -> HttpResponse:
    """Start, or go on."""
    worker = worker_of(request)
    queries.entry_card(request.user, card_id=card_id)

    def act() -> str:
        card = commands.start_card(
            card_id=card_id,
            technician_id=needed(worker),
            version=version_of(request),
            without_parts_because=reason_of(request, words.WITHOUT_PARTS, ""),
            **asked(request),
        )
        undo = {"url": worker.url("pause", card_id), "reason": words.MISTAKE}
        return told(request, _("The clock runs."), card, undo | {"label": _("Undo")})

    return acted(request, card_id, worker, act)


@tap
def pause(request: HttpRequest, card_id: int) -> HttpResponse:
    """Stop my clock, with a reason."""
    worker = worker_of(request)
    queries.entry_card(request.user, card_id=card_id)

    def act() -> str:
        card = commands.pause_card(
            card_id=card_id,
            technician_id=needed(worker),
            reason=reason_of(request, words.PAUSE_REASONS, words.MISTAKE),
            version=version_of(request),
            **asked(request),
        )
        again = {"url": worker.url("start", card_id), "label": _("Go on")}
        return told(request, _("The clock is stopped."), card, again)

    return acted(request, card_id, worker, act)


@tap
def finish(request: HttpRequest, card_id: int) -> HttpResponse:
    """Finish the card; its clocks stop."""
    worker = worker_of(request)
    queries.entry_card(request.user, card_id=card_id)

    def act() -> str:
        commands.finish_card(
            card_id=card_id, version=version_of(request), **asked(request)
        )
        return _("The card is finished.")

    return acted(request, card_id, worker, act)


@tap
def remaining(request: HttpRequest, card_id: int) -> HttpResponse:
    """Say how many hours of work are left on a started card."""
    worker = worker_of(request)
    queries.entry_card(request.user, card_id=card_id)

    def act() -> str:
        commands.state_remaining(
            card_id=card_id,
            minutes=minutes_of(request),
            version=version_of(request),
            **asked(request),
        )
        return _("Noted. The next plan counts on it.")

    return acted(request, card_id, worker, act)


@tap
def draw(request: HttpRequest, card_id: int, row_id: int) -> HttpResponse:
    """Draw pieces from the store to the card."""
    worker = worker_of(request)
    row = queries.card_part(request.user, card_id=card_id, row_id=row_id)

    def act() -> str:
        commands.draw_parts(
            card_part_id=row.pk,
            quantity=quantity_of(request, f"quantity-{row.pk}"),
            serials=serials_of(request, row.pk),
            **asked(request),
        )
        return _("Drawn: %(part)s.") % {"part": row.part.name}

    return acted(request, card_id, worker, act, at=f"part-{row.pk}")


@tap
def check(request: HttpRequest, card_id: int, item_id: int) -> HttpResponse:
    """Tick one line of the checklist; the same tap again takes it back."""
    worker = worker_of(request)
    queries.check_line(request.user, card_id=card_id, item_id=item_id)
    is_htmx = bool(getattr(request, "htmx", False))

    def act() -> str:
        commands.check_item(
            item_id=item_id,
            result=request.POST.get("result", ""),
            technician_id=worker.technician_id,
            **asked(request),
        )
        return "" if is_htmx else _("Noted.")

    if not is_htmx:
        return acted(request, card_id, worker, act, at=f"check-{item_id}")
    refusal = None
    try:
        act()
    except DomainError as error:
        refusal = error
    context = {
        "worker": worker,
        "check": queries.check_line(request.user, card_id=card_id, item_id=item_id),
        "count": queries.check_counts([card_id])[card_id],
        "problem": refusal,
        "is_swap": True,
    }
    status = HTMX_REFUSED if refusal else 200
    return render(request, "floor/check_swap.html", context, status=status)


@tap
def judge(request: HttpRequest, card_id: int, removed_id: int) -> HttpResponse:
    """Say what is to be done with an original."""
    worker = worker_of(request)
    queries.removed_part(request.user, card_id=card_id, removed_id=removed_id)

    def act() -> str:
        row = commands.judge_removed_part(
            removed_id=removed_id,
            verdict=request.POST.get("verdict", ""),
            user_id=int(request.user.pk or 0),
            at=timezone.now(),
        )
        verdict = {"tag": row.tag, "verdict": row.get_verdict_display()}
        return _("%(tag)s: %(verdict)s.") % verdict

    return acted(request, card_id, worker, act, at=f"original-{removed_id}")


def acted(
    request: HttpRequest,
    card_id: int,
    worker: Worker,
    act: Callable[[], str],
    *,
    at: str = "",
) -> HttpResponse:
    """Do it and go back to the page; a refusal is told in the page itself.

    Args:
        request: who asks.
        card_id: the card whose page it happens on.
        worker: whose clock.
        act: calls the command and returns what is said afterwards.
        at: the place on the page to come back to.
    """
    try:
        said = act()
    except NotFound:
        raise
    except DomainError as refusal:
        context = card_context(request, card_id, worker, refusal)
        return render(request, "floor/card.html", context, status=refusal.status)
    messages.success(request, said)
    if back_of(request) == "day":
        return redirect(worker.url("home"))
    return redirect(worker.url("card", card_id) + (f"#{at}" if at else ""))


def back_of(request: HttpRequest) -> str:
    """Return the page a button came from: the form or its address says."""
    return request.POST.get("back") or request.GET.get("back", "")


def asked(request: HttpRequest) -> dict[str, Any]:
    """Return what every command of a page takes: who, under which key, when."""
    return {
        "user_id": int(request.user.pk or 0),
        "key": idempotency_key(request),
        "at": timezone.now(),
    }


def needed(worker: Worker) -> int:
    """Return whose clock it is.

    Raises:
        InvalidInput: the page is about nobody.
    """
    if worker.technician is None:
        raise InvalidInput(
            _("Choose the technician whose clock this is."), field="technician"
        )
    return worker.technician.pk


def version_of(request: HttpRequest) -> int:
    """Return the version of the card that the person saw.

    Raises:
        InvalidInput: the page did not say.
    """
    given = request.POST.get("version") or request.GET.get("version", "")
    if not given.isdecimal() or len(given) > 9:
        raise InvalidInput(
            _("The version of the card is missing; a whole number was expected."),
            field="version",
        )
    return int(given)


def reason_of(request: HttpRequest, reasons: words.Reasons, besides: str) -> str:
    """Return the reason whose button was tapped.

    Raises:
        InvalidInput: none of the buttons says this.
    """
    given = request.POST.get("reason", "")
    if given == besides or given in dict(reasons):
        return given
    raise InvalidInput(_("Choose one of the reasons."), field="reason")


def quantity_of(request: HttpRequest, name: str) -> Decimal:
    """Return a quantity as it was entered.

    Raises:
        InvalidInput: no number.
    """
    try:
        return Decimal(request.POST.get(name, "").strip())
    except InvalidOperation:
        raise InvalidInput(_("Say how many, as a number."), field="quantity") from None


def minutes_of(request: HttpRequest) -> int:
    """Return the hours that were entered, in minutes.

    Raises:
        InvalidInput: no number of hours from 0 to 1,000.
    """
    try:
        hours = Decimal(request.POST.get("hours", "").strip())
    except InvalidOperation:
        hours = Decimal(-1)
    if not hours.is_finite() or not 0 <= hours <= MOST_HOURS:
        raise InvalidInput(
            _("Say how many hours are left, 0 to %(most)s."),
            field="hours",
            most=MOST_HOURS,
        )
    return int(hours * 60)


def serials_of(request: HttpRequest, row_id: int) -> list[str]:
    """Return which units were ticked or scanned, each once."""
    ticked = request.POST.getlist(f"unit-{row_id}")
    scanned = request.POST.get(f"scan-{row_id}", "").splitlines()
    named = [text.strip() for text in (*ticked, *scanned)]
    return list(dict.fromkeys(text for text in named if text))[:MOST_UNITS]


def told(
    request: HttpRequest, said: str, card: JobCard, again: Mapping[str, object]
) -> str:
    """Return what is said, with a button that takes it back."""
    context = {**again, "card": card, "back": back_of(request)}
    form = render_to_string("floor/undo.html", context, request)
    return format_html("{} {}", said, form)

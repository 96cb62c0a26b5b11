"""What is entered in a form of its own: a measured value, a finding, an original."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import DomainError, InvalidInput, NotFound
from restoration import commands, queries
from restoration.floor import words
from restoration.floor.actions import asked
from restoration.floor.forms import EntryForm, FindingForm, MeasureForm, OriginalForm
from restoration.floor.worker import Worker, worker_of
from restoration.models import InspectionItem, JobCard

FORM_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One form of the floor: for which card, where it is shown, where it leads."""

    request: HttpRequest
    template: str
    card: JobCard
    worker: Worker
    form: EntryForm
    # The place on the card's page that shows what was entered.
    place: str


@require_http_methods(FORM_METHODS)
def measure(request: HttpRequest, card_id: int) -> HttpResponse:
    """Enter a measured value by the pad."""
    worker = worker_of(request)
    card = queries.entry_card(request.user, card_id=card_id)
    item = named_item(request, card)
    form = MeasureForm(request.POST or None, item=item)

    def act() -> str:
        commands.record_measurement(
            card_id=card.pk,
            label=form.cleaned_data.get("label", ""),
            value=form.cleaned_data["value"],
            unit=form.cleaned_data.get("unit", ""),
            technician_id=worker.technician_id,
            inspection_item_id=item.pk if item else None,
            **asked(request),
        )
        return _("The value is written down.")

    entry = Entry(
        request=request,
        template="floor/measure.html",
        card=card,
        worker=worker,
        form=form,
        place=f"item-{item.pk}" if item else "checks",
    )
    return entered(
        entry,
        act,
        item=item,
        confidence=words.confidence_words(item.confidence) if item else "",
        is_verified=item is not None and item.confidence == words.VERIFIED,
    )


@require_http_methods(FORM_METHODS)
def finding(request: HttpRequest, card_id: int) -> HttpResponse:
    """Report something that was not agreed."""
    worker = worker_of(request)
    card = queries.entry_card(request.user, card_id=card_id)
    form = FindingForm(request.POST or None)

    def act() -> str:
        commands.raise_finding(
            card_id=card.pk,
            severity=form.cleaned_data["severity"],
            text=form.finding_text(),
            language=(get_language() or "en")[:2],
            minutes_low=form.minutes("hours_low"),
            minutes_high=form.minutes("hours_high"),
            **asked(request),
        )
        return _("Reported. The desk has been told.")

    entry = Entry(
        request=request,
        template="floor/finding.html",
        card=card,
        worker=worker,
        form=form,
        place="findings",
    )
    hours = {
        "low": form["hours_low"].value() or 0,
        "high": form["hours_high"].value() or 0,
    }
    return entered(entry, act, **hours)


@require_http_methods(FORM_METHODS)
def original(request: HttpRequest, card_id: int) -> HttpResponse:
    """Tag an original that came off the car."""
    worker = worker_of(request)
    card = queries.entry_card(request.user, card_id=card_id)
    form = OriginalForm(
        request.POST or None,
        rows=queries.parts_that_come_off(card),
        bins=queries.originals_bins(card),
    )

    def act() -> str:
        row = commands.tag_removed_part(
            card_id=card.pk, **form.described(), **asked(request)
        )
        said = _("Tagged %(tag)s. Write this number on its tag.")
        return said % {"tag": row.tag}

    entry = Entry(
        request=request,
        template="floor/original.html",
        card=card,
        worker=worker,
        form=form,
        place="originals",
    )
    return entered(entry, act)


def entered(entry: Entry, act: Callable[[], str], **more: Any) -> HttpResponse:
    """Do what was entered and go back to the card, or show the form with all of it.

    Args:
        entry: the form and its place.
        act: calls the command and returns what is said afterwards.
        more: what the form's page shows besides.
    """
    refusal: DomainError | None = None
    if entry.request.method == "POST" and entry.form.is_valid():
        try:
            messages.success(entry.request, act())
        except InvalidInput as error:
            entry.form.refuse(error)
        except DomainError as error:
            refusal = error
        else:
            url = entry.worker.url("card", entry.card.pk)
            return redirect(f"{url}#{entry.place}")
    context = {
        "card": entry.card,
        "worker": entry.worker,
        "form": entry.form,
        "problem": refusal,
        **more,
    }
    status = refusal.status if refusal else 400 if entry.form.errors else 200
    return render(entry.request, entry.template, context, status=status)


def named_item(request: HttpRequest, card: JobCard) -> InspectionItem | None:
    """Return the item of the card's checklist that the address names.

    Raises:
        NotFound: the card has no such item.
    """
    named = request.GET.get("item", "")
    if not named:
        return None
    for item in queries.measured_items(card):
        if str(item.pk) == named:
            return item
    raise NotFound

"""A card is held at a time, with people, in a bay; tried first, undone by one press."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from common.api import idempotency_key
from common.errors import DomainError
from common.querysets import get_visible
from restoration import commands, queries
from restoration.board.forms import HouseForm, key_field, reason_field
from restoration.board.words import end_words
from restoration.models import ClaimRule, JobCard, Pin
from restoration.queries import CarEnd, PinCheck
from restoration.queries.pins import Pinnable, pinnable
from workshop.models import Bay, Technician

# So many cars that a pin moves are named.
CARS = 6


class ChosenPeople(forms.ModelMultipleChoiceField[Technician]):
    """People by their names."""

    def label_from_instance(self, obj: Technician) -> str:
        return obj.name


class ChosenBay(forms.ModelChoiceField[Bay]):
    """A bay by its code and its name."""

    def label_from_instance(self, obj: Bay) -> str:
        return f"{obj.code} · {obj.name}"


class PinForm(HouseForm):
    """Where a card is to be held; what is left empty stays the plan's."""

    starts_at = forms.DateTimeField(
        label=_("Begins"),
        required=False,
        widget=forms.DateTimeInput(attrs={"step": 900}),
        help_text=_("On the workshop's clock. Empty: the plan chooses the time."),
    )
    technicians = ChosenPeople(
        label=_("Who does it"),
        queryset=Technician.objects.none(),
        required=False,
        # Neither a finger nor keys alone take several out of a list.
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody chosen: the plan decides. Several may be chosen."),
    )
    bay = ChosenBay(
        label=_("Bay"),
        queryset=Bay.objects.none(),
        required=False,
        empty_label=_("The plan decides"),
    )
    reason = reason_field(_("Why it is held"))
    idempotency_key = key_field()

    def __init__(
        self, data: Any = None, *, held: Pinnable, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        cast("ChosenPeople", self.fields["technicians"]).queryset = held.people
        cast("ChosenBay", self.fields["bay"]).queryset = held.bays
        if not held.card.bay_kind_id:
            del self.fields["bay"]

    def wish(self) -> dict[str, Any]:
        """Return time, people and bay as the commands take them."""
        given = self.cleaned_data
        bay = given.get("bay")
        return {
            "starts_at": given.get("starts_at"),
            "technicians": [person.pk for person in given.get("technicians") or ()],
            "bay": bay.pk if bay else None,
        }


@dataclass(frozen=True, slots=True)
class Price:
    """What a wish would come to, with names."""

    wish: Mapping[str, Any]
    found: PinCheck
    people: Sequence[str]
    bay: str
    money: Decimal
    currency: str

    @property
    def is_free(self) -> bool:
        return not self.found.price

    @property
    def is_quiet(self) -> bool:
        """Whether it costs nothing and no car ends on a later day."""
        return self.is_free and all(each.days <= 0 for each in self.found.cars)

    @property
    def cars(self) -> Sequence[tuple[CarEnd, str, bool]]:
        """This car and those moved farthest, in words, and whether that breaks one."""
        return [
            (each, end_words(each), each.days > 0 and each.days_after_promise > 0)
            for each in self.found.cars[:CARS]
        ]

    @property
    def more(self) -> int:
        return max(0, len(self.found.cars) - CARS)


@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest, card_id: int) -> HttpResponse:
    """Try a place for a card, or hold it there."""
    held = pinnable(request.user, card_id=card_id)
    # Times are typed and shown on the workshop's clock.
    with timezone.override(ZoneInfo(held.card.project.site.time_zone)):
        if request.method == "POST":
            return posted(request, held)
        initial = dropped(request.GET, held)
        form = PinForm(held=held, initial=initial)
        wish = {
            "starts_at": initial.get("starts_at"),
            "technicians": initial.get("technicians", []),
            "bay": initial.get("bay"),
        }
        # What cannot be held anywhere says so before anything is filled in.
        is_asked = "at" in request.GET or held.card.state != JobCard.State.OPEN
        price = priced(held, wish) if is_asked else None
        return shown(request, held, form, price)


def posted(request: HttpRequest, held: Pinnable) -> HttpResponse:
    """Hold the card, or only say what that would cost; what was typed stays."""
    form = PinForm(request.POST, held=held, initial={})
    if not form.is_valid():
        return shown(request, held, form, None, status=400)
    wish = form.wish()
    # Nobody holds a card at a place whose price they have not read.
    if request.POST.get("do") == "check" or request.POST.get("priced") != mark_of(wish):
        return shown(request, held, form, priced(held, wish))
    try:
        made = commands.pin_card(
            card_id=held.card.pk,
            reason=form.cleaned_data["reason"],
            starts_at=wish["starts_at"],
            technician_ids=wish["technicians"],
            bay_id=wish["bay"],
            user_id=int(request.user.pk or 0),
            key=form.cleaned_data["idempotency_key"],
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return shown(request, held, form, None, status=refusal.status)
    return done(request, made, _("The card is held. A new plan is made around it."))


@require_POST
def release_pin(request: HttpRequest, pin_id: int) -> HttpResponse:
    """Let a card go where the plan puts it."""
    made = commands.release_pin(
        pin_id=get_visible(Pin, request.user, pk=pin_id).pk,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    text = _("The pin is gone. A new plan is made without it.")
    if request.POST.get("from") == "pins":
        messages.success(request, str(text))
        return redirect(f"{reverse('board:pins')}?released={made.pk}")
    return done(request, made, text)


def done(request: HttpRequest, made: Pin, text: Any) -> HttpResponse:
    """Say what was done, with the way back."""
    if request.headers.get("HX-Request"):
        answer = render(request, "board/pin_done.html", {"pin": made, "text": text})
        answer["HX-Trigger"] = "pinned"
        return answer
    messages.success(request, str(text))
    return redirect("board:pin", made.card_id)


def shown(
    request: HttpRequest,
    held: Pinnable,
    form: PinForm,
    price: Price | None,
    *,
    status: int = 200,
) -> HttpResponse:
    is_part = bool(request.headers.get("HX-Request"))
    read = request.POST.get("priced", "")
    if price is not None:
        read = mark_of(price.wish) if price.found.refusal is None else ""
    # To hold a card it is needed, to ask for the price it is not.
    form.fields["reason"].required = True
    return render(
        request,
        "board/pin_body.html" if is_part else "board/pin.html",
        {
            "held": held,
            "form": form,
            "price": price,
            "priced": read,
        },
        status=status,
    )


def dropped(asked: QueryDict, held: Pinnable) -> dict[str, Any]:
    """Return where a bar was let fall: ``?at=`` minutes since 1970, people, bay."""
    minutes = asked.get("at", "")
    if not asked and held.pin is not None:
        return held_by(held.pin)
    given: dict[str, Any] = {"starts_at": held.starts_at}
    if minutes.isdecimal() and len(minutes) <= 8:
        given["starts_at"] = datetime.fromtimestamp(int(minutes) * 60, UTC)
    people = {str(pk): pk for pk in held.people.values_list("pk", flat=True)}
    chosen = asked.getlist("technician")
    given["technicians"] = [people[key] for key in chosen if key in people]
    bays = {str(pk): pk for pk in held.bays.values_list("pk", flat=True)}
    given["bay"] = bays.get(asked.get("bay", ""))
    return given


def held_by(pin: Pin) -> dict[str, Any]:
    """Return what a pin holds: who changes it begins there."""
    return {
        "starts_at": pin.starts_at,
        "technicians": [person.pk for person in pin.technicians.all()],
        "bay": pin.bay_id,
        "reason": pin.reason,
    }


def mark_of(wish: Mapping[str, Any]) -> str:
    """Return a place in one line: a page says by it which price was read."""
    start = wish["starts_at"]
    begins = str(int(start.timestamp())) if start else ""
    people = ",".join(str(pk) for pk in sorted(wish["technicians"]))
    return f"{begins}/{people}/{wish['bay'] or ''}"


def priced(held: Pinnable, wish: Mapping[str, Any]) -> Price:
    """Return what a wish would come to; nothing is written."""
    found = queries.check_pin(held.card, **wish, at=timezone.now())
    site = held.card.project.site
    names = dict(held.people.values_list("pk", "name"))
    codes = dict(held.bays.values_list("pk", "code"))
    return Price(
        wish=wish,
        found=found,
        people=[names[pk] for pk in found.technicians if pk in names],
        bay=codes.get(found.bay or 0, ""),
        money=(found.price or Decimal(0)) * ClaimRule.of(site).day_rate,
        currency=site.currency,
    )

"""The pins that hold: who set them, when, why, at what price; let go, held again."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.api import idempotency_key
from common.querysets import get_visible
from common.row_keys import row_key
from restoration import commands
from restoration.board.pins import done
from restoration.board.runs import in_force_pk, state_of
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.board.words import Mark, days_text
from restoration.models import ClaimRule, Pin
from restoration.queries.pins import PinInForce, pins_in_force
from workshop.models import Site


@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """Every pin in force, to be let go; and the one let go last, to be held again."""
    site = chosen_site(request)
    told: dict[str, Any] = {"site": site, "tabs": plan_tabs("board:pins")}
    if site is not None:
        found = pins_in_force(request.user, site)
        rate = ClaimRule.of(site).day_rate
        told |= {
            **state_of(site, seen=in_force_pk(site)),
            "rows": [(each, mark_of(each), price_of(each.pin, rate)) for each in found],
            "released": let_go(request, site),
        }
    return render(request, "board/held.html", told)


def mark_of(row: PinInForce) -> Mark:
    """Return whether the plan holds it, does without it, or has yet to be made."""
    if row.why_aside:
        return Mark("BLOCKED", _("Set aside"))
    if row.is_planned:
        return Mark("DONE", _("Holds"))
    return Mark("WAITING", _("In the next plan"))


def price_of(pin: Pin, rate: Decimal) -> tuple[str, Decimal | None]:
    """Return what it cost as it was set: days in words, money at today's rate."""
    if pin.price is None:
        return "", None
    if not pin.price:
        return _("no promise paid for it"), None
    days = _("%(days)s weighted days after promises") % {"days": days_text(pin.price)}
    return days, pin.price * rate


def let_go(request: HttpRequest, site: Site) -> Pin | None:
    """Return the pin that was let go a moment ago and can be held again."""
    pk = row_key(request.GET.get("released"))
    pins = Pin.objects.visible_to(request.user).select_related("card__project")
    found = pins.filter(pk=pk, card__project__site=site, released_at__isnull=False)
    pin = found.first()
    if pin is None or Pin.objects.active().filter(card=pin.card_id).exists():
        return None
    return pin


@require_POST
def hold_again(request: HttpRequest, pin_id: int) -> HttpResponse:
    """Hold a card as a pin held it that was let go."""
    old = get_visible(Pin, request.user, pk=pin_id)
    pin = commands.pin_card(
        card_id=old.card_id,
        starts_at=old.starts_at,
        technician_ids=[person.pk for person in old.technicians.order_by("pk")],
        bay_id=old.bay_id,
        reason=old.reason,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    text = _("“%(card)s” is held again. A new plan is made around it.") % {
        "card": pin.card.title
    }
    if request.headers.get("HX-Request"):
        return done(request, pin, text)
    messages.success(request, text)
    return redirect("board:pins")

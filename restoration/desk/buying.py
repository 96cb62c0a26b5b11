"""What to buy before it vanishes, and one click to a draft."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.api import idempotency_key
from common.errors import DomainError
from parts import commands as parts
from restoration import queries
from restoration.desk.pages import page

ROWS = 50


@require_safe
def buy_now(request: HttpRequest, site_id: int) -> HttpResponse:
    """Parts that nobody has ordered, by what their loss would cost."""
    site = queries.site_of(site_id)
    found = queries.buy_now(request.user, site=site, at=timezone.now())
    return page(
        request,
        "buy_now",
        {"title": _("Buy now"), "site": site, "found": found[:ROWS]},
    )


@require_POST
def draft(request: HttpRequest, site_id: int, part_id: int) -> HttpResponse:
    """Put one part on a draft to its best supplier."""
    site = queries.site_of(site_id)
    try:
        orders = parts.order_proposals(
            site_id=site.pk,
            part_ids=[part_id],
            key=idempotency_key(request),
            at=timezone.now(),
            actor_id=request.user.pk,
        )
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
        return redirect(reverse("admin:claims_buy_now", args=[site.pk]))
    if not orders:
        messages.warning(
            request,
            _("Nothing was drafted: it is ordered already, or no price can be used."),
        )
        return redirect(reverse("admin:claims_buy_now", args=[site.pk]))
    messages.success(request, _("Drafted. Look it over, then send it."))
    return redirect(reverse("admin:parts_purchaseorder_change", args=[orders[0].pk]))

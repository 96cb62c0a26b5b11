"""The customer's pages: when, and what do you need from me?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from common.errors import InvalidInput, NotFound
from parts import commands as parts_commands
from parts import papers
from parts import queries as parts_queries
from restoration import commands, queries
from restoration.models import EstimateLine
from restoration.portal.forms import DecisionForm
from restoration.portal.words import happenings, phase_marks


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My projects, and above them what waits for my decision."""
    return render(
        request,
        "portal/home.html",
        {
            "cards": queries.project_cards(request.user),
            "decisions": queries.decisions_waiting(request.user),
            "quotes": parts_queries.quotes_waiting(request.user, at=timezone.now()),
            "cars": queries.vehicles_of(request.user),
        },
    )


@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    """One project: the date, the decisions, the photos, the phases, the money."""
    summary = queries.project_summary(request.user, number=number)
    return render(
        request,
        "portal/project.html",
        {
            "summary": summary,
            "happenings": happenings(summary.timeline),
            "phases": phase_marks(summary.phases),
            "before": summary.promises[1].promised_on
            if len(summary.promises) > 1
            else None,
        },
    )


@require_safe
def promises(request: HttpRequest, number: str) -> HttpResponse:
    """Every date that was given for a project, and what moved it."""
    summary = queries.project_summary(request.user, number=number)
    rows = [
        (p, queries.promise_sentence(p), queries.evidence_words(p))
        for p in summary.promises
    ]
    return render(
        request, "portal/promises.html", {"project": summary.project, "rows": rows}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest, estimate_id: int) -> HttpResponse:
    """Read an estimate; accept or decline each line; sign."""
    page = queries.estimate_page(request.user, estimate_id=estimate_id)
    form = DecisionForm(request.POST or None, lines=page.lines)
    if request.method == "POST" and form.is_valid() and decided(request, form, page):
        return redirect("portal:project", number=page.estimate.project.number)
    return render(
        request,
        "portal/estimate.html",
        {
            "page": page,
            "form": form,
            "accepted": form.accepted_ids(),
            "is_expired": queries.is_expired(page.estimate, at=timezone.now()),
        },
        status=400 if form.errors else 200,
    )


def decided(
    request: HttpRequest, form: DecisionForm, page: queries.EstimatePage
) -> bool:
    """Sign; what the house does not take is shown where it was entered."""
    decisions = form.decisions()
    try:
        commands.decide_estimate(
            estimate_id=page.estimate.pk,
            decisions=decisions,
            signed_name=form.cleaned_data["signed_name"],
            content_hash=form.cleaned_data["content_hash"],
            user_id=int(request.user.pk or 0),
            key=form.cleaned_data["idempotency_key"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        form.refuse(refusal)
        return False
    accepted = list(decisions.values()).count(EstimateLine.Decision.ACCEPTED)
    messages.success(request, thanks(accepted))
    return True


def thanks(accepted: int) -> str:
    """Return what is said after the signature."""
    if not accepted:
        return _("You declined this estimate. The workshop will contact you.")
    return ngettext(
        "You approved %(count)s line. Parts and a date are being worked out now.",
        "You approved %(count)s lines. Parts and a date are being worked out now.",
        accepted,
    ) % {"count": accepted}


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """My parts orders."""
    return render(
        request,
        "portal/orders.html",
        {"orders": parts_queries.customer_orders(request.user)},
    )


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One parts order: where every line is, what it comes to, its papers."""
    page = parts_queries.customer_order_page(request.user, number=number)
    return render(
        request,
        "portal/order.html",
        {"page": page, "tax_percent": page.order.tax_rate * 100},
    )


@require_POST
def order_accept(request: HttpRequest, number: str) -> HttpResponse:
    """Accept a quote as it was read."""
    page = parts_queries.customer_order_page(request.user, number=number)
    accepted = parts_commands.accept_quote(
        order_id=page.order.pk,
        seen=request.POST.get("digest", ""),
        actor_id=request.user.pk,
        at=timezone.now(),
    )
    waits = accepted.state == accepted.State.ACCEPTED
    messages.success(
        request,
        _("Thank you. The parts are held for you when the deposit has come.")
        if waits
        else _("Thank you. Your order is confirmed."),
    )
    return redirect("portal:order", number=number)


@require_safe
def order_paper(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Print a paper of an order, or of one of its parcels or returns: ``?of=…``."""
    page = parts_queries.customer_order_page(request.user, number=number)
    wanted = request.GET.get("of", page.order.number)
    known = {(paper.kind, paper.number) for paper in page.papers}
    if (kind, wanted) not in known:
        raise NotFound
    paper = parts_queries.paper(request.user, kind=kind, number=wanted)
    answer = HttpResponse(
        papers.press(paper.template, paper.contents), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{paper.filename}"'
    return answer

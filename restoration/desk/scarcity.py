"""Scarce parts on the desk: claims side by side, proposed or decided with a reason."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.api import idempotency_key
from common.errors import DomainError, InvalidInput
from restoration import commands, queries
from restoration.desk.pages import page
from restoration.models import Arbitration, ClaimRule
from workshop.models import Role


class DecisionForm(forms.Form):
    """A place for each claim, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("For the house alone; customers do not read it."),
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("What who waits is told"),
        choices=[("", gettext_lazy("Choose…")), *Arbitration.Ground.choices],
        help_text=gettext_lazy(
            "Stands with the new date: no name and no car of another customer."
        ),
    )

    def __init__(
        self,
        claims: Sequence[queries.Claim],
        order: Sequence[int],
        data: Any = None,
        *,
        decides: bool,
    ) -> None:
        super().__init__(data)
        if not decides:
            del self.fields["ground"]
        places = [(str(n), str(n)) for n in range(1, len(claims) + 1)]
        for claim in claims:
            key = claim.demand.pk
            self.fields[f"place-{key}"] = forms.ChoiceField(
                label=claim.name, choices=places, initial=str(order.index(key) + 1)
            )
        self.order_fields(
            [*(f"place-{c.demand.pk}" for c in claims), "reason", "ground"]
        )

    @property
    def order(self) -> list[int]:
        """The demands by their places; two on one place keep the page's order."""
        places = [
            (int(value), int(name.removeprefix("place-")))
            for name, value in self.cleaned_data.items()
            if name.startswith("place-")
        ]
        return [pk for _place, pk in sorted(places, key=lambda pair: pair[0])]

    @property
    def said(self) -> dict[str, str]:
        """Why, as the command takes it."""
        given = self.cleaned_data
        return {name: given[name] for name in ("reason", "ground") if name in given}

    def clean(self) -> dict[str, Any]:
        given = [v for n, v in self.cleaned_data.items() if n.startswith("place-")]
        if len(set(given)) != len(given):
            self.add_error(None, _("Give each claim a place of its own."))
        return self.cleaned_data


@require_safe
def scarce(request: HttpRequest) -> HttpResponse:
    """Parts of which more is wanted than lies here; undecided ones first."""
    found = queries.scarce_parts(request.user)
    return page(request, "scarce", {"title": _("Scarce parts"), "found": found})


@require_safe
def weigh(request: HttpRequest, part_id: int, site_id: int) -> HttpResponse:
    """The claims side by side, and what each winner would do to all of them."""
    weighed = queries.weigh(
        request.user, part_id=part_id, site_id=site_id, at=timezone.now()
    )
    winner = request.GET.get("winner", "")
    order = next(
        (o.order for o in weighed.options if str(o.order[0]) == winner), weighed.order
    )
    form = DecisionForm(weighed.claims, order, decides=may_decide(request))
    return _shown(request, weighed, form)


@require_POST
def propose(request: HttpRequest, part_id: int, site_id: int) -> HttpResponse:
    """Write a proposal down; nothing moves."""
    return _sent(request, part_id, site_id, commands.propose_arbitration)


@require_POST
def decide(request: HttpRequest, part_id: int, site_id: int) -> HttpResponse:
    """Decide: holds, dates and the plan follow."""
    return _sent(request, part_id, site_id, commands.arbitrate)


def _sent(
    request: HttpRequest, part_id: int, site_id: int, command: Any
) -> HttpResponse:
    now = timezone.now()
    claims = queries.claims_of(request.user, part_id=part_id, site_id=site_id)
    is_decision = command is commands.arbitrate
    turn = [c.demand.pk for c in claims]
    form = DecisionForm(claims, turn, request.POST, decides=is_decision)
    status = 422
    if form.is_valid():
        try:
            command(
                part_id=part_id,
                site_id=site_id,
                order=form.order,
                **form.said,
                user_id=int(request.user.pk or 0),
                key=idempotency_key(request),
                at=now,
            )
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            status = refusal.status
        else:
            messages.success(request, _done(command))
            return redirect("admin:claims_weigh", part_id, site_id)
    weighed = queries.weigh(request.user, part_id=part_id, site_id=site_id, at=now)
    return _shown(request, weighed, form, status)


def may_decide(request: HttpRequest) -> bool:
    return getattr(request.user, "role", "") == Role.MANAGER


def _done(command: Any) -> str:
    if command is commands.propose_arbitration:
        return _("Proposed. A manager decides.")
    return _(
        "Decided. The dates of the part hold from now on; the promised dates follow "
        "with the next plan."
    )


def _shown(
    request: HttpRequest,
    weighed: queries.Weighing,
    form: DecisionForm,
    status: int = 200,
) -> HttpResponse:
    part, site = weighed.part, weighed.site
    return page(
        request,
        "weigh",
        {
            "title": part.name,
            "weighed": weighed,
            "number": next(
                (n.as_printed for n in part.numbers.all() if n.is_primary), part.code
            ),
            "rows": [
                (claim, [option.effects[n] for option in weighed.options])
                for n, claim in enumerate(weighed.claims)
            ],
            "form": form,
            "assumed_days": queries.ASSUMED_DAYS,
            "may_decide": may_decide(request),
            "story": queries.arbitrations_of(
                request.user, part_id=part.pk, site_id=site.pk
            ),
        },
        status,
    )


class RuleForm(forms.ModelForm[ClaimRule]):
    class Meta:
        model = ClaimRule
        fields = ["late_day_rate", "lost_days", "offer_old_days"]


def rules(request: HttpRequest, site_id: int) -> HttpResponse:
    """What a site reckons by where parts are scarce; managers change it."""
    site = queries.site_of(site_id)
    rule = ClaimRule.of(site)
    form = RuleForm(request.POST or None, instance=rule)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_claim_rule(
                site_id=site.pk,
                user_id=int(request.user.pk or 0),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except InvalidInput as refusal:
            form.add_error(refusal.field or None, refusal.sentence)
        else:
            said = _("Saved. It holds for what is weighed from now on.")
            messages.success(request, said)
            return redirect(reverse("admin:claims_scarce"))
    usual = ClaimRule(site=site)
    return page(
        request,
        "rules",
        {"title": _("Rules for scarce parts"), "form": form, "site": site,
         "usual_rate": usual.day_rate},
        status,
    )  # fmt: skip

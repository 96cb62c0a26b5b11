"""Extra days: worked besides the week's, listed, entered, withdrawn, entered again."""

from datetime import date, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from common.api import idempotency_key
from common.errors import DomainError, InvalidInput, NotFound
from common.formats import day_text
from common.row_keys import row_key
from restoration import commands, queries
from restoration.board.absences import WITHIN
from restoration.board.forms import HouseForm, key_field, reason_field
from restoration.board.made_real import back
from restoration.board.runs import in_force_pk, state_of
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from workshop import commands as workshop
from workshop.models import ExtraDay, Site


class ExtraDayForm(HouseForm):
    """Which day is worked, until when each week, and by which hours."""

    from_on = forms.DateField(label=gettext_lazy("Day"), validators=WITHIN)
    to_on = forms.DateField(
        label=gettext_lazy("Every week until"),
        required=False,
        validators=WITHIN,
        help_text=gettext_lazy("Empty: that day only."),
    )
    opens = forms.TimeField(
        label=gettext_lazy("Opens"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": 900}),
        help_text=gettext_lazy("Empty: as on the working day before."),
    )
    closes = forms.TimeField(
        label=gettext_lazy("Closes"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": 900}),
    )
    reason = reason_field(gettext_lazy("Reason"))
    idempotency_key = key_field()


@require_http_methods(["GET", "HEAD", "POST"])
def extra_days(request: HttpRequest) -> HttpResponse:
    """The days to come with hours of their own; enter one more."""
    site = chosen_site(request)
    told: dict[str, Any] = {"site": site, "tabs": plan_tabs("board:extra_days")}
    if site is None:
        return render(request, "board/extra_days.html", told)
    form = ExtraDayForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (days := entered(request, form, site)):
        said = ngettext(
            "%(days)s day is worked. A new plan is made with it.",
            "%(days)s days are worked. A new plan is made with them.",
            days,
        )
        messages.success(request, said % {"days": days})
        return redirect("board:extra_days")
    today = timezone.now().astimezone(ZoneInfo(site.time_zone)).date()
    gone = day_of(request.GET.get("withdrawn", ""))
    told |= {
        **state_of(site, seen=in_force_pk(site)),
        "form": form,
        "rows": [
            (row, day_text(row.day)) for row in queries.extra_days(site, from_on=today)
        ],
        "gone": gone if gone and queries.withdrawn_last(site, day=gone) else None,
    }
    status = 400 if form.errors else 200
    return render(request, "board/extra_days.html", told, status=status)


def entered(request: HttpRequest, form: ExtraDayForm, site: Site) -> int:
    """Write the days down; 0 where that is refused, which the form then shows."""
    given = form.cleaned_data
    opens: time | None = given["opens"]
    closes: time | None = given["closes"]
    try:
        return commands.open_extra_days(
            site_id=site.pk,
            from_on=given["from_on"],
            to_on=given["to_on"] or given["from_on"],
            opens=opens,
            closes=closes,
            reason=given["reason"],
            user_id=int(request.user.pk or 0),
            key=given["idempotency_key"],
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return 0


@require_POST
def withdraw_extra_days(request: HttpRequest) -> HttpResponse:
    """Work a day, or all that was entered together, by the week's hours again."""
    day = day_of(request.POST.get("day", ""))
    batch = batch_of(request.POST.get("batch", "")) if day is None else None
    if day is None and batch is None:
        raise InvalidInput(_("A day such as 2026-11-21 was expected."), field="day")
    days = workshop.withdraw_extra_days(
        site_id=site_of(request, **({"day": day} if day else {"batch": batch})),
        day=day,
        batch=batch,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    said = ngettext(
        "%(days)s day is worked by the week's hours again.",
        "%(days)s days are worked by the week's hours again.",
        days,
    )
    messages.success(request, said % {"days": days})
    url = reverse("board:extra_days")
    return back(request, f"{url}?withdrawn={day.isoformat()}" if day else url)


@require_POST
def restore_extra_day(request: HttpRequest) -> HttpResponse:
    """Enter the hours of a day again that were withdrawn."""
    day = day_of(request.POST.get("day", ""))
    if day is None:
        raise InvalidInput(_("A day such as 2026-11-21 was expected."), field="day")
    workshop.restore_extra_day(
        site_id=site_of(request, day=day),
        day=day,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    messages.success(request, _("The day is worked. A new plan is made with it."))
    return redirect("board:extra_days")


def site_of(request: HttpRequest, **which: object) -> int:
    """Return the site whose days are meant, those that are withdrawn as well.

    Raises:
        NotFound: the reader sees no such days there; a missing site has none.
    """
    site_id = row_key(request.POST.get("site"))
    rows = ExtraDay.objects.visible_to(request.user)
    if not rows.filter(site=site_id, **which).exists():
        raise NotFound
    return site_id


def day_of(text: str) -> date | None:
    """Return the day that a text names; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def batch_of(text: str) -> UUID | None:
    """Return the key of what was entered together; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None

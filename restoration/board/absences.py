"""Who is away: entered by day, taken back, and the plan that is made around it."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from common.api import idempotency_key
from common.errors import DomainError
from common.querysets import get_visible
from common.row_keys import row_key
from restoration import commands as restoration
from restoration.board.forms import HouseForm, NamedChoice, key_field, reason_field
from restoration.board.made_real import back
from restoration.board.runs import in_force_pk, state_of
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.queries.scenario_changes import YEARS
from restoration.queries.stranded import stranded_work
from workshop import commands
from workshop.models import Absence, Site, Technician

DAY = timedelta(days=1)
WITHIN = (
    MinValueValidator(date(YEARS.start, 1, 1)),
    MaxValueValidator(date(YEARS.stop - 1, 12, 31)),
)


class AbsenceForm(HouseForm):
    """Who is away, from which day to which, both included."""

    technician = NamedChoice(
        label=gettext_lazy("Technician"),
        queryset=Technician.objects.none(),
        empty_label=gettext_lazy("Choose…"),
    )
    from_on = forms.DateField(label=gettext_lazy("First day away"), validators=WITHIN)
    to_on = forms.DateField(
        label=gettext_lazy("Last day away"),
        required=False,
        validators=WITHIN,
        help_text=gettext_lazy("Empty: that day only."),
    )
    reason = reason_field(gettext_lazy("Reason"))
    idempotency_key = key_field()

    def __init__(
        self, data: Any = None, *, people: QuerySet[Technician], today: date
    ) -> None:
        super().__init__(data, initial={"from_on": today})
        self.today = today
        technician = self.fields["technician"]
        cast("forms.ModelChoiceField[Technician]", technician).queryset = people

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, and not over."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("from_on"), given.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("It ends before it begins."))
        elif first and (last or first) < self.today and not self.errors:
            field = "to_on" if last else "from_on"
            self.add_error(field, _("This day is over; no plan can heed it any more."))
        return given

    def period(self, zone: ZoneInfo) -> dict[str, datetime]:
        """Return from when to when, whole days on the workshop's clock."""
        first = self.cleaned_data["from_on"]
        last = self.cleaned_data["to_on"] or first
        return {
            "starts_at": datetime.combine(first, time(), tzinfo=zone),
            "ends_at": datetime.combine(last + DAY, time(), tzinfo=zone),
        }


@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away now and later; enter one more."""
    site = chosen_site(request)
    told: dict[str, Any] = {"site": site, "tabs": plan_tabs("board:absences")}
    if site is None:
        return render(request, "board/absences.html", told)
    zone = ZoneInfo(site.time_zone)
    data = request.POST if request.method == "POST" else None
    people = people_of(request, site).order_by("name", "pk")
    today = timezone.now().astimezone(zone).date()
    form = AbsenceForm(data, people=people, today=today)
    if form.is_valid() and entered(request, form, zone):
        name = form.cleaned_data["technician"].name
        said = _("%(name)s is away. A new plan is made around it.") % {"name": name}
        messages.success(request, said)
        return redirect("board:absences")
    told |= {
        **state_of(site, seen=in_force_pk(site)),
        "form": form,
        "rows": [(row, *days_of(row, zone)) for row in coming(request, site)],
        "stranded": stranded_work(request.user, site, at=timezone.now()),
    }
    status = 400 if form.errors else 200
    return render(request, "board/absences.html", told, status=status)


def entered(request: HttpRequest, form: AbsenceForm, zone: ZoneInfo) -> bool:
    """Write the absence down; a refusal is shown in the form."""
    given = form.cleaned_data
    try:
        commands.enter_absence(
            technician_id=given["technician"].pk,
            **form.period(zone),
            reason=given["reason"],
            user_id=int(request.user.pk or 0),
            key=given["idempotency_key"],
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


@require_POST
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    rows = Absence.objects.select_related("technician")
    row = get_visible(rows, request.user, pk=absence_id)
    commands.end_absence(
        absence_id=row.pk,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=timezone.now(),
    )
    said = _("%(name)s is there again. A new plan is made with it.")
    messages.success(request, said % {"name": row.technician.name})
    return back(request, "board:absences")


@require_POST
def hand_work_over(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Stop the clock of somebody who is away; what is left waits for the next plan."""
    rows = Absence.objects.select_related("technician__site")
    row = get_visible(rows, request.user, pk=absence_id)
    now = timezone.now()
    card_id = row_key(request.POST.get("card"))
    found = stranded_work(request.user, row.technician.site, at=now)
    one = next(
        (s for s in found if s.absence == row and s.entry.card_id == card_id), None
    )
    told = {"name": row.technician.name, "heir": one.heir if one else ""}
    reason = _("%(name)s is away")
    if one is not None and one.heir is not None:
        reason = _("%(name)s is away; %(heir)s can take it over")
    card = restoration.pause_card(
        card_id=card_id,
        technician_id=row.technician_id,
        reason=reason % told,
        user_id=int(request.user.pk or 0),
        key=idempotency_key(request),
        at=now,
    )
    said = _("“%(card)s” is paused. The next plan gives what is left to somebody else.")
    messages.success(request, said % {"card": card.title})
    return redirect("board:absences")


def people_of(request: HttpRequest, site: Site) -> QuerySet[Technician]:
    """Return who works at a site, as far as the reader may see."""
    return Technician.objects.visible_to(request.user).employed().filter(site=site)


def coming(request: HttpRequest, site: Site) -> QuerySet[Absence]:
    """Return the absences that are not over, the next first."""
    later = Q(period__endswith__gt=timezone.now()) | Q(period__upper_inf=True)
    rows = Absence.objects.filter(later, technician__in=people_of(request, site))
    return rows.select_related("technician").order_by("period", "pk")


def days_of(row: Absence, zone: ZoneInfo) -> tuple[date | None, date | None]:
    """Return an absence's first and last day on the workshop's clock."""
    first, end = row.period.lower, row.period.upper
    # The end itself is not within: midnight ends the day before.
    last = end - timedelta(microseconds=1) if end else None
    return (
        first.astimezone(zone).date() if first else None,
        last.astimezone(zone).date() if last else None,
    )

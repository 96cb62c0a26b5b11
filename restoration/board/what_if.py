"""What if: a car more, a person less, a part by air, work on Saturdays."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from common.api import idempotency_key
from common.errors import DomainError, InvalidInput
from common.formats import day_text
from common.querysets import get_visible
from restoration import commands, queries
from restoration.board.forms import HouseForm, NamedChoice, key_field, template_choices
from restoration.board.made_real import entered
from restoration.board.sites import chosen_site
from restoration.board.tabs import plan_tabs
from restoration.board.words import Mark, days_text
from restoration.models import JobCardPart, Scenario, Template
from restoration.queries.plan_window import plan_in_force
from restoration.queries.scenario_parts import awaited_parts
from workshop.models import Site, Technician

PER_PAGE = 10
KINDS = {
    Scenario.State.OPEN: "WAITING",
    Scenario.State.RUNNING: "RUNNING",
    Scenario.State.READY: "READY",
    Scenario.State.FAILED: "BLOCKED",
    Scenario.State.PUBLISHED: "DONE",
    Scenario.State.DISCARDED: "WAITING",
}

# What begins a change, and the days that it then needs.
NEEDED = {
    "technician": ("away_from_on", "away_to_on"),
    "part": ("part_on",),
    "saturdays_from_on": ("saturdays_to_on",),
    "saturdays_to_on": ("saturdays_from_on",),
    "car_arrives_on": ("car_template",),
    "car_due_on": ("car_template",),
    "away_from_on": ("technician",),
    "away_to_on": ("technician",),
    "part_on": ("part",),
}
FIELDS = {"ABSENCE": "away", "CAR": "car", "PART": "part", "SATURDAYS": "saturdays"}


class AwaitedPart(forms.ModelChoiceField[JobCardPart]):
    """A part that a car waits for, with its car and its day."""

    def label_from_instance(self, obj: JobCardPart) -> str:
        answer = getattr(obj.demand, "availability", None)
        on = answer.available_on if answer is not None else None
        day = day_text(on) if on else _("no date")
        return f"{obj.card.project.number} · {obj.part.name} · {day}"


class WhatIfForm(HouseForm):
    """Up to one change of each kind; what is left empty is not asked."""

    name = forms.CharField(label=gettext_lazy("What to call it"), max_length=120)
    car_template = NamedChoice(
        label=gettext_lazy("Template"),
        queryset=Template.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("No car more"),
    )
    car_arrives_on = forms.DateField(
        label=gettext_lazy("The car arrives"), required=False
    )
    car_due_on = forms.DateField(label=gettext_lazy("Due day"), required=False)
    technician: forms.ModelChoiceField[Technician] = forms.ModelChoiceField(
        label=gettext_lazy("Technician"),
        queryset=Technician.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody less"),
    )
    away_from_on = forms.DateField(label=gettext_lazy("From day"), required=False)
    away_to_on = forms.DateField(label=gettext_lazy("To day"), required=False)
    part = AwaitedPart(
        label=gettext_lazy("Part"),
        queryset=JobCardPart.objects.none(),
        required=False,
        empty_label=gettext_lazy("No part sooner"),
    )
    part_on = forms.DateField(label=gettext_lazy("Comes on"), required=False)
    part_cost = forms.DecimalField(
        label=gettext_lazy("Costs more by"), required=False, min_value=0, max_digits=12
    )
    saturdays_from_on = forms.DateField(label=gettext_lazy("From day"), required=False)
    saturdays_to_on = forms.DateField(label=gettext_lazy("To day"), required=False)
    saturdays_cost = forms.DecimalField(
        label=gettext_lazy("Costs more by"), required=False, min_value=0, max_digits=12
    )
    idempotency_key = key_field()

    def __init__(self, data: Any = None, *, site: Site) -> None:
        super().__init__(data)
        people = Technician.objects.employed().filter(site=site)
        querysets: dict[str, QuerySet[Any]] = {
            "car_template": template_choices(),
            "technician": people.order_by("name", "pk"),
            "part": awaited_parts(site.pk),
        }
        for name, queryset in querysets.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """Half a change is refused at the half that is missing, none at all above."""
        given: dict[str, Any] = super().clean() or {}
        for begun, names in NEEDED.items():
            for name in names if given.get(begun) else ():
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, needed_text(name))
        if not self.errors and not self.changes():
            raise forms.ValidationError(_("Fill in at least one of the four."))
        return given

    def refuse(self, refusal: DomainError) -> None:
        """Show a refused change at what was typed for it."""
        if isinstance(refusal, InvalidInput) and refusal.field.startswith("changes."):
            _list, number, name = refusal.field.split(".")
            kind = self.changes()[int(number)]["kind"]
            field = f"{FIELDS[kind]}_{name}"
            self.add_error(field if field in self.fields else None, refusal.sentence)
        else:
            super().refuse(refusal)

    def changes(self) -> list[dict[str, Any]]:
        """Return what was filled in as the commands take it."""
        given = self.cleaned_data
        found: list[dict[str, Any]] = []
        if given.get("car_template"):
            found.append(
                {
                    "kind": "CAR",
                    "name": str(given["car_template"].name)[:80],
                    "template": given["car_template"].code,
                    **days(given, "car", "arrives_on", "due_on"),
                }
            )
        if given.get("technician"):
            person = {"kind": "ABSENCE", "technician": given["technician"].pk}
            found.append(person | days(given, "away", "from_on", "to_on"))
        if given.get("part"):
            part = {"kind": "PART", "demand": given["part"].demand_id}
            found.append(part | days(given, "part", "on") | cost(given, "part"))
        if given.get("saturdays_from_on") or given.get("saturdays_to_on"):
            span = days(given, "saturdays", "from_on", "to_on")
            found.append({"kind": "SATURDAYS"} | span | cost(given, "saturdays"))
        return found


def needed_text(name: str) -> str:
    """Say what a begun change still lacks."""
    return _("Say which day.") if name.endswith("_on") else _("Choose one as well.")


def days(given: dict[str, Any], prefix: str, *names: str) -> dict[str, str]:
    """Return the days that were filled in, under the names of a change."""
    filled = {name: given.get(f"{prefix}_{name}") for name in names}
    return {name: day.isoformat() for name, day in filled.items() if day}


def cost(given: dict[str, Any], prefix: str) -> dict[str, str]:
    value = given.get(f"{prefix}_cost")
    return {"cost": str(value)} if value else {}


@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest) -> HttpResponse:
    """Ask what if, and read what was asked before."""
    site = chosen_site(request)
    if site is None or plan_in_force(site.pk) is None:
        return render(
            request,
            "board/what_if.html",
            {"site": site, "tabs": plan_tabs("board:what_if")},
        )
    form = WhatIfForm(request.POST if request.method == "POST" else None, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.open_scenario(
                site_id=site.pk,
                name=form.cleaned_data["name"],
                changes=form.changes(),
                user_id=int(request.user.pk or 0),
                key=form.cleaned_data["idempotency_key"],
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect("board:scenario", made.pk)
    rows = Scenario.objects.visible_to(request.user).filter(site=site)
    rows = rows.select_related("created_by").order_by("-created_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "board/what_if.html",
        {
            "site": site,
            "form": form,
            "page": page,
            "rows": [(each, mark_of(each)) for each in page.object_list],
            "tabs": plan_tabs("board:what_if"),
        },
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD"])
def scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """One scenario: dates, money and promises before and after."""
    rows = Scenario.objects.select_related("site", "run", "base", "created_by")
    found = get_visible(rows, request.user, pk=scenario_id)
    story = queries.scenario_story(found)
    cars = sorted(story.cars, key=lambda c: -abs(c.moved_days or 0))
    return render(
        request,
        "board/scenario.html",
        {
            "story": story,
            "scenario": found,
            "mark": mark_of(found),
            "moved": [car for car in cars if car.moved_days or car.was_on is None],
            "to_do": [
                (sentence, todo_url(change))
                for sentence, change in zip(
                    story.left_to_do, found.left_to_do, strict=True
                )
            ],
            "entered": entered(found, request.user),
            "moved_count": sum(bool(car.moved_days) for car in cars),
            "still": sum(not car.moved_days and car.was_on is not None for car in cars),
            "cost_was": days_text(story.cost_was) if story.cost_was is not None else "",
            "cost_now": days_text(story.cost_now) if story.cost_now is not None else "",
            "is_open": found.state
            not in (Scenario.State.PUBLISHED, Scenario.State.DISCARDED),
            "tabs": plan_tabs("board:what_if"),
        },
    )


def todo_url(change: dict[str, Any]) -> str:
    """Return where people do what a scenario leaves to them; empty if nowhere."""
    if change["kind"] == "CAR":
        return reverse("board:intake")
    if change["kind"] == "SATURDAYS":
        return reverse("board:extra_days")
    rows = JobCardPart.objects.filter(demand=change["demand"])
    number = rows.values_list("card__project__number", flat=True).first()
    return reverse("board:parts", args=[number]) if number else ""


@require_POST
def close(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Make a scenario real, throw it away, or have it reckoned again."""
    found = get_visible(Scenario, request.user, pk=scenario_id)
    given: dict[str, Any] = {
        "scenario_id": found.pk,
        "user_id": int(request.user.pk or 0),
        "key": idempotency_key(request),
        "at": timezone.now(),
    }
    match request.POST.get("do"):
        case "publish":
            commands.publish_scenario(**given)
            done = _("It is made real as far as the house can do it.")
            messages.success(request, done)
        case "again":
            commands.reckon_scenario(changes=found.changes, **given)
        case "discard":
            commands.discard_scenario(**given)
            messages.success(request, _("It is thrown away. Nothing has changed."))
            return redirect("board:what_if")
        case _other:
            raise InvalidInput(
                _("“publish”, “again” or “discard” was expected."), field="do"
            )
    return redirect("board:scenario", found.pk)


def mark_of(found: Scenario) -> Mark:
    state = Scenario.State(found.state)
    return Mark(KINDS[state], str(state.label))

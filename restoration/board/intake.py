"""A car comes in: its frame number is read, it gets an owner and a project."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from common.errors import DomainError, InvalidInput
from restoration import commands, queries
from restoration.board.forms import EnterForm, LookUpForm, ProjectFields, UnlistedForm
from restoration.board.words import month_text
from restoration.models import Project, Vehicle
from restoration.queries import FrameReading, NeverBuilt


class Lookup:
    """What a frame number turned out to be: a reading, a refusal, or nothing asked."""

    def __init__(self, frame_number: str, model_code: str) -> None:
        self.frame_number = frame_number.strip()
        self.model_code = model_code.strip()
        self.reading: FrameReading | None = None
        self.refusal: InvalidInput | None = None
        self.never_built: NeverBuilt | None = None
        if self.frame_number:
            self._read()

    def _read(self) -> None:
        try:
            self.reading = queries.decode_frame_number(
                self.frame_number, model_code=self.model_code
            )
        except InvalidInput as refusal:
            self.refusal = refusal
        except NeverBuilt as refusal:
            self.never_built = refusal

    @property
    def candidates(self) -> list[tuple[queries.Candidate, str, str]]:
        """Each candidate with the months it was built in and its numbers."""
        if self.reading is None:
            return []
        return [
            (c, months(c), f"{c.first:06d} – {c.last:06d}")
            for c in self.reading.candidates
        ]

    @property
    def ranges(self) -> list[str]:
        """The stretches of numbers that were built, where this one was not."""
        if self.never_built is None:
            return []
        ranges = self.never_built.context["ranges"]
        return [f"{first:06d} – {last:06d}" for first, last in ranges]

    @property
    def known(self) -> Vehicle | None:
        """The car, if the house has it in its books already."""
        if self.reading is None:
            return None
        return Vehicle.objects.filter(frame_number=self.reading.frame_number).first()


def months(candidate: queries.Candidate) -> str:
    """Return from when to when a variant was built."""
    ends = [candidate.built_from, candidate.built_to]
    return " – ".join(month_text(day) for day in ends if day)


@require_safe
@vary_on_headers("HX-Request")
def intake(request: HttpRequest) -> HttpResponse:
    """Read a frame number while it is typed; then offer to enter the car."""
    form = LookUpForm(request.GET if "frame_number" in request.GET else None)
    valid = form.is_valid()
    lookup = Lookup(
        form.cleaned_data["frame_number"] if valid else "",
        form.cleaned_data["model_code"] if valid else "",
    )
    template = (
        "board/intake_found.html"
        if getattr(request, "htmx", False)
        else "board/intake.html"
    )
    return render(request, template, page_of(request, form, lookup))


def page_of(
    request: HttpRequest,
    form: LookUpForm,
    lookup: Lookup,
    entry: ProjectFields | None = None,
) -> dict[str, object]:
    """Return what the page shows; ``entry`` is a form that was refused."""
    initial = {
        "frame_number": lookup.frame_number,
        "model_code": lookup.model_code,
        "template": "FULL",
    }
    if entry is None and lookup.reading is not None:
        entry = EnterForm(user=request.user, reading=lookup.reading, initial=initial)
    if entry is None and lookup.never_built is not None:
        entry = UnlistedForm(user=request.user, initial=initial)
    return {
        "form": form,
        "lookup": lookup,
        "entry": entry,
        "many_customers": entry is not None and entry.has_many_customers,
    }


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a car the record knows and open a project on it."""
    lookup, look_up_form = looked_up(request)
    form = EnterForm(request.POST, user=request.user, reading=lookup.reading)

    def car() -> Vehicle:
        return commands.enter_vehicle(
            frame_number=form.cleaned_data["frame_number"],
            model_code=form.cleaned_data["model_code"],
            colour_code=form.cleaned_data["colour_code"],
            customer_id=form.cleaned_data["customer"].pk,
            variant_id=form.variant_id,
            user_id=int(request.user.pk or 0),
            at=timezone.now(),
        )

    return entered(request, form, car, lookup, look_up_form)


@require_POST
def enter_unlisted(request: HttpRequest) -> HttpResponse:
    """Enter a car that no range holds, with a reason, and open a project on it."""
    lookup, look_up_form = looked_up(request)
    form = UnlistedForm(request.POST, user=request.user)

    def car() -> Vehicle:
        return commands.enter_unlisted_vehicle(
            frame_number=form.cleaned_data["frame_number"],
            model_code=form.cleaned_data["model_code"],
            customer_id=form.cleaned_data["customer"].pk,
            reason=form.cleaned_data["reason"],
            user_id=int(request.user.pk or 0),
            at=timezone.now(),
        )

    return entered(request, form, car, lookup, look_up_form)


def looked_up(request: HttpRequest) -> tuple[Lookup, LookUpForm]:
    """Return what the posted frame number is, and the form that asks for it."""
    number = request.POST.get("frame_number", "")[:40]
    code = request.POST.get("model_code", "")[:40]
    asked = LookUpForm({"frame_number": number, "model_code": code})
    return Lookup(number, code), asked


def entered(
    request: HttpRequest,
    form: ProjectFields,
    car: Callable[[], Vehicle],
    lookup: Lookup,
    look_up_form: LookUpForm,
) -> HttpResponse:
    """Enter the car, open the project; a refusal is shown where it was entered.

    A car that was entered before a refused project stays: entering it again finds it.
    """
    status = 400
    if form.is_valid():
        try:
            opened = open_project(request, form, car())
        except DomainError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(
                request,
                _("Project %(number)s is open.") % {"number": opened.number},
            )
            return redirect("board:project", number=opened.number)
    page = page_of(request, look_up_form, lookup, form)
    return render(request, "board/intake.html", page, status=status)


def open_project(
    request: HttpRequest, form: ProjectFields, vehicle: Vehicle
) -> Project:
    return commands.open_project(
        vehicle_id=vehicle.pk,
        user_id=int(request.user.pk or 0),
        at=timezone.now(),
        **form.project_values(),
    )

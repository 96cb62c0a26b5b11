"""Sites, bays, people's hours: what the plan reads."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from common.desk import HouseAdmin, HouseInline, LedgerAdmin, Reads, named_values
from common.errors import InvalidInput
from common.formats import day_text, instant_text
from common.money import minor_units
from common.reading import title
from workshop.admin.replanning import MovesPlans
from workshop.models import (
    Absence,
    Bay,
    BayKind,
    ExtraDay,
    Holiday,
    Site,
    Skill,
    Technician,
    User,
    WorkingHours,
)


@title(WorkingHours)
def hours_title(row: WorkingHours) -> str:
    whose = row.technician or row.site
    return f"{whose} · {WEEKDAYS[row.weekday]} {row.opens:%H:%M}–{row.closes:%H:%M}"


@title(Absence)
def absence_title(row: Absence) -> str:
    return f"{row.technician} · {span(row.period)}"


@title(ExtraDay)
def extra_day_title(row: ExtraDay) -> str:
    whose = row.technician or row.site
    return f"{whose} · {day_text(row.day)} {row.opens:%H:%M}–{row.closes:%H:%M}"


def span(period: Any) -> str:
    """Return from when to when, in the reader's zone; open ends stay open."""
    ends = (period.lower, period.upper)
    return " – ".join(instant_text(end) if end else "…" for end in ends)


def weekday_name(weekday: str) -> str:
    return str(WEEKDAYS[int(weekday)])


class ByWeekday(Reads[WorkingHours]):
    """Weekdays are shown and chosen by name."""

    read_as = {"weekday": lambda row: WEEKDAYS[row.weekday]}

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "weekday" and field is not None:
            field.label = _("Weekday")
            field.widget = forms.Select(choices=list(WEEKDAYS.items()))
        return field


class BayInline(HouseInline[Bay]):
    """The bays of a site."""

    model = Bay


class AbsenceInline(HouseInline[Absence]):
    """When a technician is away."""

    model = Absence


class HoursInline(ByWeekday, HouseInline[WorkingHours]):
    """A technician's own hours; they replace the site's."""

    model = WorkingHours


class SiteForm(forms.ModelForm[Site]):
    """What every sum of a site is made with."""

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        try:
            minor_units(code)
        except InvalidInput as refusal:
            raise ValidationError(refusal.sentence) from None
        return code

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise ValidationError(
                _("“%(country)s” is no country; two letters such as JP were expected."),
                params={"country": code},
            )
        return code

    def clean_tax_percent(self) -> Decimal:
        return percentage(self.cleaned_data["tax_percent"])

    def clean_export_tax_percent(self) -> Decimal:
        return percentage(self.cleaned_data["export_tax_percent"])

    def clean_labour_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["labour_rate"]
        if rate < 0:
            raise ValidationError(_("Enter zero or more."))
        return rate


def percentage(value: Decimal) -> Decimal:
    """Return a percentage of tax.

    Raises:
        ValidationError: it is below nothing or more than all.
    """
    if not 0 <= value <= 100:
        raise ValidationError(_("Enter a percentage from 0 to 100."))
    return value


class TechnicianForm(forms.ModelForm[Technician]):
    """Whose hours are planned."""

    def clean_user(self) -> User | None:
        user: User | None = self.cleaned_data["user"]
        if user is not None and not user.is_house:
            raise ValidationError(_("A customer's login is no technician's."))
        return user


@admin.register(Site)
class SiteAdmin(MovesPlans[Site]):
    """One workshop with its hours, currency and tax."""

    form = SiteForm
    inlines = [BayInline]
    list_display = ["name", "code", "country", "time_zone", "currency", "tax_percent"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(BayKind)
class BayKindAdmin(HouseAdmin[BayKind]):
    """A kind of place or large equipment."""

    list_display = ["name", "code"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Bay)
class BayAdmin(MovesPlans[Bay]):
    """One place that holds one car at a time."""

    list_display = ["name", "code", "kind", "site", "is_active"]
    list_filter = ["site", "kind", "is_active"]
    list_select_related = ["site", "kind"]
    ordering = ["site", "code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Skill)
class SkillAdmin(HouseAdmin[Skill]):
    """One thing a technician can do."""

    list_display = ["name", "code"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Technician)
class TechnicianAdmin(MovesPlans[Technician]):
    """Whose hours are planned, and what they can do."""

    autocomplete_fields = ["user"]
    form = TechnicianForm
    filter_horizontal = ["skills"]
    inlines = [HoursInline, AbsenceInline]
    list_display = ["name", "code", "site", "is_active"]
    list_filter = ["site", "is_active", "skills"]
    list_select_related = ["site"]
    ordering = ["name_kana", "name", "pk"]
    search_fields = ["name", "code", "name_kana"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(ByWeekday, MovesPlans[WorkingHours]):
    """One window of one weekday, of a site or of one technician."""

    list_display = ["site", "technician", "weekday", "opens", "closes"]
    list_filter = ["site", ("weekday", named_values(weekday_name))]
    list_select_related = ["site", "technician"]
    ordering = ["site", "technician", "weekday", "opens"]


@admin.register(Absence)
class AbsenceAdmin(MovesPlans[Absence]):
    """When a technician is away although the hours say otherwise."""

    autocomplete_fields = ["technician"]
    list_display = ["technician", "period", "reason"]
    read_as = {"period": lambda row: span(row.period)}
    list_select_related = ["technician"]
    ordering = ["-period", "pk"]
    search_fields = ["technician__name"]


@admin.register(Holiday)
class HolidayAdmin(MovesPlans[Holiday]):
    """A day on which nobody of a country is planned."""

    date_hierarchy = "day"
    list_display = ["day", "name", "country"]
    list_filter = ["country"]
    ordering = ["-day", "country"]
    search_fields = ["name_en", "name_ja"]


@admin.register(ExtraDay)
class ExtraDayAdmin(LedgerAdmin[ExtraDay]):
    """Hours of one date beside the week's; entered and withdrawn on the board."""

    date_hierarchy = "day"
    list_display = [
        "day", "opens", "closes", "technician", "reason", "entered_by", "withdrawn_at",
    ]  # fmt: skip
    list_filter = ["site", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["site", "technician", "entered_by"]
    ordering = ["-day", "opens", "pk"]
    search_fields = ["reason", "technician__name"]

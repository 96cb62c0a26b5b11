"""Sites, bays, people's hours: what the plan reads."""

from django.contrib import admin

from workshop.models import (
    Absence,
    Bay,
    BayKind,
    Holiday,
    Site,
    Skill,
    Technician,
    WorkingHours,
)


class BayInline(admin.TabularInline[Bay, Site]):
    """The bays of a site."""

    model = Bay
    extra = 0


class AbsenceInline(admin.TabularInline[Absence, Technician]):
    """When a technician is away."""

    model = Absence
    extra = 0


class HoursInline(admin.TabularInline[WorkingHours, Technician]):
    """A technician's own hours; they replace the site's."""

    model = WorkingHours
    extra = 0


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    """One workshop with its hours, currency and tax."""

    inlines = [BayInline]
    list_display = ["code", "name", "country", "time_zone", "currency", "tax_percent"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(BayKind)
class BayKindAdmin(admin.ModelAdmin[BayKind]):
    """A kind of place or large equipment."""

    list_display = ["code", "name"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Bay)
class BayAdmin(admin.ModelAdmin[Bay]):
    """One place that holds one car at a time."""

    list_display = ["code", "name", "kind", "site", "is_active"]
    list_filter = ["site", "kind", "is_active"]
    list_select_related = ["site", "kind"]
    ordering = ["site", "code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin[Skill]):
    """One thing a technician can do."""

    list_display = ["code", "name"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


@admin.register(Technician)
class TechnicianAdmin(admin.ModelAdmin[Technician]):
    """Whose hours are planned, and what they can do."""

    autocomplete_fields = ["user"]
    filter_horizontal = ["skills"]
    inlines = [HoursInline, AbsenceInline]
    list_display = ["code", "name", "site", "is_active"]
    list_filter = ["site", "is_active", "skills"]
    list_select_related = ["site"]
    ordering = ["name_kana", "name", "pk"]
    search_fields = ["code", "name", "name_kana"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin[WorkingHours]):
    """One window of one weekday, of a site or of one technician."""

    list_display = ["site", "technician", "weekday", "opens", "closes"]
    list_filter = ["site", "weekday"]
    list_select_related = ["site", "technician"]
    ordering = ["site", "technician", "weekday", "opens"]


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin[Absence]):
    """When a technician is away although the hours say otherwise."""

    autocomplete_fields = ["technician"]
    list_display = ["technician", "period", "reason"]
    list_select_related = ["technician"]
    ordering = ["-period", "pk"]
    search_fields = ["technician__name"]


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin[Holiday]):
    """A day on which nobody of a country is planned."""

    date_hierarchy = "day"
    list_display = ["day", "name", "country"]
    list_filter = ["country"]
    ordering = ["-day", "country"]
    search_fields = ["name_en", "name_ja"]

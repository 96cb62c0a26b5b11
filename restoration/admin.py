"""Windows on cars, agreements, work and plans: read here, changed by commands."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import LedgerAdmin
from restoration import queries
from restoration.models import (
    Approval,
    Assignment,
    DossierEntry,
    Estimate,
    EstimateLine,
    Finding,
    JobCard,
    JobCardPart,
    Operation,
    Ownership,
    PlanRun,
    Project,
    ProjectMilestone,
    RemovedPart,
    Template,
    TemplateOperation,
    TimeEntry,
    Vehicle,
)


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # any parent
    """Rows shown with their parent."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class OwnershipInline(ReadOnlyInline):
    model = Ownership


@admin.register(Vehicle)
class VehicleAdmin(LedgerAdmin[Vehicle]):
    """Cars, found by any spelling of the frame number's beginning."""

    inlines = [OwnershipInline]
    list_display = ["frame_number", "variant", "colour", "model_code", "built_month"]
    list_filter = ["prefix", "variant__generation"]
    list_select_related = ["variant", "colour"]
    ordering = ["frame_number", "pk"]
    search_fields = ["frame_number", "engine_number", "model_code"]


class MilestoneInline(ReadOnlyInline):
    model = ProjectMilestone
    fields = ["milestone", "net", "currency", "card", "invoice"]


@admin.register(Project)
class ProjectAdmin(LedgerAdmin[Project]):
    """Projects with what is to be paid when."""

    date_hierarchy = "opened_at"
    inlines = [MilestoneInline]
    list_display = ["number", "vehicle", "customer", "state", "wished_on", "opened_at"]
    list_filter = ["state", "site", "template"]
    list_select_related = ["vehicle", "customer"]
    ordering = ["-opened_at", "-pk"]
    search_fields = ["number", "vehicle__frame_number", "customer__name", "title_en"]


class LineInline(ReadOnlyInline):
    model = EstimateLine
    fields = [
        "position", "kind", "text_en", "quantity", "amount_low", "amount_likely",
        "amount_high", "is_price_known", "decision",
    ]  # fmt: skip
    ordering = ["position"]


@admin.register(Estimate)
class EstimateAdmin(LedgerAdmin[Estimate]):
    """Versions of estimates with their lines."""

    inlines = [LineInline]
    list_display = ["project", "version", "state", "sent_at", "valid_until"]
    list_filter = ["state", "template"]
    list_select_related = ["project"]
    ordering = ["-pk"]
    search_fields = ["project__number"]


@admin.register(Approval)
class ApprovalAdmin(LedgerAdmin[Approval]):
    """Signatures."""

    date_hierarchy = "signed_at"
    list_display = [
        "estimate", "signed_name", "accepted_lines", "declined_lines", "amount_likely",
        "currency", "signed_at",
    ]  # fmt: skip
    list_select_related = ["estimate"]
    ordering = ["-signed_at", "-pk"]


class CardPartInline(ReadOnlyInline):
    model = JobCardPart
    fields = ["part", "required_part", "quantity", "demand"]


class TimeInline(ReadOnlyInline):
    model = TimeEntry


@admin.register(JobCard)
class JobCardAdmin(LedgerAdmin[JobCard]):
    """Job cards with parts and clocked time."""

    inlines = [CardPartInline, TimeInline]
    list_display = [
        "project", "number", "title", "state", "minutes", "bay_kind", "started_at",
        "finished_at",
    ]  # fmt: skip
    list_filter = ["state", "bay_kind", "is_outside", "operation__phase"]
    list_select_related = ["project", "bay_kind"]
    ordering = ["-project", "number"]
    search_fields = ["project__number", "title_en", "title_ja"]


@admin.register(PlanRun)
class PlanRunAdmin(LedgerAdmin[PlanRun]):
    """Runs of the planner: what each cost, how far from the bound, why it failed."""

    date_hierarchy = "requested_at"
    list_display = [
        "requested_at", "site", "state", "is_in_force", "cost", "lower_bound", "error",
    ]  # fmt: skip
    list_filter = ["state", "is_in_force", "site"]
    list_select_related = ["site"]
    ordering = ["-requested_at", "-pk"]


@admin.register(Assignment)
class AssignmentAdmin(LedgerAdmin[Assignment]):
    """When cards are to be worked on, and why not sooner."""

    list_display = ["card", "starts_at", "ends_at", "why", "is_fixed"]
    list_filter = ["run__is_in_force", "is_fixed"]
    list_select_related = ["card"]
    ordering = ["-run", "starts_at", "pk"]
    search_fields = ["card__project__number", "card__title_en"]
    show_full_result_count = False

    @admin.display(description=_("why not sooner"))
    def why(self, row: Assignment) -> str:
        return queries.reason_sentence(row.reason)


@admin.register(Finding)
class FindingAdmin(LedgerAdmin[Finding]):
    """What was found in the work."""

    list_display = ["project", "severity", "state", "text", "raised_at"]
    list_filter = ["severity", "state"]
    list_select_related = ["project"]
    ordering = ["-raised_at", "-pk"]


@admin.register(RemovedPart)
class RemovedPartAdmin(LedgerAdmin[RemovedPart]):
    """Originals: tag, place, verdict, fate."""

    list_display = ["tag", "project", "text_en", "bin", "verdict", "fate"]
    list_filter = ["fate", "verdict"]
    list_select_related = ["project", "bin"]
    ordering = ["-removed_at", "-pk"]
    search_fields = ["tag", "text_en", "text_ja", "project__number"]


@admin.register(DossierEntry)
class DossierEntryAdmin(LedgerAdmin[DossierEntry]):
    """Sealed lines of cars' stories."""

    list_display = ["project", "sequence", "kind", "entered_at"]
    list_filter = ["kind"]
    list_select_related = ["project"]
    ordering = ["-project", "sequence"]
    search_fields = ["project__number"]


@admin.register(Operation)
class OperationAdmin(LedgerAdmin[Operation]):
    """The house's craft, from the seeds; hours are estimates unless they say not."""

    list_display = [
        "code", "name_en", "name_ja", "phase", "minutes_likely", "hours_basis",
        "bay_kind", "is_outside",
    ]  # fmt: skip
    list_filter = ["phase", "bay_kind", "is_outside"]
    list_select_related = ["phase", "bay_kind"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]


class TemplateLineInline(ReadOnlyInline):
    model = TemplateOperation


@admin.register(Template)
class TemplateAdmin(LedgerAdmin[Template]):
    """What estimates start from."""

    inlines = [TemplateLineInline]
    list_display = ["code", "name_en", "name_ja", "engine_menu"]
    list_select_related = ["engine_menu"]
    ordering = ["code"]

"""Windows on cars, agreements, work and plans: read here, changed by commands."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import LedgerAdmin, ReadInline, named_values
from common.formats import instant_text, minutes_text
from common.reading import Reader, coded, quoted, title
from parts.admin.labels import print_labels
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
from restoration.names import dossier_kind, option_name
from workshop.admin.families import generation_name

# How far a fact may be trusted, and its source's own words.
TRUST: dict[str, Reader] = {
    "confidence": lambda row: sentences.read(row.confidence),
    "source": lambda row: quoted(row.source),
}


@title(Estimate)
def estimate_title(row: Estimate) -> str:
    return gettext("%(project)s, version %(version)s") % {
        "project": row.project.number,
        "version": row.version,
    }


@title(EstimateLine)
def line_title(row: EstimateLine) -> str:
    return row.text


@title(Approval)
def approval_title(row: Approval) -> str:
    return f"{estimate_title(row.estimate)} · {row.signed_name}"


@title(JobCard)
def card_title(row: JobCard) -> str:
    return f"{row.project.number} / {row.number} · {row.title}"


@title(PlanRun)
def run_title(row: PlanRun) -> str:
    return f"{row.site.name} · {instant_text(row.requested_at)}"


@title(Assignment)
def assignment_title(row: Assignment) -> str:
    return f"{card_title(row.card)} · {instant_text(row.starts_at)}"


@title(DossierEntry)
def entry_title(row: DossierEntry) -> str:
    return f"{row.project.number} · {dossier_kind(row.kind)}"


class OwnershipInline(ReadInline[Ownership]):
    model = Ownership


@admin.register(Vehicle)
class VehicleAdmin(LedgerAdmin[Vehicle]):
    """Cars, found by any spelling of the frame number's beginning."""

    inlines = [OwnershipInline]
    list_display = ["frame_number", "variant", "colour", "model_code", "built_month"]
    list_filter = [
        "prefix", ("variant__generation", named_values(generation_name)),
    ]  # fmt: skip
    list_select_related = ["variant", "colour"]
    ordering = ["frame_number", "pk"]
    readonly_fields = ["fits"]
    search_fields = ["frame_number", "engine_number", "model_code"]

    @admin.display(description=_("parts that fit"))
    def fits(self, car: Vehicle) -> SafeString:
        asked = {
            "frame": car.frame_number,
            "variant": car.variant_id or "",
            "month": car.built_month.isoformat() if car.built_month else "",
        }
        url = f"{reverse('admin:parts_part_fits')}?{urlencode(asked)}"
        return format_html('<a href="{}">{}</a>', url, gettext("What fits this car"))


class MilestoneInline(ReadInline[ProjectMilestone]):
    model = ProjectMilestone
    fields = ["milestone", "net", "card", "invoice"]


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


class LineInline(ReadInline[EstimateLine]):
    model = EstimateLine
    fields = [
        "position", "kind", "text", "quantity", "amount_low", "amount_likely",
        "amount_high", "is_price_known", "decision",
    ]  # fmt: skip
    readonly_fields = ["text"]
    ordering = ["position"]

    @admin.display(description=_("text"))
    def text(self, row: EstimateLine) -> str:
        return row.text


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
        "signed_at",
    ]  # fmt: skip
    list_select_related = ["estimate__project"]
    ordering = ["-signed_at", "-pk"]


class CardPartInline(ReadInline[JobCardPart]):
    model = JobCardPart
    fields = ["part", "required_part", "quantity", "demand"]


class TimeInline(ReadInline[TimeEntry]):
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
    read_as = {"minutes": lambda row: minutes_text(row.minutes)}
    list_select_related = ["project", "bay_kind"]
    ordering = ["-project", "number"]
    search_fields = ["project__number", "title_en", "title_ja"]

    @admin.display(description=_("title"), ordering="title_en")
    def title(self, row: JobCard) -> str:
        return row.title


@admin.register(PlanRun)
class PlanRunAdmin(LedgerAdmin[PlanRun]):
    """Runs of the planner: what each cost, how far from the bound, why it failed."""

    date_hierarchy = "requested_at"
    exclude = ["causes", "input_hash", "progress"]
    list_display = [
        "requested_at", "site", "kind", "state", "is_in_force", "cost", "lower_bound",
        "change_count", "error",
    ]  # fmt: skip
    list_filter = ["state", "kind", "is_in_force", "site"]
    list_select_related = ["site"]
    ordering = ["-requested_at", "-pk"]


@admin.register(Assignment)
class AssignmentAdmin(LedgerAdmin[Assignment]):
    """When cards are to be worked on, and why not sooner."""

    exclude = ["reason"]
    readonly_fields = ["why"]
    list_display = ["card", "starts_at", "ends_at", "why", "is_fixed"]
    list_filter = ["run__is_in_force", "is_fixed"]
    list_select_related = ["card__project"]
    ordering = ["-run", "starts_at", "pk"]
    search_fields = ["card__project__number", "card__title_en"]
    show_full_result_count = False

    @admin.display(description=_("why not sooner"))
    def why(self, row: Assignment) -> str:
        return queries.start_reason(row.card, row.reason)


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

    actions = [print_labels("o")]
    list_display = ["tag", "project", "text", "bin", "verdict", "fate"]
    list_filter = ["fate", "verdict"]
    list_select_related = ["project", "bin"]
    ordering = ["-removed_at", "-pk"]
    search_fields = ["tag", "text_en", "text_ja", "project__number"]

    @admin.display(description=_("text"), ordering="text_en")
    def text(self, row: RemovedPart) -> str:
        is_japanese = (get_language() or "en").startswith("ja")
        return (is_japanese and row.text_ja) or row.text_en


@admin.register(DossierEntry)
class DossierEntryAdmin(LedgerAdmin[DossierEntry]):
    """Sealed lines of cars' stories."""

    list_display = ["project", "sequence", "kind", "entered_at"]
    list_filter = [("kind", named_values(dossier_kind))]
    read_as = {"kind": lambda row: coded(dossier_kind(row.kind), row.kind)}
    list_select_related = ["project"]
    ordering = ["-project", "sequence"]
    search_fields = ["project__number"]


@admin.register(Operation)
class OperationAdmin(LedgerAdmin[Operation]):
    """The house's craft, from the seeds; hours are estimates unless they say not."""

    list_display = [
        "name", "code", "phase", "minutes_likely", "hours_basis", "bay_kind",
        "is_outside",
    ]  # fmt: skip
    read_as = {
        **TRUST,
        "equipment": lambda row: sentences.read(row.equipment),
        "hours_basis": lambda row: sentences.read(row.hours_basis),
        "minutes_high": lambda row: minutes_text(row.minutes_high),
        "minutes_likely": lambda row: minutes_text(row.minutes_likely),
        "minutes_low": lambda row: minutes_text(row.minutes_low),
        "option": lambda row: option_name(row.option),
    }
    list_filter = ["phase", "bay_kind", "is_outside"]
    list_select_related = ["phase", "bay_kind"]
    ordering = ["code"]
    readonly_fields = ["learnt"]
    search_fields = ["code", "name_en", "name_ja"]

    @admin.display(description=_("hours learnt"))
    def learnt(self, row: Operation) -> str:
        taught = queries.taught_operations([row], at=timezone.now()).get(row.pk)
        return queries.history_words(taught, row.minutes_likely) or gettext(
            "too few finished cards"
        )


class TemplateLineInline(ReadInline[TemplateOperation]):
    model = TemplateOperation
    verbose_name = _("operation")
    verbose_name_plural = _("operations")


@admin.register(Template)
class TemplateAdmin(LedgerAdmin[Template]):
    """What estimates start from."""

    inlines = [TemplateLineInline]
    list_display = ["name", "code", "engine_menu"]
    read_as = {
        "confidence": TRUST["confidence"],
        "source": lambda row: sentences.read(row.source),
    }
    list_select_related = ["engine_menu"]
    ordering = ["code"]

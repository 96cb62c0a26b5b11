"""What is agreed for one car: project, estimate, approval, change order."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models import Part
from restoration.models.catalogue import EngineMenu, Milestone, Operation, Template
from restoration.models.vehicles import Vehicle
from workshop.models import (
    HOUSE_ROLES,
    Customer,
    Invoice,
    Role,
    Site,
    Viewer,
    role_of,
)


class ProjectQuerySet(ScopedQuerySet["Project"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in HOUSE_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(customer__user_id=user.pk)
        return self.none()

    def in_the_house(self) -> Self:
        """Projects whose work the plan has to place."""
        return self.filter(state=Project.State.IN_WORK)

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Project(models.Model):
    """One agreed piece of work on one car for one customer."""

    class State(models.TextChoices):
        ENQUIRY = "ENQUIRY", _("Enquiry")
        ESTIMATING = "ESTIMATING", _("Estimate being made")
        AWAITING_APPROVAL = "AWAITING_APPROVAL", _("Waiting for approval")
        IN_WORK = "IN_WORK", _("In work")
        READY = "READY", _("Ready for hand-over")
        HANDED_OVER = "HANDED_OVER", _("Handed over")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="projects")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="projects")
    site = models.ForeignKey(Site, models.PROTECT, related_name="projects")
    template = models.ForeignKey(
        Template, models.PROTECT, null=True, blank=True, related_name="projects"
    )
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_ja = models.CharField(_("title (Japanese)"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=State, default=State.ENQUIRY
    )
    currency = models.CharField(_("currency"), max_length=3)
    # Weight of a day's delay in the plan; a hand-picked car may weigh more.
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    wished_on = models.DateField(_("wished for"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    arrived_at = models.DateTimeField(_("car arrived at"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="HANDED_OVER") | Q(handed_over_at__isnull=False),
                name="restoration_project_handed_over_has_time",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1), name="restoration_project_weighs"
            ),
        ]
        indexes = [
            # Serves the board: open projects by state.
            models.Index("state", "number", name="restoration_project_board"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        if (get_language() or "en").startswith("ja") and self.title_ja:
            return self.title_ja
        return self.title_en

    @property
    def subject_key(self) -> str:
        """The key by which promises, demands and audit rows name this project."""
        return f"project:{self.pk}"


class ProjectEvent(models.Model):
    """One step in a project's life, as the customer reads it. Never edited."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    is_for_customer = models.BooleanField(default=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Serves the timeline of one project, newest first.
            models.Index(
                "project", F("happened_at").desc(), name="restoration_event_timeline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.kind}"


class EstimateQuerySet(ScopedQuerySet["Estimate"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in HOUSE_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(project__customer__user_id=user.pk).exclude(
                state=Estimate.State.DRAFT
            )
        return self.none()


class Estimate(models.Model):
    """One version of what the work may cost. Immutable once sent."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Sent")
        APPROVED = "APPROVED", _("Approved")
        DECLINED = "DECLINED", _("Declined")
        REPLACED = "REPLACED", _("Replaced by a newer version")

    project = models.ForeignKey(Project, models.PROTECT, related_name="estimates")
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    currency = models.CharField(_("currency"), max_length=3)
    tax_percent = models.DecimalField(_("tax, %"), max_digits=5, decimal_places=2)
    template = models.ForeignKey(
        Template, models.PROTECT, null=True, blank=True, related_name="estimates"
    )
    engine_menu = models.ForeignKey(
        EngineMenu, models.PROTECT, null=True, blank=True, related_name="estimates"
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # Hash of what was sent: an approval names it, so nobody signs a changed page.
    content_hash = models.CharField(max_length=64, blank=True)

    objects = EstimateQuerySet.as_manager()

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints = [
            models.UniqueConstraint(
                "project", "version", name="restoration_estimate_version"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT")
                | Q(sent_at__isnull=False) & ~Q(content_hash=""),
                name="restoration_estimate_sent_is_sealed",
            ),
            models.UniqueConstraint(
                "project",
                condition=Q(state__in=["DRAFT", "SENT"]),
                name="restoration_estimate_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} v{self.version}"


class EstimateLine(models.Model):
    """One line that the customer accepts or declines."""

    class Kind(models.TextChoices):
        LABOUR = "LABOUR", _("Work")
        PART = "PART", _("Part")
        OUTSIDE = "OUTSIDE", _("Outside work")

    class Decision(models.TextChoices):
        PENDING = "PENDING", _("Not decided")
        ACCEPTED = "ACCEPTED", _("Accepted")
        DECLINED = "DECLINED", _("Declined")

    estimate = models.ForeignKey(Estimate, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, blank=True, related_name="estimate_lines"
    )
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="estimate_lines"
    )
    text_en = models.CharField(_("text (English)"), max_length=200)
    text_ja = models.CharField(_("text (Japanese)"), max_length=200, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=3, default=1
    )
    minutes_low = models.PositiveIntegerField(_("at least, minutes"), default=0)
    minutes_likely = models.PositiveIntegerField(_("likely, minutes"), default=0)
    minutes_high = models.PositiveIntegerField(_("at most, minutes"), default=0)
    amount_low = models.DecimalField(_("at least"), max_digits=14, decimal_places=2)
    amount_likely = models.DecimalField(_("likely"), max_digits=14, decimal_places=2)
    amount_high = models.DecimalField(_("at most"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    is_price_known = models.BooleanField(_("priced"), default=True)
    # An option counts only when accepted; it is declined when nobody decides.
    is_option = models.BooleanField(_("offered as an option"), default=False)
    # Wanted only if the old piece is refused: widens the range, makes no demand.
    is_contingent = models.BooleanField(_("only if needed"), default=False)
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.PENDING
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("estimate line")
        verbose_name_plural = _("estimate lines")
        constraints = [
            *money_constraints("restoration_estline", "amount_low", "currency"),
            *money_constraints("restoration_estline", "amount_likely", "currency"),
            *money_constraints("restoration_estline", "amount_high", "currency"),
            models.UniqueConstraint(
                "estimate", "position", name="restoration_estline_position"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_low__gte=0,
                    amount_low__lte=F("amount_likely"),
                    amount_likely__lte=F("amount_high"),
                    minutes_low__lte=F("minutes_likely"),
                    minutes_likely__lte=F("minutes_high"),
                    quantity__gt=0,
                ),
                name="restoration_estline_range_in_order",
            ),
            models.CheckConstraint(
                condition=Q(decision="PENDING", decided_at__isnull=True)
                | ~Q(decision="PENDING") & Q(decided_at__isnull=False),
                name="restoration_estline_decision_has_time",
            ),
            models.CheckConstraint(
                condition=Q(kind="PART", part__isnull=False)
                | Q(kind__in=["LABOUR", "OUTSIDE"], part__isnull=True),
                name="restoration_estline_part_named",
            ),
        ]

    def __str__(self) -> str:
        return self.text_en

    @property
    def text(self) -> str:
        if (get_language() or "en").startswith("ja") and self.text_ja:
            return self.text_ja
        return self.text_en


class Approval(models.Model):
    """A customer's signature under one version of an estimate. Never edited."""

    estimate = models.OneToOneField(Estimate, models.PROTECT, related_name="approval")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signed_name = models.CharField(_("signed as"), max_length=120)
    content_hash = models.CharField(max_length=64)
    accepted_lines = models.PositiveSmallIntegerField(_("accepted lines"))
    declined_lines = models.PositiveSmallIntegerField(_("declined lines"))
    amount_likely = models.DecimalField(
        _("approved, likely"), max_digits=14, decimal_places=2
    )
    currency = models.CharField(_("currency"), max_length=3)
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            *money_constraints("restoration_approval", "amount_likely", "currency"),
        ]

    def __str__(self) -> str:
        return f"{self.estimate_id}: {self.signed_name}"


class ChangeOrder(models.Model):
    """A priced change to agreed work, for the customer to approve."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Sent")
        APPROVED = "APPROVED", _("Approved")
        DECLINED = "DECLINED", _("Declined")

    project = models.ForeignKey(Project, models.PROTECT, related_name="change_orders")
    number = models.PositiveSmallIntegerField(_("number"))
    finding = models.ForeignKey(
        "restoration.Finding",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change_orders",
    )
    text_en = models.TextField(_("text (English)"))
    text_ja = models.TextField(_("text (Japanese)"), blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    moves_days = models.IntegerField(_("moves the date by, days"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change order")
        verbose_name_plural = _("change orders")
        constraints = [
            *money_constraints("restoration_change", "amount", "currency"),
            models.UniqueConstraint(
                "project", "number", name="restoration_change_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number}"


class ProjectMilestone(models.Model):
    """A share of the approved price of one project, and its invoice once it is due."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones")
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="+")
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    # Whose end makes it due.
    card = models.ForeignKey(
        "restoration.JobCard",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="milestones",
    )
    invoice = models.OneToOneField(
        Invoice, models.PROTECT, null=True, blank=True, related_name="milestone"
    )

    class Meta:
        verbose_name = _("milestone of a project")
        verbose_name_plural = _("milestones of projects")
        constraints = [
            *money_constraints("restoration_milestone", "net", "currency"),
            models.UniqueConstraint(
                "project", "milestone", name="restoration_projectmilestone_once"
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0), name="restoration_projectmilestone_net"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.milestone_id}"

"""The house's craft: operations, what precedes what, templates, inspection items."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parts.models import Part
from workshop.models import BayKind, BilingualName, Provenance, Skill, Variant


class Phase(BilingualName):
    """One stretch of a restoration, from enquiry to hand-over."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    sequence = models.PositiveSmallIntegerField(_("order"), unique=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")


class OperationQuerySet(models.QuerySet["Operation"]):
    def in_order(self) -> Self:
        return self.order_by("phase__sequence", "code", "pk")


class Operation(BilingualName, Provenance):
    """One kind of work with its hours. The hours' basis stands apart from its own."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="operations")
    minutes_low = models.PositiveIntegerField(_("at least, minutes"))
    minutes_likely = models.PositiveIntegerField(_("likely, minutes"))
    minutes_high = models.PositiveIntegerField(_("at most, minutes"))
    hours_basis = models.CharField(_("basis of the hours"), max_length=120, blank=True)
    bay_kind = models.ForeignKey(
        BayKind, models.PROTECT, null=True, blank=True, related_name="operations"
    )
    skills = models.ManyToManyField(Skill, through="OperationSkill")
    equipment = models.CharField(_("equipment"), max_length=200, blank=True)
    is_unbroken = models.BooleanField(_("in one unbroken stretch"), default=False)
    is_outside = models.BooleanField(_("done outside"), default=False)
    outside_days = models.PositiveSmallIntegerField(_("days outside"), default=0)
    option = models.CharField(_("option"), max_length=60, blank=True)
    is_reference_only = models.BooleanField(_("for scale only"), default=False)
    # Warranty checks and export papers: planned, but no part of the promised date.
    is_after_hand_over = models.BooleanField(_("after the hand-over"), default=False)

    objects = OperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    minutes_low__gt=0,
                    minutes_low__lte=F("minutes_likely"),
                    minutes_likely__lte=F("minutes_high"),
                ),
                name="restoration_operation_hours_in_order",
            ),
        ]


class OperationSkill(models.Model):
    """How many people of one skill an operation takes at once."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="needs")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="needed_by")
    people = models.PositiveSmallIntegerField(_("people"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint("operation", "skill", name="restoration_need_once"),
            models.CheckConstraint(
                condition=Q(people__gte=1), name="restoration_need_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.people} × {self.skill_id}"


class OperationLink(Provenance):
    """One operation waits for another, at least and at most so long."""

    before = models.ForeignKey(Operation, models.CASCADE, related_name="followers")
    after = models.ForeignKey(Operation, models.CASCADE, related_name="waits_for")
    min_lag_minutes = models.PositiveIntegerField(_("at least, minutes"), default=0)
    max_lag_minutes = models.PositiveIntegerField(
        _("at most, minutes"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("order of operations")
        verbose_name_plural = _("order of operations")
        constraints = [
            models.UniqueConstraint("before", "after", name="restoration_link_once"),
            models.CheckConstraint(
                condition=~Q(before=F("after")), name="restoration_link_not_itself"
            ),
            models.CheckConstraint(
                condition=Q(max_lag_minutes__isnull=True)
                | Q(max_lag_minutes__gte=F("min_lag_minutes")),
                name="restoration_link_lags_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class OperationPart(Provenance):
    """A part that an operation usually takes."""

    class Need(models.TextChoices):
        ALWAYS = "ALWAYS", _("Always")
        IF_REJECTED = "IF_REJECTED", _("If the old one is refused")

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="parts")
    part = models.ForeignKey(Part, models.PROTECT, related_name="used_by")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    generation = models.CharField(_("only for generation"), max_length=16, blank=True)
    variant = models.ForeignKey(
        Variant, models.PROTECT, null=True, blank=True, related_name="+"
    )
    template_code = models.CharField(_("only in template"), max_length=40, blank=True)
    need = models.CharField(
        _("wanted"), max_length=12, choices=Need, default=Need.ALWAYS
    )

    class Meta:
        verbose_name = _("part of an operation")
        verbose_name_plural = _("parts of operations")
        constraints = [
            models.UniqueConstraint(
                "operation",
                "part",
                "generation",
                "variant",
                "template_code",
                name="restoration_operationpart_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="restoration_operationpart_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.quantity} × {self.part_id}"


class EngineMenu(BilingualName, Provenance):
    """One engine specification that a restomod may be built to."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    power = models.CharField(_("power"), max_length=60, blank=True)
    torque = models.CharField(_("torque"), max_length=60, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("engine menu")
        verbose_name_plural = _("engine menus")


class EngineMenuLine(Provenance):
    """What a menu adds: an operation, or a part that an operation then takes."""

    menu = models.ForeignKey(EngineMenu, models.CASCADE, related_name="lines")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="menu_lines")
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="menu_lines"
    )
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=3, default=1
    )

    class Meta:
        verbose_name = _("line of an engine menu")
        verbose_name_plural = _("lines of engine menus")
        constraints = [
            models.UniqueConstraint(
                "menu",
                "operation",
                "part",
                name="restoration_menuline_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="restoration_menuline_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menu_id}: {self.operation_id}"


class Template(BilingualName, Provenance):
    """A named selection of operations that an estimate starts from."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    engine_menu = models.ForeignKey(
        EngineMenu, models.PROTECT, null=True, blank=True, related_name="templates"
    )

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")


class TemplateOperation(models.Model):
    """One operation of a template."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="lines")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="templates")
    is_optional = models.BooleanField(_("offered as an option"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "template", "operation", name="restoration_templateline_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.operation_id}"


class InspectionItem(BilingualName, Provenance):
    """One thing that is checked or measured, with its limit where one is known."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    area = models.CharField(_("area"), max_length=40)
    # The operation whose card asks for it.
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspection_items",
    )
    # Empty: every car is asked for it.
    generation = models.CharField(_("only for generation"), max_length=16, blank=True)
    measurement = models.CharField(_("measurement"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    limits = models.CharField(_("limits"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("inspection item")
        verbose_name_plural = _("inspection items")
        indexes = [
            # Serves the checklist of one area in order.
            models.Index("area", "code", name="restoration_inspection_area"),
        ]


class Milestone(BilingualName, Provenance):
    """A share of the agreed price and the operation whose end makes it due."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), unique=True)
    percent = models.DecimalField(_("share, %"), max_digits=5, decimal_places=2)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="milestones")

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="restoration_milestone_share",
            ),
        ]

"""The plan: runs of the planner, and who is booked where by the one in force."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.database import IdRange
from common.querysets import ScopedQuerySet
from restoration.models.work import JobCard
from workshop.models import HOUSE_ROLES, Bay, Site, Technician, Viewer, role_of


class PlanRunQuerySet(ScopedQuerySet["PlanRun"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()


class PlanRun(models.Model):
    """One run of the planner over a site: what it was asked, what it answered."""

    class Kind(models.TextChoices):
        USUAL = "USUAL", pgettext_lazy("plan run", "Usual")
        NIGHTLY = "NIGHTLY", pgettext_lazy("plan run", "Nightly, longer")
        # A copy of the shop: it is looked at, and never comes into force itself.
        SCENARIO = "SCENARIO", pgettext_lazy("plan run", "What if")

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    site = models.ForeignKey(Site, models.PROTECT, related_name="plan_runs")
    kind = models.CharField(
        pgettext_lazy("plan run", "kind"),
        max_length=8,
        choices=Kind,
        default=Kind.USUAL,
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.QUEUED
    )
    is_in_force = models.BooleanField(_("in force"), default=False)
    # What asked for it first, and all that joined it while it waited.
    cause = models.JSONField(default=dict)
    causes = models.JSONField(default=list, blank=True)
    # Of the plan in force: since when something has changed under it.
    stale_at = models.DateTimeField(_("out of date since"), null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Weighted tardiness in days of the plan, and a proven floor under it.
    cost = models.DecimalField(
        _("cost, weighted days after promises"),
        max_digits=14,
        decimal_places=3,
        null=True,
        blank=True,
    )
    lower_bound = models.DecimalField(
        _("cannot be below"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    # What the planner was given, told apart from any other: SHA-256 of the problem.
    input_hash = models.CharField(_("input"), max_length=64, blank=True)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    seconds = models.DecimalField(
        _("search time, seconds"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
    )
    iterations = models.PositiveBigIntegerField(
        _("changes tried"), null=True, blank=True
    )
    # How much of the plan before was kept; near is within the next 14 days.
    near = models.PositiveIntegerField(_("near cards"), null=True, blank=True)
    near_kept = models.PositiveIntegerField(
        _("near cards that kept their day"), null=True, blank=True
    )
    known = models.PositiveIntegerField(_("known cards"), null=True, blank=True)
    known_kept = models.PositiveIntegerField(
        _("known cards that kept their start"), null=True, blank=True
    )
    # While it runs: seconds, cost, rule, iterations.
    progress = models.JSONField(default=dict, blank=True)
    # The plan that was in force before it, and how many cards it changes there.
    compared_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="compared_by"
    )
    change_count = models.PositiveIntegerField(
        _("cards changed"), null=True, blank=True
    )
    detail = models.JSONField(default=dict)
    error = models.TextField(_("why it failed"), blank=True)

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan run")
        verbose_name_plural = _("plan runs")
        constraints = [
            models.UniqueConstraint(
                "site",
                condition=Q(is_in_force=True),
                name="restoration_planrun_one_in_force",
            ),
            models.UniqueConstraint(
                "site",
                "kind",
                condition=Q(state="QUEUED") & ~Q(kind="SCENARIO"),
                name="restoration_planrun_one_queued",
            ),
            models.CheckConstraint(
                condition=Q(is_in_force=False) | ~Q(kind="SCENARIO"),
                name="restoration_planrun_scenario_not_in_force",
            ),
            # A plan comes into force with its differences from the one before.
            models.CheckConstraint(
                condition=Q(is_in_force=False) | Q(change_count__isnull=False),
                name="restoration_planrun_in_force_is_compared",
            ),
            models.CheckConstraint(
                condition=Q(is_in_force=False) | Q(state="DONE"),
                name="restoration_planrun_in_force_is_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.requested_at}"


class Assignment(models.Model):
    """When one card is to be worked on by one plan, and why not sooner."""

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="assignments")
    card = models.ForeignKey(JobCard, models.PROTECT, related_name="assignments")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    # Code and parameters of what the start waits for; the faces make the sentence.
    reason = models.JSONField(default=dict)
    # History and work in progress: the plan does not move it.
    is_fixed = models.BooleanField(default=False)
    # Held by a foreman's pin: planned around, and binding.
    is_pinned = models.BooleanField(_("pinned"), default=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                "run", "card", name="restoration_assignment_once_per_run"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="restoration_assignment_starts_first",
            ),
        ]
        indexes = [
            # Serves the board's timeline of the plan in force.
            models.Index("run", "starts_at", name="restoration_assignment_time"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.starts_at}"


class TechnicianBooking(models.Model):
    """A technician's time taken by an assignment of the plan in force."""

    assignment = models.ForeignKey(
        Assignment, models.CASCADE, related_name="technician_bookings"
    )
    technician = models.ForeignKey(Technician, models.PROTECT, related_name="bookings")
    period = DateTimeRangeField()
    # Of the plan in force and movable: only such rows exclude each other.
    is_binding = models.BooleanField(default=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="restoration_technician_not_double_booked",
                expressions=[
                    (IdRange("technician"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_binding=True),
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technician_id}: {self.period}"


class BayBooking(models.Model):
    """A bay's time taken by an assignment of the plan in force."""

    assignment = models.ForeignKey(
        Assignment, models.CASCADE, related_name="bay_bookings"
    )
    bay = models.ForeignKey(Bay, models.PROTECT, related_name="bookings")
    period = DateTimeRangeField()
    is_binding = models.BooleanField(default=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="restoration_bay_not_double_booked",
                expressions=[
                    (IdRange("bay"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_binding=True),
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bay_id}: {self.period}"

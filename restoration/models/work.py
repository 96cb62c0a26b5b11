"""The work itself: job cards, clocked time, parts, checks, findings, originals."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.querysets import ScopedQuerySet
from parts.models import Demand, Part
from restoration.models.catalogue import Operation
from restoration.models.projects import EstimateLine, Project
from workshop.models import HOUSE_ROLES, BayKind, Skill, Technician, Viewer, role_of


class JobCardQuerySet(ScopedQuerySet["JobCard"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def unfinished(self) -> Self:
        return self.exclude(state__in=[JobCard.State.DONE, JobCard.State.CANCELLED])

    def under_way(self) -> Self:
        return self.filter(state__in=[JobCard.State.RUNNING, JobCard.State.PAUSED])


class JobCard(models.Model):
    """One operation on one car, as the technician gets it."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To do")
        RUNNING = "RUNNING", _("Running")
        PAUSED = "PAUSED", _("Paused")
        DONE = "DONE", _("Done")
        CANCELLED = "CANCELLED", _("Cancelled")

    project = models.ForeignKey(Project, models.PROTECT, related_name="job_cards")
    number = models.PositiveSmallIntegerField(_("number"))
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, blank=True, related_name="job_cards"
    )
    estimate_line = models.OneToOneField(
        EstimateLine, models.PROTECT, null=True, blank=True, related_name="job_card"
    )
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_ja = models.CharField(_("title (Japanese)"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    minutes = models.PositiveIntegerField(_("planned, minutes"))
    # What who works on it says is left, and when; the next plan counts on it.
    remaining_minutes = models.PositiveIntegerField(
        _("left by estimate, minutes"), null=True, blank=True
    )
    remaining_at = models.DateTimeField(_("estimated at"), null=True, blank=True)
    bay_kind = models.ForeignKey(
        BayKind, models.PROTECT, null=True, blank=True, related_name="job_cards"
    )
    is_unbroken = models.BooleanField(_("in one unbroken stretch"), default=False)
    is_outside = models.BooleanField(_("done outside"), default=False)
    outside_days = models.PositiveSmallIntegerField(_("days outside"), default=0)
    is_after_hand_over = models.BooleanField(_("after the hand-over"), default=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = JobCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("job card")
        verbose_name_plural = _("job cards")
        constraints = [
            models.UniqueConstraint(
                "project", "number", name="restoration_card_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "CANCELLED"])
                | Q(started_at__isnull=False),
                name="restoration_card_started_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", finished_at__isnull=False)
                | ~Q(state="DONE") & Q(finished_at__isnull=True),
                name="restoration_card_done_has_time",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0), name="restoration_card_has_minutes"
            ),
            models.CheckConstraint(
                condition=Q(remaining_minutes__isnull=True, remaining_at__isnull=True)
                | Q(remaining_minutes__isnull=False, remaining_at__isnull=False),
                name="restoration_card_estimate_has_time",
            ),
        ]
        indexes = [
            # Serves the plan and the floor: unfinished cards of a project.
            models.Index(
                "project",
                "number",
                condition=Q(state__in=["OPEN", "RUNNING", "PAUSED"]),
                name="restoration_card_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.number}"

    @property
    def title(self) -> str:
        if (get_language() or "en").startswith("ja") and self.title_ja:
            return self.title_ja
        return self.title_en


class JobCardNeed(models.Model):
    """How many people of one skill a card takes at once."""

    card = models.ForeignKey(JobCard, models.CASCADE, related_name="needs")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(_("people"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint("card", "skill", name="restoration_cardneed_once"),
            models.CheckConstraint(
                condition=Q(people__gte=1), name="restoration_cardneed_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.people} × {self.skill_id}"


class JobCardLink(models.Model):
    """One card waits for another, at least and at most so long."""

    before = models.ForeignKey(JobCard, models.CASCADE, related_name="followers")
    after = models.ForeignKey(JobCard, models.CASCADE, related_name="waits_for")
    min_lag_minutes = models.PositiveIntegerField(default=0)
    max_lag_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "before", "after", name="restoration_cardlink_once"
            ),
            models.CheckConstraint(
                condition=~Q(before=F("after"))
                & (
                    Q(max_lag_minutes__isnull=True)
                    | Q(max_lag_minutes__gte=F("min_lag_minutes"))
                ),
                name="restoration_cardlink_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class JobCardPart(models.Model):
    """A part that a card takes. What was first required stays after substitution."""

    card = models.ForeignKey(JobCard, models.PROTECT, related_name="parts")
    part = models.ForeignKey(Part, models.PROTECT, related_name="card_parts")
    required_part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    estimate_line = models.OneToOneField(
        EstimateLine, models.PROTECT, null=True, blank=True, related_name="card_part"
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    demand = models.OneToOneField(
        Demand, models.PROTECT, null=True, blank=True, related_name="card_part"
    )

    class Meta:
        verbose_name = _("part of a job card")
        verbose_name_plural = _("parts of job cards")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="restoration_cardpart_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.quantity} × {self.part_id}"


class JobCardEvent(models.Model):
    """One change of a card's state. Never edited."""

    card = models.ForeignKey(JobCard, models.PROTECT, related_name="events")
    command = models.CharField(max_length=20)
    was = models.CharField(max_length=10)
    became = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Serves the history on the card's page.
            models.Index("card", "happened_at", name="restoration_cardevent_history"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.was} → {self.became}"


class TimeEntry(models.Model):
    """One stretch of clocked work of one technician on one card."""

    card = models.ForeignKey(JobCard, models.PROTECT, related_name="time_entries")
    technician = models.ForeignKey(
        Technician, models.PROTECT, related_name="time_entries"
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="restoration_time_ends_after_start",
            ),
            models.UniqueConstraint(
                "technician",
                condition=Q(ended_at__isnull=True),
                name="restoration_time_one_running",
            ),
        ]
        indexes = [
            # Serves the clocked hours of one card.
            models.Index("card", "started_at", name="restoration_time_of_card"),
        ]

    def __str__(self) -> str:
        return f"{self.technician_id}: {self.started_at}"

"""How a plan is argued with: what it changed, what is pinned, what if, who reads it."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.querysets import ScopedQuerySet
from restoration.models.plan import PlanRun
from restoration.models.work import JobCard
from workshop.models import HOUSE_ROLES, Bay, Site, Technician, Viewer, role_of


class PlanChangeQuerySet(ScopedQuerySet["PlanChange"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()


class PlanChange(models.Model):
    """What one run does to one card, against the plan that was in force before."""

    class Kind(models.TextChoices):
        ADDED = "ADDED", pgettext_lazy("plan change", "New")
        MOVED = "MOVED", pgettext_lazy("plan change", "Moved")
        REASSIGNED = "REASSIGNED", pgettext_lazy("plan change", "Other person or bay")
        STARTED = "STARTED", pgettext_lazy("plan change", "Started")
        FINISHED = "FINISHED", pgettext_lazy("plan change", "Finished")
        DROPPED = "DROPPED", pgettext_lazy("plan change", "No longer planned")

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="changes")
    card = models.ForeignKey(JobCard, models.PROTECT, related_name="plan_changes")
    kind = models.CharField(
        pgettext_lazy("plan change", "kind"), max_length=10, choices=Kind
    )
    was_starts_at = models.DateTimeField(_("began at"), null=True, blank=True)
    was_ends_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # Keys of technicians, in order.
    was_technicians = ArrayField(models.BigIntegerField(), default=list, blank=True)
    technicians = ArrayField(models.BigIntegerField(), default=list, blank=True)
    was_bay = models.ForeignKey(
        Bay, models.PROTECT, null=True, blank=True, related_name="+"
    )
    bay = models.ForeignKey(
        Bay, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the plan")
        verbose_name_plural = _("changes of the plan")
        constraints = [
            models.UniqueConstraint(
                "run", "card", name="restoration_planchange_once_per_run"
            ),
            models.CheckConstraint(
                condition=Q(kind="ADDED", was_starts_at__isnull=True)
                | ~Q(kind="ADDED") & Q(was_starts_at__isnull=False),
                name="restoration_planchange_knows_before",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["FINISHED", "DROPPED"], starts_at__isnull=True)
                | ~Q(kind__in=["FINISHED", "DROPPED"]) & Q(starts_at__isnull=False),
                name="restoration_planchange_knows_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.card_id} {self.kind}"

    @property
    def moved_minutes(self) -> int | None:
        """How much later it starts; None where it has no start before or after."""
        if self.starts_at is None or self.was_starts_at is None:
            return None
        return round((self.starts_at - self.was_starts_at).total_seconds() / 60)


class PinQuerySet(ScopedQuerySet["Pin"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def active(self) -> Self:
        return self.filter(released_at__isnull=True)


class Pin(models.Model):
    """A foreman's word on one card: this time, these people, this bay."""

    card = models.ForeignKey(
        JobCard, models.PROTECT, related_name="pins", verbose_name=_("job card")
    )
    # Without a start only the people are held, and the plan chooses the time.
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    technicians = models.ManyToManyField(
        Technician, related_name="pins", verbose_name=_("technicians"), blank=True
    )
    bay = models.ForeignKey(
        Bay,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pins",
        verbose_name=_("bay"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    # What holding it costs all cars together, as was reckoned when it was set.
    price = models.DecimalField(
        _("price, weighted days after promises"),
        max_digits=14,
        decimal_places=3,
        null=True,
        blank=True,
    )
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("pinned by"),
    )
    pinned_at = models.DateTimeField(_("pinned at"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("released by"),
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    objects = PinQuerySet.as_manager()

    class Meta:
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        constraints = [
            models.UniqueConstraint(
                "card",
                condition=Q(released_at__isnull=True),
                name="restoration_pin_one_active",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="restoration_pin_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True, bay=None)
                | Q(starts_at__lt=F("ends_at")),
                name="restoration_pin_bay_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.starts_at or '–'}"


class ScenarioQuerySet(ScopedQuerySet["Scenario"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Scenario(models.Model):
    """What if: the shop with some changes, planned apart and compared."""

    class State(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("scenario", "Being written")
        RUNNING = "RUNNING", pgettext_lazy("scenario", "Being reckoned")
        READY = "READY", pgettext_lazy("scenario", "Ready")
        FAILED = "FAILED", pgettext_lazy("scenario", "No plan")
        PUBLISHED = "PUBLISHED", pgettext_lazy("scenario", "Made real")
        DISCARDED = "DISCARDED", pgettext_lazy("scenario", "Thrown away")

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="scenarios", verbose_name=_("site")
    )
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    # A list of changes; `restoration.queries.scenario_changes` reads and checks them.
    changes = models.JSONField(default=list)
    # The plan it is compared with, and the run that planned it.
    base = models.ForeignKey(
        PlanRun, models.PROTECT, null=True, blank=True, related_name="+"
    )
    run = models.OneToOneField(
        PlanRun, models.PROTECT, null=True, blank=True, related_name="scenario"
    )
    # Dates, money and promises before and after; what publishing leaves to do.
    result = models.JSONField(default=dict, blank=True)
    left_to_do = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["PUBLISHED", "DISCARDED"], closed_at__isnull=False
                )
                | ~Q(state__in=["PUBLISHED", "DISCARDED"]) & Q(closed_at__isnull=True),
                name="restoration_scenario_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["READY", "PUBLISHED"]) | Q(run__isnull=False),
                name="restoration_scenario_ready_has_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id}: {self.name}"


class CalendarFeedQuerySet(ScopedQuerySet["CalendarFeed"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in HOUSE_ROLES else self.none()

    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class CalendarFeed(models.Model):
    """A secret address at which one person's or bay's plan is read as a calendar."""

    technician = models.ForeignKey(
        Technician,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("technician"),
    )
    bay = models.ForeignKey(
        Bay,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("bay"),
    )
    # SHA-256 of the secret: the address is shown once and kept nowhere.
    secret_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("issued by"),
    )
    issued_at = models.DateTimeField(_("issued at"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.CheckConstraint(
                condition=Q(technician__isnull=False, bay__isnull=True)
                | Q(technician__isnull=True, bay__isnull=False),
                name="restoration_feed_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technician_id or '–'}/{self.bay_id or '–'}"

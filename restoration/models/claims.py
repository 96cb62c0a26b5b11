"""Scarce parts: who claims them, who got them, why; what the house reckons by."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models import Demand, Part
from workshop.models import DESK_ROLES, Site, Viewer, role_of

# A day of a car's delay costs so many hours of labour where a site says nothing else:
# a bay that is taken, and money that is bound. An estimate of ours.
HOURS_A_LATE_DAY = 2
# A part that has vanished is made or found used within so many days; ours, too.
USUAL_LOST_DAYS = 120
# After so many days a supplier's word is old: twice a year lists come anew.
USUAL_OLD_DAYS = 180


class ClaimRuleQuerySet(ScopedQuerySet["ClaimRule"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class ClaimRule(models.Model):
    """What one site reckons by where parts are scarce. Without a row: ours."""

    site = models.OneToOneField(
        Site, models.CASCADE, related_name="claim_rule", verbose_name=_("site")
    )
    # In the site's currency; nothing: two hours of labour.
    late_day_rate = models.DecimalField(
        _("a day of delay costs"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    lost_days = models.PositiveSmallIntegerField(
        _("a vanished part is replaced within, days"), default=USUAL_LOST_DAYS
    )
    offer_old_days = models.PositiveSmallIntegerField(
        _("an offer is old after, days"), default=USUAL_OLD_DAYS
    )

    objects = ClaimRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule for scarce parts")
        verbose_name_plural = _("rules for scarce parts")
        constraints = [
            models.CheckConstraint(
                condition=Q(late_day_rate__isnull=True) | Q(late_day_rate__gte=0),
                name="restoration_claimrule_rate_sound",
            ),
            models.CheckConstraint(
                condition=Q(lost_days__gt=0, offer_old_days__gt=0),
                name="restoration_claimrule_days_sound",
            ),
        ]

    def __str__(self) -> str:
        return str(self.site_id)

    @classmethod
    def of(cls, site: Site) -> "ClaimRule":
        """Return the site's rule, or ours where it has none."""
        return cls.objects.filter(site=site).first() or cls(site=site)

    @property
    def day_rate(self) -> Decimal:
        """What a day of delay costs, in the site's currency."""
        if self.late_day_rate is not None:
            return self.late_day_rate
        return self.site.labour_rate * HOURS_A_LATE_DAY


class ArbitrationQuerySet(ScopedQuerySet["Arbitration"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Arbitration(models.Model):
    """Who gets a scarce part first, proposed or decided, and why. Never edited.

    A decision is undone by a newer one of the same part and site.
    """

    class Kind(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed")
        DECIDED = "DECIDED", _("Decided")

    class Ground(models.TextChoices):
        """Why, as the customers who wait are told: no words in which a name slips."""

        PROMISED_EARLIER = "PROMISED_EARLIER", _("it was promised earlier there")
        WORK_STANDS = "WORK_STANDS", _("the work there stands still without it")
        FIXED_DAY = "FIXED_DAY", _("the day there is fixed and cannot move")
        FEWEST_DAYS = "FEWEST_DAYS", _("this way all together lose the fewest days")

    kind = models.CharField(_("state"), max_length=10, choices=Kind)
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="arbitrations", verbose_name=_("part")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="arbitrations", verbose_name=_("site")
    )
    # For the house alone: it may name customers.
    reason = models.CharField(_("reason"), max_length=200)
    ground = models.CharField(
        _("told to who waits"), max_length=16, choices=Ground, blank=True
    )
    # What lay on the shelf and was under way when this was written.
    pieces = models.DecimalField(_("pieces"), max_digits=12, decimal_places=3)
    day_rate = models.DecimalField(
        _("a day of delay costs"), max_digits=14, decimal_places=2
    )
    currency = models.CharField(_("currency"), max_length=3)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    decided_at = models.DateTimeField(_("at"))

    objects = ArbitrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("arbitration")
        verbose_name_plural = _("arbitrations")
        constraints = [
            *money_constraints("restoration_arbitration", "day_rate", "currency"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="restoration_arbitration_has_reason"
            ),
        ]
        indexes = [
            # Serves the part's page: the newest first.
            models.Index(
                "part",
                "site",
                F("decided_at").desc(),
                name="restoration_arbitration_story",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.decided_at}"


class ArbitrationClaim(models.Model):
    """One claimant of a decision: its place, what it gained or lost. Never edited."""

    arbitration = models.ForeignKey(
        Arbitration, models.PROTECT, related_name="claims", verbose_name=_("decision")
    )
    demand = models.ForeignKey(
        Demand, models.PROTECT, related_name="claims", verbose_name=_("wish")
    )
    rank = models.PositiveSmallIntegerField(_("place"))
    was_priority = models.PositiveSmallIntegerField(_("priority before"))
    priority = models.PositiveSmallIntegerField(_("priority"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    was_on = models.DateField(_("was to come on"), null=True)
    now_on = models.DateField(_("comes on"), null=True)
    # By the planner's quick pass; empty where it knew nothing: an order, or no time.
    finish_days = models.SmallIntegerField(_("days later"), null=True)
    # Estimated, in the decision's currency; below zero is a gain.
    cost = models.DecimalField(
        _("estimated cost"), max_digits=14, decimal_places=2, null=True
    )

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                "arbitration", "demand", name="restoration_claim_once"
            ),
            models.UniqueConstraint(
                "arbitration", "rank", name="restoration_claim_one_place"
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1), name="restoration_claim_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.demand_id}"

    @property
    def comes_later(self) -> bool:
        """Whether the decision put the part off for this claimant."""
        if self.was_on is None:
            return False
        return self.now_on is None or self.now_on > self.was_on

"""Stocktakes: what was expected, what was found, who agreed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.querysets import ScopedQuerySet
from parts.models.stock import StockLevel, StockMovement
from workshop.models import DESK_ROLES, Site, Viewer, role_of


class CountQuerySet(ScopedQuerySet["Count"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()

    def under_way(self) -> Self:
        return self.filter(state__in=[Count.State.OPEN, Count.State.COUNTED])


class Count(models.Model):
    """One stocktake of some positions of a site."""

    class Kind(models.TextChoices):
        CYCLE = "CYCLE", _("Cycle count")
        FULL = "FULL", _("Full stocktake")

    class State(models.TextChoices):
        OPEN = "OPEN", _("Being counted")
        COUNTED = "COUNTED", _("Counted, to be approved")
        POSTED = "POSTED", _("Written to stock")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="counts", verbose_name=_("site")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    # The counter does not see what the house believes to have.
    is_blind = models.BooleanField(_("blind"), default=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    reason = models.CharField(_("reason"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # Above this value of differences a second person agrees.
    approval_limit = models.DecimalField(
        _("value needing approval"), max_digits=14, decimal_places=2
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted by"),
    )
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    posted_at = models.DateTimeField(_("written at"), null=True, blank=True)
    # The value of all differences, plus and minus added up as they stand.
    variance_value = models.DecimalField(
        _("value of differences"), max_digits=14, decimal_places=2, null=True
    )

    objects = CountQuerySet.as_manager()

    class Meta:
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="POSTED")
                | Q(posted_at__isnull=False, variance_value__isnull=False),
                name="parts_count_posted_has_time",
            ),
            # Four eyes above the limit.
            models.CheckConstraint(
                condition=~Q(state="POSTED")
                | Q(variance_value__lte=F("approval_limit"))
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("counted_by")),
                name="parts_count_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(variance_value__isnull=True) | Q(variance_value__gte=0),
                name="parts_count_variance_is_absolute",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CountLine(models.Model):
    """One position of a stocktake.

    The difference is what was found less what the ledger said at its last line before
    the finding (``counted_sequence``): movements before and after do not spoil it.
    """

    count = models.ForeignKey(
        Count, models.CASCADE, related_name="lines", verbose_name=_("stocktake")
    )
    level = models.ForeignKey(
        StockLevel,
        models.PROTECT,
        related_name="count_lines",
        verbose_name=_("position"),
    )
    counted = models.DecimalField(
        _("counted"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    expected = models.DecimalField(
        _("expected"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    # Of parts kept by serial number: the units that were found, and those expected.
    serials = models.JSONField(_("serial numbers"), null=True, blank=True)
    counted_sequence = models.BigIntegerField(_("after line"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted by"),
    )
    movement = models.OneToOneField(
        StockMovement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="count_line",
        verbose_name=_("line"),
    )

    class Meta:
        verbose_name = _("line of a stocktake")
        verbose_name_plural = _("lines of stocktakes")
        constraints = [
            models.UniqueConstraint("count", "level", name="parts_countline_once"),
            models.CheckConstraint(
                condition=Q(
                    counted__isnull=True,
                    expected__isnull=True,
                    counted_sequence__isnull=True,
                    counted_at__isnull=True,
                )
                | Q(
                    counted__gte=0,
                    expected__isnull=False,
                    counted_sequence__isnull=False,
                    counted_at__isnull=False,
                ),
                name="parts_countline_counted_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.level_id}"

"""Freight, duty and the like, and what each receipt bears of them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.stock import StockMovement
from workshop.models import DESK_ROLES, Viewer, role_of


class LandedCostQuerySet(ScopedQuerySet["LandedCost"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class LandedCost(models.Model):
    """Freight, duty and the like, spread over pieces that came. Never edited."""

    class Kind(models.TextChoices):
        FREIGHT = "FREIGHT", _("Freight")
        DUTY = "DUTY", _("Duty")
        INSURANCE = "INSURANCE", _("Insurance")
        OTHER = "OTHER", _("Other")

    class SpreadBy(models.TextChoices):
        VALUE = "VALUE", _("By value")
        WEIGHT = "WEIGHT", _("By weight")
        QUANTITY = "QUANTITY", _("By quantity")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    spread_by = models.CharField(_("spread"), max_length=8, choices=SpreadBy)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    # The site's currency: the ledger's costs are kept in it.
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200)
    command_id = models.UUIDField(_("command"), db_index=True)
    # The newest line of its parts' ledger then: what came after it is replayed to undo.
    newest_line = models.BigIntegerField(_("newest line"), default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    added_at = models.DateTimeField(_("added at"))

    objects = LandedCostQuerySet.as_manager()

    class Meta:
        verbose_name = _("landed cost")
        verbose_name_plural = _("landed costs")
        constraints = [
            *money_constraints("parts_landedcost", "amount", "currency"),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="parts_landedcost_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class LandedShare(models.Model):
    """What one receipt bears of a landed cost. Never edited.

    What still lies there raises the moving average; the share of pieces that have left
    since is kept apart, so that no money is lost between them.
    """

    cost = models.ForeignKey(
        LandedCost, models.PROTECT, related_name="shares", verbose_name=_("cost")
    )
    movement = models.ForeignKey(
        StockMovement,
        models.PROTECT,
        related_name="landed_shares",
        verbose_name=_("receipt"),
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    into_stock = models.DecimalField(
        _("borne by stock"), max_digits=14, decimal_places=2
    )
    unit_cost_before = models.DecimalField(
        _("average before"), max_digits=14, decimal_places=4
    )
    unit_cost_after = models.DecimalField(
        _("average after"), max_digits=14, decimal_places=4
    )

    class Meta:
        verbose_name = _("share of a landed cost")
        verbose_name_plural = _("shares of landed costs")
        constraints = [
            models.UniqueConstraint("cost", "movement", name="parts_landedshare_once"),
            models.CheckConstraint(
                condition=Q(into_stock__gte=0, into_stock__lte=F("amount")),
                name="parts_landedshare_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cost_id}: {self.amount}"


class LandedReversal(models.Model):
    """A landed cost that was a mistake, undone: once, whole. Never edited."""

    cost = models.OneToOneField(
        LandedCost, models.PROTECT, related_name="reversal", verbose_name=_("cost")
    )
    # What still lay in the stock of it; the rest left with the pieces, and stays so.
    amount = models.DecimalField(_("taken back"), max_digits=14, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=200)
    command_id = models.UUIDField(_("command"), db_index=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    undone_at = models.DateTimeField(_("undone at"))

    class Meta:
        verbose_name = _("landed cost undone")
        verbose_name_plural = _("landed costs undone")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="parts_landedreversal_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cost_id}: -{self.amount}"


class LandedTaken(models.Model):
    """What was taken back from the pieces that one line had brought. Never edited."""

    reversal = models.ForeignKey(
        LandedReversal,
        models.PROTECT,
        related_name="taken",
        verbose_name=_("landed cost undone"),
    )
    movement = models.ForeignKey(
        StockMovement,
        models.PROTECT,
        related_name="landed_taken",
        verbose_name=_("line"),
    )
    amount = models.DecimalField(_("taken back"), max_digits=14, decimal_places=2)
    unit_cost_before = models.DecimalField(
        _("average before"), max_digits=14, decimal_places=4
    )
    unit_cost_after = models.DecimalField(
        _("average after"), max_digits=14, decimal_places=4
    )

    class Meta:
        verbose_name = _("share taken back")
        verbose_name_plural = _("shares taken back")
        constraints = [
            models.UniqueConstraint(
                "reversal", "movement", name="parts_landedtaken_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, unit_cost_after__lte=F("unit_cost_before")),
                name="parts_landedtaken_lowers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reversal_id}: -{self.amount}"

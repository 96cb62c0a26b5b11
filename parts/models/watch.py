"""Numbers that may vanish, and what was seen of them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.purchasing import Supplier
from workshop.models import DESK_ROLES, Viewer, role_of


class WatchQuerySet(ScopedQuerySet["Watch"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()

    def alerts(self) -> Self:
        """What was seen and nobody has looked at yet."""
        return self.filter(seen_at__isnull=True).exclude(last_seen=Watch.Seen.QUIET)


class Watch(models.Model):
    """A number that may vanish and that somebody wants to hear about."""

    class Seen(models.TextChoices):
        FIRST_SEEN = "FIRST_SEEN", _("First seen")
        PRICE_MOVED = "PRICE_MOVED", _("Price moved")
        GONE = "GONE", _("Gone")
        QUIET = "QUIET", _("Nothing new")

    part = models.OneToOneField(
        Part, models.CASCADE, related_name="watch", verbose_name=_("part")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    last_seen = models.CharField(
        _("last seen"), max_length=12, choices=Seen, default=Seen.QUIET
    )
    watched_at = models.DateTimeField(_("watched since"))
    watched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # Alerts stand until somebody has seen them.
    seen_at = models.DateTimeField(_("looked at"), null=True, blank=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watched number")
        verbose_name_plural = _("watched numbers")

    def __str__(self) -> str:
        return str(self.part_id)


class ObservationQuerySet(ScopedQuerySet["Observation"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Observation(models.Model):
    """What was seen of one part at one source on one day. Never edited.

    Comes from imports of price lists and offers, and from people.
    """

    class Kind(models.TextChoices):
        FIRST_SEEN = "FIRST_SEEN", _("First seen")
        PRICE_MOVED = "PRICE_MOVED", _("Price moved")
        GONE = "GONE", _("Gone")

    part = models.ForeignKey(
        Part, models.PROTECT, related_name="observations", verbose_name=_("part")
    )
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        verbose_name=_("supplier"),
    )
    kind = models.CharField(_("seen"), max_length=12, choices=Kind)
    price = models.DecimalField(
        _("price"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    was_price = models.DecimalField(
        _("price before"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    source = models.CharField(_("source"), max_length=200, blank=True)
    seen_on = models.DateField(_("seen on"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    noted_at = models.DateTimeField(_("noted at"))

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        constraints = [
            *money_constraints("parts_observation", "price", "currency"),
            # Reading the same list twice sees nothing new.
            models.UniqueConstraint(
                "part",
                "supplier",
                "kind",
                "seen_on",
                "price",
                name="parts_observation_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(kind="PRICE_MOVED")
                | Q(price__isnull=False, was_price__isnull=False),
                name="parts_observation_move_has_prices",
            ),
        ]
        indexes = [
            # Serves the part's page and the price drift of the buy-now list.
            models.Index("part", F("seen_on").desc(), name="parts_observation_story"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.kind}"

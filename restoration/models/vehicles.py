"""The cars and who owned them when."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.database import IdRange
from common.querysets import ScopedQuerySet
from workshop.models import (
    HOUSE_ROLES,
    Colour,
    Customer,
    Role,
    Variant,
    Viewer,
    role_of,
)


def house_day(at: datetime) -> date:
    """Return the day it is in the house, by which cars change owners."""
    return timezone.localdate(at, timezone.get_default_timezone())


class VehicleQuerySet(ScopedQuerySet["Vehicle"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in HOUSE_ROLES:
            return self
        if role == Role.CUSTOMER:
            # The house's own day: whose a car is does not hang on where one reads it.
            return self.owned_by(int(user.pk or 0), on=house_day(timezone.now()))
        return self.none()

    def owned_by(self, user_id: int, *, on: date) -> Self:
        """Cars whose owner on that day is this person."""
        owned = Ownership.objects.filter(
            customer__user_id=user_id, period__contains=on
        ).values("vehicle_id")
        return self.filter(pk__in=owned)


class Vehicle(models.Model):
    """One car, known by its frame number. The number is never an access key."""

    frame_number = models.CharField(_("frame number"), max_length=24, unique=True)
    prefix = models.CharField(_("prefix"), max_length=12)
    serial = models.PositiveIntegerField(_("serial"))
    variant = models.ForeignKey(
        Variant, models.PROTECT, null=True, blank=True, related_name="vehicles"
    )
    model_code = models.CharField(
        _("model code on the plate"), max_length=40, blank=True
    )
    built_month = models.DateField(_("built in"), null=True, blank=True)
    colour = models.ForeignKey(
        Colour, models.PROTECT, null=True, blank=True, related_name="vehicles"
    )
    engine_number = models.CharField(_("engine number"), max_length=40, blank=True)
    # A car outside every known range is entered by a manager, who says why.
    unlisted_reason = models.CharField(_("why unlisted"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(_("entered at"))
    is_demo = models.BooleanField(_("demo"), default=False)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.CheckConstraint(
                condition=Q(frame_number__regex=r"^[A-Z0-9]+-[0-9]{6}$"),
                name="restoration_vehicle_frame_form",
            ),
            models.CheckConstraint(
                condition=Q(variant__isnull=False) | ~Q(unlisted_reason=""),
                name="restoration_vehicle_listed_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.frame_number


class Ownership(models.Model):
    """Who owned a car from when to when. Access follows it."""

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="ownerships")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ownerships")
    period = DateRangeField(_("from – to"))

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        constraints = [
            ExclusionConstraint(
                name="restoration_ownership_one_at_a_time",
                expressions=[
                    (IdRange("vehicle"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id}: {self.customer_id}"

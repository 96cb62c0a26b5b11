"""Parts sold over the counter and over the sea."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.demands import Demand
from workshop.models import DESK_ROLES, Customer, Role, Site, Viewer, role_of


class PartsOrderQuerySet(ScopedQuerySet["PartsOrder"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(customer__user_id=user.pk)
        return self.none()


class PartsOrder(models.Model):
    """One customer's order for parts."""

    class State(models.TextChoices):
        QUOTE = "QUOTE", _("Quote")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        SHIPPED = "SHIPPED", _("Shipped")
        DELIVERED = "DELIVERED", _("Delivered")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="parts_orders",
        verbose_name=_("customer"),
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="parts_orders", verbose_name=_("site")
    )
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.QUOTE
    )
    created_at = models.DateTimeField(_("created at"))

    objects = PartsOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer parts order")
        verbose_name_plural = _("customer parts orders")

    def __str__(self) -> str:
        return self.number


class PartsOrderLine(models.Model):
    """One part of an order and where it is."""

    order = models.ForeignKey(
        PartsOrder, models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="customer_lines", verbose_name=_("part")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    demand = models.OneToOneField(
        Demand,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="order_line",
        verbose_name=_("demand"),
    )

    class Meta:
        verbose_name = _("line of a parts order")
        verbose_name_plural = _("lines of parts orders")
        constraints = [
            *money_constraints("parts_customerline", "unit_price", "currency"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gte=0),
                name="parts_customerline_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.part_id}"


class Shipment(models.Model):
    """One parcel of an order."""

    order = models.ForeignKey(
        PartsOrder, models.PROTECT, related_name="shipments", verbose_name=_("order")
    )
    carrier = models.CharField(_("carrier"), max_length=60)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"


class Return(models.Model):
    """Pieces that came back from a customer."""

    line = models.ForeignKey(
        PartsOrderLine, models.PROTECT, related_name="returns", verbose_name=_("line")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=200)
    returned_at = models.DateTimeField(_("returned at"))

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="parts_return_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.quantity}"

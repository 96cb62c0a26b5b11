"""Parcels of customer orders, from the pick list to the door, and what comes back."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.orders import PartsOrder, PartsOrderLine
from parts.models.stock import StockLevel, StockMovement, Unit
from workshop.models import DESK_ROLES, Role, Viewer, role_of


class ShipmentQuerySet(ScopedQuerySet["Shipment"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(order__customer__user_id=user.pk)
        return self.none()

    def to_pick(self) -> Self:
        return self.filter(state=Shipment.State.PICKING)


class Shipment(models.Model):
    """One parcel of an order: first a pick list, then packed, shipped, delivered."""

    class State(models.TextChoices):
        PICKING = "PICKING", _("To be picked")
        PACKED = "PACKED", _("Packed")
        SHIPPED = "SHIPPED", _("Shipped")
        DELIVERED = "DELIVERED", _("Delivered")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey(
        PartsOrder, models.PROTECT, related_name="shipments", verbose_name=_("order")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PICKING
    )
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    boxes = models.PositiveSmallIntegerField(_("boxes"), default=1)
    weight_grams = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picked by"),
    )
    created_at = models.DateTimeField(_("created at"))
    packed_at = models.DateTimeField(_("packed at"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["PICKING", "PACKED", "CANCELLED"])
                | Q(shipped_at__isnull=False) & ~Q(carrier=""),
                name="parts_shipment_shipped_has_carrier",
            ),
            models.CheckConstraint(
                condition=~Q(state="DELIVERED") | Q(delivered_at__isnull=False),
                name="parts_shipment_delivered_has_time",
            ),
        ]
        indexes = [
            # Serves the list of picks to do, oldest first.
            models.Index(
                "created_at",
                condition=Q(state__in=["PICKING", "PACKED"]),
                name="parts_shipment_to_do",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """Pieces of one order line in one parcel, taken from one position."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="lines", verbose_name=_("shipment")
    )
    line = models.ForeignKey(
        PartsOrderLine,
        models.PROTECT,
        related_name="shipment_lines",
        verbose_name=_("order line"),
    )
    level = models.ForeignKey(
        StockLevel,
        models.PROTECT,
        related_name="shipment_lines",
        verbose_name=_("position"),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    is_picked = models.BooleanField(_("picked"), default=False)
    # The ledger line that took them out, once shipped.
    movement = models.OneToOneField(
        StockMovement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipment_line",
        verbose_name=_("movement"),
    )

    class Meta:
        verbose_name = _("line of a shipment")
        verbose_name_plural = _("lines of shipments")
        constraints = [
            models.UniqueConstraint(
                "shipment", "line", "level", name="parts_shipmentline_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="parts_shipmentline_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}: {self.quantity}"


class ShipmentUnitQuerySet(models.QuerySet["ShipmentUnit"]):
    def open(self) -> Self:
        """Chosen for parcels that have not left yet."""
        return self.filter(
            line__shipment__state__in=[Shipment.State.PICKING, Shipment.State.PACKED]
        )


class ShipmentUnit(models.Model):
    """The piece that was chosen for a line of a parcel, by its serial number."""

    line = models.ForeignKey(
        ShipmentLine, models.CASCADE, related_name="chosen", verbose_name=_("line")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="chosen_for", verbose_name=_("unit")
    )

    objects = ShipmentUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit chosen for a parcel")
        verbose_name_plural = _("units chosen for parcels")
        constraints = [
            models.UniqueConstraint("line", "unit", name="parts_shipmentunit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.unit_id}"


class ReturnQuerySet(ScopedQuerySet["Return"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(line__order__customer__user_id=user.pk)
        return self.none()


class Return(models.Model):
    """Pieces that come back from a customer: unwanted, faulty, or old cores."""

    class Kind(models.TextChoices):
        RETURN = "RETURN", _("Return")
        CORE = "CORE", _("Old part in exchange")

    class State(models.TextChoices):
        EXPECTED = "EXPECTED", _("Expected")
        RECEIVED = "RECEIVED", _("Received")
        REFUNDED = "REFUNDED", _("Refunded")
        REFUSED = "REFUSED", _("Refused")

    number = models.CharField(_("number"), max_length=20, unique=True)
    line = models.ForeignKey(
        PartsOrderLine, models.PROTECT, related_name="returns", verbose_name=_("line")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.RETURN)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.EXPECTED
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=200)
    # The ledger line that took them in; a core becomes stock of another part.
    movement = models.OneToOneField(
        StockMovement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customer_return",
        verbose_name=_("movement"),
    )
    refund = models.DecimalField(
        _("refund"), max_digits=14, decimal_places=2, default=0
    )
    currency = models.CharField(_("currency"), max_length=3)
    # What was found when it came, or why it is not refunded.
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            *money_constraints("parts_return", "refund", "currency"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, refund__gte=0),
                name="parts_return_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["EXPECTED", "REFUSED"])
                | Q(received_at__isnull=False, movement__isnull=False),
                name="parts_return_received_is_ledger",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["REFUNDED", "REFUSED"])
                | Q(settled_at__isnull=False),
                name="parts_return_settled_has_time",
            ),
        ]
        indexes = [
            # Serves the list of returns to be settled, newest first.
            models.Index("state", F("id").desc(), name="parts_return_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

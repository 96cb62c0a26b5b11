"""Parts sold over the counter and over the sea."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.demands import Demand
from workshop.models import DESK_ROLES, Customer, Invoice, Role, Site, Viewer, role_of


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
        # The customer has agreed; nothing is held before the deposit is there.
        ACCEPTED = "ACCEPTED", _("Waiting for the deposit")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        SHIPPED = "SHIPPED", _("Shipped")
        DELIVERED = "DELIVERED", _("Delivered")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Incoterm(models.TextChoices):
        """Incoterms 2020 that a parcel is sent under."""

        EXW = "EXW", "EXW"
        FCA = "FCA", "FCA"
        CPT = "CPT", "CPT"
        CIP = "CIP", "CIP"
        DAP = "DAP", "DAP"
        DPU = "DPU", "DPU"
        DDP = "DDP", "DDP"

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
    # One unit of the order's currency in the site's, frozen when it was quoted.
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, null=True, blank=True
    )
    rate_on = models.DateField(_("rate of"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.QUOTE
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    ship_to = models.TextField(_("ship to"), blank=True)
    # ISO 3166; where the goods go decides the tax.
    destination = models.CharField(_("destination"), max_length=2, blank=True)
    tax_rate = models.DecimalField(
        _("tax rate"), max_digits=5, decimal_places=4, default=0
    )
    incoterm = models.CharField(
        _("incoterm"), max_length=3, choices=Incoterm, blank=True
    )
    # Before tax, as all prices of the order; follows the lines if given in percent.
    deposit = models.DecimalField(
        _("deposit"), max_digits=14, decimal_places=2, default=0
    )
    deposit_percent = models.DecimalField(
        _("deposit, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    deposit_invoice = models.OneToOneField(
        Invoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invoice of the deposit"),
    )
    balance_invoice = models.OneToOneField(
        Invoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invoice of the rest"),
    )
    freight = models.DecimalField(
        _("freight"), max_digits=14, decimal_places=2, default=0
    )
    created_at = models.DateTimeField(_("created at"))
    # When the customer was sent the quote as it stands; any change takes it back.
    offered_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = PartsOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer parts order")
        verbose_name_plural = _("customer parts orders")
        constraints = [
            *money_constraints("parts_partsorder", "deposit", "currency"),
            *money_constraints("parts_partsorder", "freight", "currency"),
            models.CheckConstraint(
                condition=Q(deposit__gte=0, freight__gte=0)
                & Q(tax_rate__gte=0, tax_rate__lt=1)
                & (Q(rate__isnull=True) | Q(rate__gt=0)),
                name="parts_partsorder_money_sound",
            ),
            models.CheckConstraint(
                condition=Q(deposit_percent__isnull=True)
                | Q(deposit_percent__gte=0, deposit_percent__lte=100),
                name="parts_partsorder_deposit_percent",
            ),
            models.CheckConstraint(
                condition=Q(destination="") | Q(destination__regex=r"^[A-Z]{2}$"),
                name="parts_partsorder_destination_iso",
            ),
        ]
        indexes = [
            # Serves the desk's list of orders by state, newest first.
            models.Index("state", F("id").desc(), name="parts_partsorder_by_state"),
        ]

    def __str__(self) -> str:
        return self.number


class PartsOrderEvent(models.Model):
    """One change of an order's state. Never edited."""

    order = models.ForeignKey(
        PartsOrder, models.PROTECT, related_name="events", verbose_name=_("order")
    )
    was = models.CharField(
        _("was"), max_length=10, choices=PartsOrder.State, blank=True
    )
    became = models.CharField(_("became"), max_length=10, choices=PartsOrder.State)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    changed_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a parts order")
        verbose_name_plural = _("steps of parts orders")

    def __str__(self) -> str:
        return f"{self.order_id}: {self.became}"


class PartsOrderLine(models.Model):
    """One part of an order and where it is."""

    order = models.ForeignKey(
        PartsOrder, models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="customer_lines", verbose_name=_("part")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    # Given up before it was shipped: not owed any more.
    cancelled = models.DecimalField(
        _("given up"), max_digits=12, decimal_places=3, default=0
    )
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    # What is refunded for each old piece that comes back.
    core_charge = models.DecimalField(
        _("core charge"), max_digits=14, decimal_places=2, default=0
    )
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
            *money_constraints("parts_customerline", "core_charge", "currency"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gte=0, core_charge__gte=0),
                name="parts_customerline_sound",
            ),
            models.CheckConstraint(
                condition=Q(cancelled__gte=0, cancelled__lte=F("quantity")),
                name="parts_customerline_given_up_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.part_id}"

    @property
    def owed(self) -> Decimal:
        """What is still sold: ordered and not given up."""
        return self.quantity - self.cancelled

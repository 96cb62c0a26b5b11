"""Who sells parts to the house, at what price, and what is on its way."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.stock import StockMovement
from workshop.models import DESK_ROLES, BilingualName, Site, Viewer, role_of


class Supplier(BilingualName):
    """One house that sells parts."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    country = models.CharField(_("country"), max_length=2, default="JP")
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    email = models.EmailField(_("email"), blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")


class SupplierOffer(models.Model):
    """What a supplier says of one part. Advice, never stock."""

    supplier = models.ForeignKey(
        Supplier, models.CASCADE, related_name="offers", verbose_name=_("supplier")
    )
    part = models.ForeignKey(
        Part, models.CASCADE, related_name="offers", verbose_name=_("part")
    )
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    lead_days = models.PositiveSmallIntegerField(_("lead time, days"))
    minimum_quantity = models.DecimalField(
        _("minimum"), max_digits=12, decimal_places=3, default=1
    )
    seen_on = models.DateField(_("seen on"))
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)
    is_demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            *money_constraints("parts_offer", "price", "currency"),
            models.UniqueConstraint("supplier", "part", name="parts_offer_once"),
            models.CheckConstraint(
                condition=Q(price__gte=0, minimum_quantity__gt=0),
                name="parts_offer_sound",
            ),
        ]
        indexes = [
            # Serves availability: the quickest live offer of a part.
            models.Index(
                "part",
                "lead_days",
                condition=Q(is_withdrawn=False),
                name="parts_offer_quickest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.part_id}"


class OfferBreak(models.Model):
    """The price of one piece from a quantity on."""

    offer = models.ForeignKey(
        SupplierOffer, models.CASCADE, related_name="breaks", verbose_name=_("offer")
    )
    from_quantity = models.DecimalField(_("from"), max_digits=12, decimal_places=3)
    # In the offer's currency.
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("price break")
        verbose_name_plural = _("price breaks")
        constraints = [
            models.UniqueConstraint(
                "offer", "from_quantity", name="parts_offerbreak_once"
            ),
            models.CheckConstraint(
                condition=Q(from_quantity__gt=0, price__gte=0),
                name="parts_offerbreak_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_quantity}: {self.price}"


class LeadTime(models.Model):
    """How long a supplier has really taken, learnt from what came.

    A projection of receipts: days from the order to the whole of a line. Without a
    part it speaks of all parts of the supplier.
    """

    supplier = models.ForeignKey(
        Supplier, models.CASCADE, related_name="lead_times", verbose_name=_("supplier")
    )
    part = models.ForeignKey(
        Part,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="lead_times",
        verbose_name=_("part"),
    )
    samples = models.PositiveIntegerField(_("orders"))
    median_days = models.PositiveSmallIntegerField(_("half came within, days"))
    late_days = models.PositiveSmallIntegerField(_("four of five came within, days"))
    learned_at = models.DateTimeField(_("learnt at"))

    class Meta:
        verbose_name = _("lead time learnt")
        verbose_name_plural = _("lead times learnt")
        constraints = [
            models.UniqueConstraint(
                "supplier",
                "part",
                name="parts_leadtime_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(samples__gt=0, late_days__gte=F("median_days")),
                name="parts_leadtime_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.median_days}"


class ReorderRule(models.Model):
    """How few of a part a site wants to have, and how many after ordering."""

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="reorder_rules", verbose_name=_("part")
    )
    site = models.ForeignKey(
        Site, models.CASCADE, related_name="reorder_rules", verbose_name=_("site")
    )
    minimum = models.DecimalField(_("at least"), max_digits=12, decimal_places=3)
    maximum = models.DecimalField(_("fill up to"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("reorder rule")
        verbose_name_plural = _("reorder rules")
        constraints = [
            models.UniqueConstraint("part", "site", name="parts_reorderrule_once"),
            models.CheckConstraint(
                condition=Q(minimum__gte=0, maximum__gt=0, maximum__gte=F("minimum")),
                name="parts_reorderrule_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.minimum}–{self.maximum}"


class PurchaseOrderQuerySet(ScopedQuerySet["PurchaseOrder"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class PurchaseOrder(models.Model):
    """One order to one supplier."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Sent")
        RECEIVED = "RECEIVED", _("Received")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="orders", verbose_name=_("supplier")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="purchase_orders", verbose_name=_("site")
    )
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "CANCELLED"])
                | Q(ordered_at__isnull=False),
                name="parts_order_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseOrderLineQuerySet(ScopedQuerySet["PurchaseOrderLine"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()

    def incoming(self) -> Self:
        """Lines of sent orders that have not arrived whole and still will."""
        return self.filter(
            order__state=PurchaseOrder.State.SENT,
            received__lt=F("quantity"),
            closed_at__isnull=True,
        )

    def locked(self) -> Self:
        """Lock the rows in key order, so that two commands cannot deadlock."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class PurchaseOrderLine(models.Model):
    """One part of an order and when it is due."""

    order = models.ForeignKey(
        PurchaseOrder, models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="order_lines", verbose_name=_("part")
    )
    quantity = models.DecimalField(_("ordered"), max_digits=12, decimal_places=3)
    received = models.DecimalField(
        _("received"), max_digits=12, decimal_places=3, default=0
    )
    # Delivered short and agreed to: what is missing does not come any more.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_reason = models.CharField(_("closed because"), max_length=200, blank=True)
    reserved = models.DecimalField(
        _("spoken for"), max_digits=12, decimal_places=3, default=0
    )
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    due_on = models.DateField(_("due on"))

    objects = PurchaseOrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            *money_constraints("parts_orderline", "unit_price", "currency"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, received__gte=0, reserved__gte=0),
                name="parts_orderline_quantities_sound",
            ),
            # Received pieces leave the line's reservation for the bin's.
            models.CheckConstraint(
                condition=Q(received__gt=F("quantity"), reserved=0)
                | Q(received__lte=F("quantity"))
                & Q(reserved__lte=F("quantity") - F("received")),
                name="parts_orderline_reserved_within_incoming",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_reason="")
                | Q(closed_at__isnull=False, reserved=0) & ~Q(closed_reason=""),
                name="parts_orderline_closed_holds_nothing",
            ),
        ]
        indexes = [
            # Serves availability: what comes next for a part.
            models.Index("part", "due_on", name="parts_orderline_incoming"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.part_id}"


class DueDateChange(models.Model):
    """One move of an order line's due date. Never edited."""

    line = models.ForeignKey(
        PurchaseOrderLine,
        models.PROTECT,
        related_name="due_changes",
        verbose_name=_("line"),
    )
    was_due_on = models.DateField(_("was due on"))
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("reason"), max_length=200)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of due date")
        verbose_name_plural = _("changes of due date")

    def __str__(self) -> str:
        return f"{self.was_due_on} → {self.due_on}"


class Receipt(models.Model):
    """One arrival of pieces against one order line."""

    line = models.ForeignKey(
        PurchaseOrderLine,
        models.PROTECT,
        related_name="receipts",
        verbose_name=_("line"),
    )
    movement = models.OneToOneField(
        StockMovement,
        models.PROTECT,
        related_name="receipt",
        verbose_name=_("movement"),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="parts_receipt_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.quantity}"


class Chase(models.Model):
    """One word with a supplier about an order line that is late. Never edited."""

    line = models.ForeignKey(
        PurchaseOrderLine,
        models.PROTECT,
        related_name="chases",
        verbose_name=_("line"),
    )
    said = models.CharField(_("what was said"), max_length=300)
    chased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    chased_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("word with a supplier")
        verbose_name_plural = _("words with suppliers")

    def __str__(self) -> str:
        return self.said

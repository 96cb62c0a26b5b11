"""Requests for quotation: one list of parts, several suppliers, one comparison."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from parts.models.purchasing import PurchaseOrder, Supplier
from workshop.models import DESK_ROLES, Site, Viewer, role_of


class RfqQuerySet(ScopedQuerySet["Rfq"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Rfq(models.Model):
    """One request to several suppliers."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SENT = "SENT", _("Sent")
        CLOSED = "CLOSED", _("Decided")
        CANCELLED = "CANCELLED", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True)
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="rfqs", verbose_name=_("site")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = RfqQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for quotation")
        verbose_name_plural = _("requests for quotation")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "CANCELLED"])
                | Q(sent_at__isnull=False),
                name="parts_rfq_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RfqLine(models.Model):
    """One part that prices are asked for."""

    rfq = models.ForeignKey(
        Rfq, models.CASCADE, related_name="lines", verbose_name=_("request")
    )
    part = models.ForeignKey(
        Part, models.PROTECT, related_name="rfq_lines", verbose_name=_("part")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("line of a request")
        verbose_name_plural = _("lines of requests")
        constraints = [
            models.UniqueConstraint("rfq", "part", name="parts_rfqline_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="parts_rfqline_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rfq_id}: {self.part_id}"


class RfqSupplier(models.Model):
    """One supplier that is asked."""

    rfq = models.ForeignKey(
        Rfq, models.CASCADE, related_name="suppliers", verbose_name=_("request")
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="rfqs", verbose_name=_("supplier")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    has_declined = models.BooleanField(_("declined"), default=False)

    class Meta:
        verbose_name = _("supplier asked")
        verbose_name_plural = _("suppliers asked")
        constraints = [
            models.UniqueConstraint("rfq", "supplier", name="parts_rfqsupplier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rfq_id}: {self.supplier_id}"


class Quote(models.Model):
    """What one supplier answered for one line."""

    line = models.ForeignKey(
        RfqLine, models.CASCADE, related_name="quotes", verbose_name=_("line")
    )
    asked = models.ForeignKey(
        RfqSupplier, models.CASCADE, related_name="quotes", verbose_name=_("supplier")
    )
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    lead_days = models.PositiveSmallIntegerField(_("lead time, days"))
    minimum_quantity = models.DecimalField(
        _("minimum"), max_digits=12, decimal_places=3, default=1
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    # The order it became, when it was chosen.
    order = models.ForeignKey(
        PurchaseOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("order"),
    )

    class Meta:
        verbose_name = _("supplier's quote")
        verbose_name_plural = _("suppliers' quotes")
        constraints = [
            *money_constraints("parts_quote", "price", "currency"),
            models.UniqueConstraint("line", "asked", name="parts_quote_once"),
            # One line is bought from one supplier.
            models.UniqueConstraint(
                "line",
                condition=Q(order__isnull=False),
                name="parts_quote_one_chosen",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, minimum_quantity__gt=0),
                name="parts_quote_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.price} {self.currency}"

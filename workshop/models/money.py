"""Accounts, postings, invoices and payments. Every posting balances per currency."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from common.money import money_constraints
from common.querysets import ScopedQuerySet
from workshop.models.people import DESK_ROLES, Customer, Role, Viewer, role_of


class Account(models.Model):
    """One running balance: a customer's, the bank's, deposits held, sales, tax."""

    class Kind(models.TextChoices):
        CUSTOMER = "CUSTOMER", _("Customer")
        BANK = "BANK", _("Bank")
        DEPOSITS = "DEPOSITS", _("Deposits held")
        SALES = "SALES", _("Sales")
        TAX = "TAX", _("Consumption tax")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("customer"),
    )
    subject_key = models.CharField(_("subject"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                "kind",
                "customer",
                "subject_key",
                "currency",
                name="workshop_account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(kind="CUSTOMER") | Q(customer__isnull=False),
                name="workshop_account_customer_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_key} {self.currency}"


class Posting(models.Model):
    """One event of money. Its entries add up to zero in each currency."""

    memo = models.CharField(_("memo"), max_length=200)
    command_id = models.UUIDField(_("command"), unique=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("posted by"),
    )
    posted_at = models.DateTimeField(_("posted at"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")

    def __str__(self) -> str:
        return self.memo


class AccountEntry(models.Model):
    """One side of a posting. Never edited: a mistake is reversed by a posting."""

    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="entries", verbose_name=_("posting")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", verbose_name=_("account")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        constraints = [
            *money_constraints("workshop_entry", "amount", "currency"),
            models.CheckConstraint(
                condition=~Q(amount=0), name="workshop_entry_not_zero"
            ),
        ]
        indexes = [
            # Serves the account's statement in order of posting.
            models.Index("account", "posting", name="workshop_entry_statement"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class InvoiceQuerySet(ScopedQuerySet["Invoice"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(customer__user_id=user.pk).exclude(
                state=Invoice.State.DRAFT
            )
        return self.none()

    def with_open(self) -> Self:
        """Add ``paid`` and ``still_open``, in the invoice's currency."""
        paid = Coalesce(Sum("payments__amount"), Decimal(0))
        return self.annotate(paid=paid, still_open=F("total") - paid)


class Invoice(models.Model):
    """One demand for money, for a milestone or an order."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        ISSUED = "ISSUED", _("Issued")
        PAID = "PAID", _("Paid")
        VOID = "VOID", _("Void")

    number = models.CharField(_("number"), max_length=20, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    subject_key = models.CharField(_("subject"), max_length=60)
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_ja = models.CharField(_("title (Japanese)"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    tax = models.DecimalField(_("tax"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.DRAFT
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    posting = models.OneToOneField(
        Posting,
        models.PROTECT,
        null=True,
        related_name="invoice",
        verbose_name=_("posting"),
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            *money_constraints("workshop_invoice", "net", "currency"),
            *money_constraints("workshop_invoice", "tax", "currency"),
            *money_constraints("workshop_invoice", "total", "currency"),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax")),
                name="workshop_invoice_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(issued_on__isnull=False),
                name="workshop_invoice_issued_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(posting__isnull=False),
                name="workshop_invoice_issued_is_posted",
            ),
        ]
        indexes = [
            # Serves the money block of a project's page.
            models.Index("subject_key", name="workshop_invoice_subject"),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """Money that arrived for an invoice. One external event counts once."""

    class Method(models.TextChoices):
        BANK_TRANSFER = "BANK_TRANSFER", _("Bank transfer")
        HOSTED = "HOSTED", _("Hosted payment page")
        CASH = "CASH", _("Cash")
        DEPOSIT = "DEPOSIT", _("From the deposit")

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="payments", verbose_name=_("invoice")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(_("method"), max_length=16, choices=Method)
    external_id = models.CharField(_("reference"), max_length=80, unique=True)
    received_at = models.DateTimeField(_("received at"))
    posting = models.OneToOneField(
        Posting, models.PROTECT, related_name="payment", verbose_name=_("posting")
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            *money_constraints("workshop_payment", "amount", "currency"),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="workshop_payment_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.amount} {self.currency}"


class ExchangeRateQuerySet(ScopedQuerySet["ExchangeRate"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in another on one day. Never edited.

    A mistake is put right by a newer entry for the same day.
    """

    currency = models.CharField(_("currency"), max_length=3)
    # The currency a site keeps its books in.
    base = models.CharField(_("in"), max_length=3, default="JPY")
    per_unit = models.DecimalField(
        _("worth of one unit"), max_digits=18, decimal_places=8
    )
    valid_on = models.DateField(_("rate of"))
    source = models.CharField(_("source"), max_length=120)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.CheckConstraint(
                condition=Q(per_unit__gt=0), name="workshop_rate_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$", base__regex=r"^[A-Z]{3}$")
                & ~Q(currency=F("base")),
                name="workshop_rate_between_two",
            ),
        ]
        indexes = [
            # Serves the newest rate of a day.
            models.Index(
                "currency",
                "base",
                F("valid_on").desc(),
                F("id").desc(),
                name="workshop_rate_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.per_unit.normalize():f} {self.base}"

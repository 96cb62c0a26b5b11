"""Invoices, payments and the accounts behind them."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import LedgerAdmin, ReadInline
from common.reading import money_text, title
from common.subjects import names_of
from workshop import commands
from workshop.admin.pages import (
    CommandAddAdmin,
    actor,
    get_row,
    offer,
)
from workshop.models import (
    Account,
    AccountEntry,
    Customer,
    Invoice,
    Payment,
    Posting,
    Site,
    Viewer,
)


@title(Account)
def account_title(row: Account) -> str:
    owner = row.customer.name if row.customer else ""
    subject = names_of([row.subject_key])[row.subject_key] if row.subject_key else ""
    return " · ".join(
        filter(None, (row.get_kind_display(), owner, subject, row.currency))
    )


@title(Posting)
def posting_title(row: Posting) -> str:
    return sentences.read(row.memo)


@title(AccountEntry)
def entry_title(row: AccountEntry) -> str:
    return f"{posting_title(row.posting)} · {money_text(row.amount, row.currency)}"


@title(Payment)
def payment_title(row: Payment) -> str:
    return f"{row.invoice.number} · {money_text(row.amount, row.currency)}"


class IssueForm(forms.Form):
    """What a customer is asked to pay."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"))
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    subject_key = forms.CharField(
        label=_("For"), max_length=60, help_text=_("Such as project:12.")
    )
    title_en = forms.CharField(label=_("Title (English)"), max_length=200)
    title_ja = forms.CharField(
        label=_("Title (Japanese)"), max_length=200, required=False
    )
    net = forms.DecimalField(label=_("Net"), max_digits=14, decimal_places=2)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="JPY")
    due_on = forms.DateField(label=_("Due on"), widget=forms.DateInput)

    def __init__(self, *args: Any, user: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = Customer.objects.visible_to(user)
        offer(self, "customer", customers.order_by("name_kana", "name", "pk"))
        offer(self, "site", Site.objects.order_by("code"))


class PaymentForm(forms.Form):
    """Money that arrived."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2)
    method = forms.ChoiceField(
        label=_("How it arrived"),
        choices=[m for m in Payment.Method.choices if m[0] != Payment.Method.DEPOSIT],
    )
    external_id = forms.CharField(
        label=_("Reference"),
        max_length=80,
        help_text=_("From the bank statement. One reference counts once."),
    )


class PaymentInline(ReadInline[Payment]):
    """What has arrived for an invoice."""

    model = Payment
    fields = ["external_id", "amount", "method", "received_at"]


@admin.register(Invoice)
class InvoiceAdmin(CommandAddAdmin[Invoice]):
    """What is demanded, and what is still open."""

    inlines = [PaymentInline]
    fields = [
        "number",
        "customer",
        "subject_key",
        "title_en",
        "title_ja",
        "net",
        "tax",
        "total",
        "state",
        "issued_on",
        "due_on",
        "posting",
    ]
    list_display = ["number", "customer", "titled", "total", "state", "due_on"]
    list_filter = ["state", "currency"]
    list_select_related = ["customer"]
    ordering = ["-issued_on", "-pk"]
    search_fields = ["number", "customer__name", "=subject_key"]

    def get_urls(self) -> list[URLPattern]:
        return [
            self.row_page("pay", self.pay_view),
            self.row_page("deposit", self.deposit_view),
            self.row_page("void", self.void_view),
            *super().get_urls(),
        ]

    @admin.display(description=_("title"), ordering="title_en")
    def titled(self, row: Invoice) -> str:
        is_japanese = (get_language() or "en").startswith("ja")
        return (is_japanese and row.title_ja) or row.title_en

    def buttons(self, request: HttpRequest, row: Invoice) -> list[tuple[str, Any]]:
        if row.state != Invoice.State.ISSUED:
            return []
        return [
            ("pay", _("Book a payment")),
            ("deposit", _("Apply the deposit")),
            ("void", _("Void the invoice")),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def run(values: Any) -> HttpResponse:
            invoice = commands.issue_invoice(
                customer_id=values["customer"].pk,
                site_id=values["site"].pk,
                subject_key=values["subject_key"],
                title_en=values["title_en"],
                title_ja=values["title_ja"],
                net=values["net"],
                currency=values["currency"].upper(),
                due_on=values["due_on"],
                command_id=values["command_id"],
                actor_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(invoice)

        form = IssueForm(
            request.POST or None,
            user=request.user,
            initial={"command_id": uuid.uuid4()},
        )
        return self.command_page(
            request,
            form=form,
            title=_("Issue an invoice"),
            verb=_("Issue the invoice"),
            run=run,
        )

    def pay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Book money that arrived."""
        invoice = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.record_payment(
                invoice_id=invoice.pk,
                amount=values["amount"],
                currency=invoice.currency,
                method=values["method"],
                external_id=values["external_id"],
                actor_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(invoice)

        return self.command_page(
            request,
            form=PaymentForm(request.POST or None),
            title=invoice,
            verb=_("Book the payment"),
            run=run,
        )

    def deposit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pay the invoice from what is held for its subject."""
        invoice = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.apply_deposit(
                invoice_id=invoice.pk, actor_id=actor(request), at=timezone.now()
            )
            return self.to_row(invoice)

        return self.command_page(
            request,
            form=forms.Form(request.POST or None),
            title=invoice,
            verb=_("Apply the deposit"),
            sentence=_("What is held for the same subject pays this invoice, once."),
            run=run,
        )

    def void_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take back an invoice nobody has paid on."""
        invoice = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.void_invoice(
                invoice_id=invoice.pk, actor_id=actor(request), at=timezone.now()
            )
            return self.to_row(invoice)

        return self.command_page(
            request,
            form=forms.Form(request.POST or None),
            title=invoice,
            verb=_("Void the invoice"),
            sentence=_("A reversing posting takes it off the customer's account."),
            run=run,
        )


@admin.register(Payment)
class PaymentAdmin(LedgerAdmin[Payment]):
    """Money that arrived."""

    date_hierarchy = "received_at"
    list_display = ["external_id", "invoice", "amount", "method", "received_at"]
    list_filter = ["method", "currency"]
    list_select_related = ["invoice"]
    ordering = ["-received_at", "-pk"]
    search_fields = ["external_id", "invoice__number"]


@admin.register(Account)
class AccountAdmin(LedgerAdmin[Account]):
    """One running balance."""

    list_display = ["kind", "customer", "subject_key", "currency"]
    list_filter = ["kind", "currency"]
    list_select_related = ["customer"]
    ordering = ["kind", "customer", "pk"]
    search_fields = ["customer__name", "=subject_key"]


class EntryInline(ReadInline[AccountEntry]):
    """The sides of a posting."""

    model = AccountEntry
    fields = ["account", "amount"]


@admin.register(Posting)
class PostingAdmin(LedgerAdmin[Posting]):
    """One event of money and its sides."""

    date_hierarchy = "posted_at"
    inlines = [EntryInline]
    list_display = ["memo", "posted_at", "posted_by"]
    read_as = {"memo": lambda row: sentences.read(row.memo)}
    list_select_related = ["posted_by"]
    ordering = ["-posted_at", "-pk"]
    search_fields = ["memo"]


@admin.register(AccountEntry)
class AccountEntryAdmin(LedgerAdmin[AccountEntry]):
    """The statement of each account."""

    list_display = ["posting", "account", "amount"]
    list_filter = ["account__kind", "currency"]
    list_select_related = ["posting", "account__customer"]
    ordering = ["-posting", "-pk"]
    search_fields = ["account__customer__name", "posting__memo"]

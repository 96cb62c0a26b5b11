"""The promise ledger, to read."""

from django.contrib import admin

from common.admin import LedgerAdmin
from workshop.models import Promise


@admin.register(Promise)
class PromiseAdmin(LedgerAdmin[Promise]):
    """Each date that was given, and what moved it."""

    date_hierarchy = "given_at"
    list_display = [
        "subject_key",
        "sequence",
        "promised_on",
        "moved_days",
        "confidence",
        "cause",
        "given_at",
    ]
    list_filter = ["confidence", "cause"]
    ordering = ["-given_at", "-pk"]
    search_fields = ["=subject_key"]

"""The promise ledger, to read."""

from django.contrib import admin

from common.desk import LedgerAdmin
from common.formats import day_text
from common.reading import title
from common.subjects import names_of
from workshop.models import Promise


@title(Promise)
def promise_title(row: Promise) -> str:
    about = names_of([row.subject_key])[row.subject_key]
    return f"{about} · {day_text(row.promised_on)}"


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

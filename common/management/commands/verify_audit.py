"""Recompute the audit chains: ``manage.py verify_audit``."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from common.models import AuditChain, AuditEntry
from common.verification import verify_audit


class Command(BaseCommand):
    help = "Recomputes every audit chain and compares it with all anchors."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = verify_audit()
        for fault in faults:
            self.stdout.write(self.style.ERROR(f"BROKEN  {fault}"))
        if faults:
            sys.exit(1)
        chains, entries = AuditChain.objects.count(), AuditEntry.objects.count()
        self.stdout.write(f"ok      {entries} entries in {chains} chains")

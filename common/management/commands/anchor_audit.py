"""Sign the heads of all audit chains now: ``manage.py anchor_audit``."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from common.anchors import anchor_audit


class Command(BaseCommand):
    help = "Signs all chain heads; the file goes to AUDIT_ANCHOR_DIR."

    def handle(self, *args: Any, **options: Any) -> None:
        anchor = anchor_audit(at=timezone.now())
        self.stdout.write(f"{len(anchor.heads)} heads signed at {anchor}")

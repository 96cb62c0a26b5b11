"""Files people hand in: photos, papers, measurements."""

import uuid
from pathlib import PurePath

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def attachment_path(attachment: "Attachment", file_name: str) -> str:
    """Return a name of our own: a name that was sent is never used as a path."""
    ending = PurePath(file_name).suffix.lower()
    ending = ending if ending.isascii() and ending[1:].isalnum() else ""
    return f"attachments/{uuid.uuid4().hex}{ending[:6]}"


class Attachment(models.Model):
    """One stored file, tied to its owner by a key that only the owner's app reads."""

    file = models.FileField(_("file"), upload_to=attachment_path, max_length=200)
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    media_type = models.CharField(_("media type"), max_length=100)
    byte_size = models.PositiveBigIntegerField(_("size in bytes"))
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), db_default=Now())
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    owner_key = models.CharField(_("owner"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="common_attachment_sha256",
            )
        ]
        indexes = [
            # Read by an owner that lists its files.
            models.Index(fields=["owner_key"], name="common_attachment_owner")
        ]

    def __str__(self) -> str:
        return self.owner_key or self.sha256[:12]

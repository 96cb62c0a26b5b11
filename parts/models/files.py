"""Photos and documents of parts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Attachment
from parts.models.catalogue import Part


class PartFile(models.Model):
    """One picture or paper that belongs to a part."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", _("Photo")
        DOCUMENT = "DOCUMENT", _("Document")

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="files", verbose_name=_("part")
    )
    attachment = models.OneToOneField(
        Attachment, models.PROTECT, related_name="+", verbose_name=_("file")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("photo or document")
        verbose_name_plural = _("photos and documents")

    def __str__(self) -> str:
        return self.title or str(self.part_id)

"""Photos and documents of parts."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Attachment
from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from workshop.models import DESK_ROLES, HOUSE_ROLES, Viewer, role_of


class PartFileQuerySet(ScopedQuerySet["PartFile"]):
    def visible_to(self, user: Viewer) -> Self:
        """The desk sees all of them, who works on cars the pictures."""
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        return self.photos() if role in HOUSE_ROLES else self.none()

    def photos(self) -> Self:
        return self.filter(kind=PartFile.Kind.PHOTO)

    def documents(self) -> Self:
        return self.filter(kind=PartFile.Kind.DOCUMENT)


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

    objects = PartFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo or document")
        verbose_name_plural = _("photos and documents")

    def __str__(self) -> str:
        return self.title or str(self.part_id)

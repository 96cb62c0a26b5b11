"""Who did what, in chains that show when a link was touched."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditChain(models.Model):
    """The head of one subject's chain of audit entries."""

    subject = models.CharField(_("subject"), max_length=100, unique=True)
    length = models.PositiveBigIntegerField(_("entries"), default=0)
    head_hash = models.CharField(_("hash of the last entry"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit chain")
        verbose_name_plural = _("audit chains")

    def __str__(self) -> str:
        return self.subject


class AuditEntry(models.Model):
    """One command's mark on one subject. Append-only; ids only, no personal data."""

    chain = models.ForeignKey(
        AuditChain,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name=_("chain"),
    )
    sequence = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    command = models.CharField(_("command"), max_length=100)
    detail = models.JSONField(_("detail"), default=dict)
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "sequence"], name="common_auditentry_sequence"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=1), name="common_auditentry_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.command}"


class AuditAnchor(models.Model):
    """A signed list of all chain heads at one instant. Append-only."""

    anchored_at = models.DateTimeField(_("anchored at"), unique=True)
    heads = models.JSONField(_("heads"))
    signature = models.CharField(_("signature"), max_length=64)

    class Meta:
        verbose_name = _("audit anchor")
        verbose_name_plural = _("audit anchors")

    def __str__(self) -> str:
        return self.anchored_at.isoformat()

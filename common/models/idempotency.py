"""Requests that must have their effect once."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class IdempotentRequest(models.Model):
    """One command that was carried out under a key, and what it answered."""

    key = models.CharField(_("key"), max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    command = models.CharField(_("command"), max_length=100)
    body_hash = models.CharField(_("hash of the request"), max_length=64)
    answer = models.JSONField(_("answer"), null=True)
    created_at = models.DateTimeField(_("carried out at"), db_default=Now())

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "key"],
                nulls_distinct=False,
                name="common_idempotentrequest_key",
            )
        ]
        indexes = [
            # Read by the nightly clean-up.
            models.Index(fields=["created_at"], name="common_idempotentrequest_age")
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.key}"

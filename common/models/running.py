"""Signs of life of what runs in the background."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerCanary(models.Model):
    """When a worker of one queue last showed that it works."""

    queue = models.CharField(_("queue"), max_length=50, unique=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("worker canary")
        verbose_name_plural = _("worker canaries")

    def __str__(self) -> str:
        return self.queue


class ScheduledRun(models.Model):
    """One due slot of a scheduled job; its row is the claim to run it."""

    job = models.CharField(_("job"), max_length=100)
    slot = models.DateTimeField(_("slot"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "slot"], name="common_scheduledrun_slot"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot.isoformat()}"

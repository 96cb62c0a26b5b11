"""What is to be done once a command has committed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.database import UuidV7


class OutboxEvent(models.Model):
    """One intent of a command; written in its transaction, sent only by the relay."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("Waiting to be sent")
        PUBLISHED = "PUBLISHED", _("Handed to the broker")
        RUNNING = "RUNNING", _("Being worked on")
        DONE = "DONE", _("Done")
        DEAD = "DEAD", _("Given up")
        UNKNOWN = "UNKNOWN", _("Set aside: nobody knows this task")

    id = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    task = models.CharField(_("task"), max_length=100)
    version = models.PositiveSmallIntegerField(_("payload version"), default=1)
    payload = models.JSONField(_("payload"), default=dict)
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("written at"), db_default=Now())
    available_at = models.DateTimeField(_("not before"), db_default=Now())
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    publications = models.PositiveIntegerField(_("times sent"), default=0)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outbox event")
        verbose_name_plural = _("outbox events")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "PENDING", "PUBLISHED", "RUNNING", "DONE", "DEAD", "UNKNOWN"
                    ]
                ),
                name="common_outboxevent_state",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False)
                | Q(state__in=["PENDING", "PUBLISHED", "RUNNING", "UNKNOWN"]),
                name="common_outboxevent_finished",
            ),
            models.CheckConstraint(
                condition=Q(leased_until__isnull=False)
                | ~Q(state__in=["PUBLISHED", "RUNNING"]),
                name="common_outboxevent_leased",
            ),
        ]  # fmt: skip
        indexes = [
            # Read by the relay's `due` claim, five times a second.
            models.Index(
                fields=["available_at"],
                name="common_outboxevent_due",
                condition=Q(state="PENDING"),
            ),
            # Read by the relay's sweep for work that was lost on the way.
            models.Index(
                fields=["leased_until"],
                name="common_outboxevent_leases",
                condition=Q(state__in=["PUBLISHED", "RUNNING"]),
            ),
            # Read by the admin's list of dead letters and by /readyz.
            models.Index(
                fields=["created_at"],
                name="common_outboxevent_set_aside",
                condition=Q(state__in=["DEAD", "UNKNOWN"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject}".strip()

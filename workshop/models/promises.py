"""The promise ledger: each date that was given, by whom, on what, and what moved it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PromiseQuerySet(models.QuerySet["Promise"]):
    def history_of(self, subject_key: str) -> "PromiseQuerySet":
        return self.filter(subject_key=subject_key).order_by("-sequence")

    def in_force(self) -> "PromiseQuerySet":
        """Only the newest date of each subject."""
        return self.order_by("subject_key", "-sequence").distinct("subject_key")


class Promise(models.Model):
    """One date given for one subject, such as ``project:12``. Never edited."""

    class Confidence(models.TextChoices):
        FIRM = "FIRM", _("Firm")
        LIKELY = "LIKELY", _("Likely")
        ROUGH = "ROUGH", _("Rough")

    class Cause(models.TextChoices):
        FIRST = "FIRST", _("First promise")
        PART_LATE = "PART_LATE", _("A part comes later")
        PART_EARLY = "PART_EARLY", _("A part comes earlier")
        WORK_LONGER = "WORK_LONGER", _("Work takes longer")
        WORK_CHANGED = "WORK_CHANGED", _("The agreed work changed")
        PEOPLE = "PEOPLE", _("People or bays changed")
        PROGRESS = "PROGRESS", _("Work went on")

    subject_key = models.CharField(_("subject"), max_length=60)
    sequence = models.PositiveIntegerField(_("number"))
    promised_on = models.DateField(_("promised on"))
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    # What the cause names (part, dates, card), so that each reader gets a sentence
    # in their own language.
    cause_detail = models.JSONField(_("what the cause names"), default=dict)
    # Opaque keys of what the date rests on: plan run, parts answers, cards.
    evidence = models.JSONField(_("what it rests on"), default=dict)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given at"))
    moved_days = models.IntegerField(
        _("moved by, days"), default=0, help_text=_("Against the date before.")
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.UniqueConstraint(
                "subject_key", "sequence", name="workshop_promise_sequence"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=1), name="workshop_promise_from_one"
            ),
            models.CheckConstraint(
                condition=~Q(cause="FIRST") | Q(sequence=1),
                name="workshop_promise_first_is_first",
            ),
        ]
        indexes = [
            # Serves the newest promise and the history of one subject.
            models.Index(
                "subject_key", F("sequence").desc(), name="workshop_promise_history"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_key} #{self.sequence}: {self.promised_on}"

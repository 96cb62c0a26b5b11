"""What is seen in the work: checks, measurements, findings, pictures, originals."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.models import Attachment
from parts.models import Bin, Part
from restoration.models.catalogue import InspectionItem
from restoration.models.projects import Project
from restoration.models.work import JobCard
from workshop.models import Technician


class ChecklistItem(models.Model):
    """One step or inspection item on a card, and what was found."""

    class Result(models.TextChoices):
        OPEN = "OPEN", _("Not checked")
        GOOD = "GOOD", _("Good")
        NOT_GOOD = "NOT_GOOD", _("Not good")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("Does not apply")

    card = models.ForeignKey(JobCard, models.PROTECT, related_name="checklist")
    position = models.PositiveSmallIntegerField(_("position"))
    item = models.ForeignKey(
        InspectionItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    text_en = models.CharField(_("text (English)"), max_length=200)
    text_ja = models.CharField(_("text (Japanese)"), max_length=200, blank=True)
    result = models.CharField(
        _("result"), max_length=16, choices=Result, default=Result.OPEN
    )
    checked_by = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [
            models.UniqueConstraint(
                "card", "position", name="restoration_check_position"
            ),
            models.CheckConstraint(
                condition=Q(result="OPEN") | Q(checked_at__isnull=False),
                name="restoration_check_result_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text_en

    @property
    def text(self) -> str:
        if (get_language() or "en").startswith("ja") and self.text_ja:
            return self.text_ja
        return self.text_en


class Measurement(models.Model):
    """One measured value. Never edited: a new measurement follows."""

    card = models.ForeignKey(JobCard, models.PROTECT, related_name="measurements")
    item = models.ForeignKey(
        InspectionItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    label = models.CharField(_("what"), max_length=120)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40)
    measured_by = models.ForeignKey(
        Technician, models.PROTECT, null=True, related_name="+"
    )
    measured_at = models.DateTimeField(_("measured at"))

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")

    def __str__(self) -> str:
        return f"{self.label}: {self.value} {self.unit}"


class Finding(models.Model):
    """Something found in the work that was not agreed."""

    class Severity(models.TextChoices):
        NOTE = "NOTE", _("Worth knowing")
        SHOULD = "SHOULD", _("Should be done")
        MUST = "MUST", _("Must be done")

    class State(models.TextChoices):
        RAISED = "RAISED", _("Raised")
        PRICED = "PRICED", _("Priced")
        ASKED = "ASKED", _("Customer asked")
        APPROVED = "APPROVED", _("Approved")
        DECLINED = "DECLINED", _("Declined")
        CLOSED = "CLOSED", _("Closed")

    project = models.ForeignKey(Project, models.PROTECT, related_name="findings")
    card = models.ForeignKey(
        JobCard, models.PROTECT, null=True, blank=True, related_name="findings"
    )
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.RAISED
    )
    text = models.TextField(_("what was found"))
    language = models.CharField(_("written in"), max_length=5, default="ja")
    minutes_low = models.PositiveIntegerField(_("at least, minutes"), default=0)
    minutes_high = models.PositiveIntegerField(_("at most, minutes"), default=0)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_low__lte=F("minutes_high")),
                name="restoration_finding_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Photo(models.Model):
    """A picture of a car at work, linked to its file."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="photos")
    card = models.ForeignKey(
        JobCard, models.PROTECT, null=True, blank=True, related_name="photos"
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="photos"
    )
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="photo")
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    is_for_customer = models.BooleanField(_("shown to the customer"), default=False)
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.caption or str(self.pk)


class RemovedPart(models.Model):
    """An original that came off the car, its tag, its place and its fate."""

    class Verdict(models.TextChoices):
        UNDECIDED = "UNDECIDED", _("Not judged")
        KEEP = "KEEP", _("Keep")
        CLEAN = "CLEAN", _("Clean")
        REPAIR = "REPAIR", _("Repair")
        REPLACE = "REPLACE", _("Replace")

    class Fate(models.TextChoices):
        OPEN = "OPEN", _("Open")
        REFITTED = "REFITTED", _("Refitted")
        REFURBISHED = "REFURBISHED", _("Refurbished")
        STORED_FOR_OWNER = "STORED_FOR_OWNER", _("Stored for the owner")
        RETURNED_TO_OWNER = "RETURNED_TO_OWNER", _("Returned to the owner")
        SCRAPPED = "SCRAPPED", _("Scrapped with consent")
        SOLD = "SOLD", _("Sold for the owner")

    project = models.ForeignKey(Project, models.PROTECT, related_name="removed_parts")
    card = models.ForeignKey(
        JobCard, models.PROTECT, null=True, blank=True, related_name="removed_parts"
    )
    tag = models.CharField(_("tag"), max_length=20, unique=True)
    text_en = models.CharField(_("what (English)"), max_length=200)
    text_ja = models.CharField(_("what (Japanese)"), max_length=200, blank=True)
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="+"
    )
    bin = models.ForeignKey(
        Bin, models.PROTECT, null=True, blank=True, related_name="originals"
    )
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=Verdict, default=Verdict.UNDECIDED
    )
    fate = models.CharField(_("fate"), max_length=18, choices=Fate, default=Fate.OPEN)
    # Who agreed to scrapping or selling it, and in what words.
    consent = models.CharField(_("owner's consent"), max_length=200, blank=True)
    removed_at = models.DateTimeField(_("removed at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("removed original")
        verbose_name_plural = _("removed originals")
        constraints = [
            models.CheckConstraint(
                condition=Q(fate="OPEN", settled_at__isnull=True)
                | ~Q(fate="OPEN") & Q(settled_at__isnull=False),
                name="restoration_original_fate_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(fate__in=["SCRAPPED", "SOLD"]) | ~Q(consent=""),
                name="restoration_original_gone_with_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.tag


class DossierEntry(models.Model):
    """One sealed line of a car's story. Never edited."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="dossier")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dossier entry")
        verbose_name_plural = _("dossier entries")
        constraints = [
            models.UniqueConstraint(
                "project", "sequence", name="restoration_dossier_sequence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.sequence}: {self.kind}"

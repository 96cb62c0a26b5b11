"""Files that are read into the house: what was in each row and what became of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import Attachment
from common.querysets import ScopedQuerySet
from workshop.models import DESK_ROLES, Site, Viewer, role_of


class ImportQuerySet(ScopedQuerySet["Import"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Import(models.Model):
    """One file on its way in: read, mapped, checked, written."""

    class Kind(models.TextChoices):
        CATALOGUE = "CATALOGUE", _("Catalogue")
        PRICES = "PRICES", _("Prices")
        OFFERS = "OFFERS", _("Suppliers' offers")
        COUNTS = "COUNTS", _("Stock counts")
        ORDERS = "ORDERS", _("Purchase orders")

    class State(models.TextChoices):
        UPLOADED = "UPLOADED", _("Columns to be matched")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        WRITING = "WRITING", _("Being written")
        DONE = "DONE", _("Written")
        FAILED = "FAILED", _("Failed")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Mode(models.TextChoices):
        ALL_OR_NOTHING = "ALL_OR_NOTHING", _("The whole file or nothing")
        VALID_ONLY = "VALID_ONLY", _("Valid rows only")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.UPLOADED
    )
    mode = models.CharField(
        _("which rows"), max_length=14, choices=Mode, default=Mode.ALL_OR_NOTHING
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site"),
    )
    # For offers and orders that name no supplier in their rows.
    supplier = models.ForeignKey(
        "parts.Supplier",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    file = models.OneToOneField(
        Attachment, models.PROTECT, related_name="+", verbose_name=_("file")
    )
    file_name = models.CharField(_("file name"), max_length=200)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    sheet = models.CharField(_("sheet"), max_length=60, blank=True)
    # Header of the file → field of ours: ``{"品番": "number"}``.
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_same = models.PositiveIntegerField(_("as before"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused"), default=0)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(rows_done__lte=F("rows_total")),
                name="parts_import_done_within_total",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of a file and what is to become of it, or why not."""

    class Verdict(models.TextChoices):
        NEW = "NEW", _("New")
        CHANGED = "CHANGED", _("Changed")
        SAME = "SAME", _("As before")
        REFUSED = "REFUSED", _("Refused")

    run = models.ForeignKey(
        Import, models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    verdict = models.CharField(_("result"), max_length=8, choices=Verdict)
    # What was read, by field of ours, as text.
    values = models.JSONField(_("values"), default=dict)
    # ``[{"column": "価格", "code": "not_a_number", "given": "abc"}]``
    problems = models.JSONField(_("reasons"), default=list)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint("run", "line", name="parts_importrow_once"),
            models.CheckConstraint(
                condition=Q(verdict="REFUSED") & ~Q(problems=[])
                | ~Q(verdict="REFUSED") & Q(problems=[]),
                name="parts_importrow_refused_says_why",
            ),
        ]
        indexes = [
            # Serves the preview: rows of one result, in order.
            models.Index("run", "verdict", "line", name="parts_importrow_preview"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.line}"

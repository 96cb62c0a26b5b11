"""What takes a number's place, and what may stand in for it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.querysets import ScopedQuerySet
from parts.models.catalogue import Part
from workshop.models import DESK_ROLES, Provenance, Variant, Viewer, role_of


class SupersessionQuerySet(ScopedQuerySet["Supersession"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Supersession(Provenance):
    """One number's place is taken by another, from a day and under conditions.

    Empty conditions hold for every car; frame numbers and months are inclusive.
    """

    class Kind(models.TextChoices):
        ONE_WAY = "ONE_WAY", _("New replaces old")
        TWO_WAY = "TWO_WAY", _("Either replaces the other")

    old = models.ForeignKey(
        Part, models.CASCADE, related_name="superseded_by", verbose_name=_("old part")
    )
    new = models.ForeignKey(
        Part, models.CASCADE, related_name="supersedes", verbose_name=_("new part")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.ONE_WAY)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    condition = models.CharField(_("only when"), max_length=200, blank=True)
    condition_ja = models.CharField(
        _("only when, in Japanese"), max_length=200, blank=True
    )
    variant = models.ForeignKey(
        Variant,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for variant"),
    )
    first_frame = models.PositiveIntegerField(_("first frame"), null=True, blank=True)
    last_frame = models.PositiveIntegerField(_("last frame"), null=True, blank=True)
    built_from = models.DateField(_("from month"), null=True, blank=True)
    built_to = models.DateField(_("to month"), null=True, blank=True)
    # A bracket, say, without which the new number does not fit.
    only_with = models.ForeignKey(
        Part,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="needed_by_successions",
        verbose_name=_("only together with"),
    )

    objects = SupersessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("supersession")
        verbose_name_plural = _("supersessions")
        constraints = [
            models.UniqueConstraint(
                "old",
                "new",
                "variant",
                "first_frame",
                "built_from",
                name="parts_supersession_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(old=F("new")), name="parts_supersession_not_itself"
            ),
            models.CheckConstraint(
                condition=(
                    (
                        Q(ends_on__isnull=True)
                        | Q(starts_on__isnull=True)
                        | Q(ends_on__gte=F("starts_on"))
                    )
                    & (
                        Q(last_frame__isnull=True)
                        | Q(first_frame__isnull=True)
                        | Q(last_frame__gte=F("first_frame"))
                    )
                    & (
                        Q(built_to__isnull=True)
                        | Q(built_from__isnull=True)
                        | Q(built_to__gte=F("built_from"))
                    )
                ),
                name="parts_supersession_ranges_sound",
            ),
            models.CheckConstraint(
                condition=Q(first_frame__isnull=True, last_frame__isnull=True)
                | Q(variant__isnull=False),
                name="parts_supersession_frames_of_variant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class AlternateQuerySet(ScopedQuerySet["Alternate"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()


class Alternate(Provenance):
    """A part that may stand in for another, as a lead to be checked."""

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="alternates", verbose_name=_("part")
    )
    alternate = models.ForeignKey(
        Part, models.CASCADE, related_name="alternate_for", verbose_name=_("alternate")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    # A stand-in of another grade is put on a car only when its owner agrees.
    needs_consent = models.BooleanField(_("customer must agree"), default=True)

    objects = AlternateQuerySet.as_manager()

    class Meta:
        verbose_name = _("alternate")
        verbose_name_plural = _("alternates")
        constraints = [
            models.UniqueConstraint("part", "alternate", name="parts_alternate_once"),
            models.CheckConstraint(
                condition=~Q(part=F("alternate")), name="parts_alternate_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} ~ {self.alternate_id}"

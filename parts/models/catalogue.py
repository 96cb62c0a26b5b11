"""What a car is built with: parts, their numbers, what replaces and what fits."""

import re
import unicodedata
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.querysets import ScopedQuerySet
from workshop.models import BilingualName, Provenance, Variant, Viewer, role_of

# Every dash that people type for the trade's hyphen; NFKC alone leaves them apart.
_DASHES = "-‐‑‒–—―−ーｰ﹘﹣－_"
_SEPARATORS = re.compile(rf"[\s{re.escape(_DASHES)}./]+")


def normalise_number(text: str) -> str:
    """Return the form in which part numbers are compared.

    ``13020-05U00``, ``1302005u00`` and ``１３０２０－０５Ｕ００`` give ``1302005U00``.
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


class PartQuerySet(ScopedQuerySet["Part"]):
    def visible_to(self, user: Viewer) -> Self:
        """The catalogue is open to everyone who signs in."""
        return self if role_of(user) is not None else self.none()

    def numbered(self, text: str) -> Self:
        return self.filter(numbers__normalised=normalise_number(text))


class Part(BilingualName, Provenance):
    """One thing that can be stocked, wanted or fitted. It may have no number yet."""

    class Grade(models.TextChoices):
        GENUINE_NEW = "GENUINE_NEW", _("Genuine, new")
        HERITAGE = "HERITAGE", _("Heritage reissue")
        NISMO = "NISMO", _("NISMO")
        REPRODUCTION = "REPRODUCTION", _("Reproduction")
        THIRD_PARTY = "THIRD_PARTY", _("Third party")
        USED = "USED", _("Used")
        REFURBISHED = "REFURBISHED", _("Refurbished")
        FABRICATED = "FABRICATED", _("Made by us")

    class Life(models.TextChoices):
        UNKNOWN = "UNKNOWN", _("Not known")
        CURRENT = "CURRENT", _("Current")
        SUPERSEDED = "SUPERSEDED", _("Superseded")
        PROVISIONALLY_DISCONTINUED = (
            "PROVISIONALLY_DISCONTINUED",
            _("Provisionally discontinued"),
        )
        DISCONTINUED = "DISCONTINUED", _("No longer made")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_kana = models.CharField(_("reading"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=8, default="EACH")
    category = models.CharField(_("category"), max_length=60, blank=True)
    generations = models.CharField(_("generations"), max_length=120, blank=True)
    grade = models.CharField(
        _("grade"), max_length=16, choices=Grade, default=Grade.GENUINE_NEW
    )
    life = models.CharField(
        _("life"), max_length=28, choices=Life, default=Life.UNKNOWN
    )
    status_text = models.CharField(
        _("status in the source"), max_length=200, blank=True
    )
    sample_price = models.DecimalField(
        _("price seen"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    sample_price_currency = models.CharField(_("currency"), max_length=3, default="JPY")
    notes = models.TextField(_("notes"), blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.CheckConstraint(
                condition=Q(sample_price__isnull=True) | Q(sample_price__gte=0),
                name="parts_part_price_not_negative",
            ),
        ]
        indexes = [
            # Serves the catalogue filtered by category, in order of code.
            models.Index("category", "code", name="parts_part_by_category"),
        ]


class PartNumber(models.Model):
    """One number of a part, as printed and as compared."""

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="numbers", verbose_name=_("part")
    )
    as_printed = models.CharField(_("number"), max_length=40)
    normalised = models.CharField(
        _("as compared"), max_length=40, unique=True, editable=False
    )
    is_primary = models.BooleanField(_("current number"), default=True)

    class Meta:
        verbose_name = _("part number")
        verbose_name_plural = _("part numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(normalised__regex=r"^[A-Z0-9]+$"),
                name="parts_number_normalised",
            ),
            models.UniqueConstraint(
                "part",
                condition=Q(is_primary=True),
                name="parts_number_one_primary",
            ),
        ]

    def __str__(self) -> str:
        return self.as_printed

    def save(self, **kwargs: object) -> None:
        self.normalised = normalise_number(self.as_printed)
        super().save(**kwargs)  # type: ignore[arg-type]  # Django's own keywords


class Supersession(Provenance):
    """One number's place is taken by another, from a day and under conditions."""

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
    condition = models.CharField(_("only when"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("supersession")
        verbose_name_plural = _("supersessions")
        constraints = [
            models.UniqueConstraint("old", "new", name="parts_supersession_once"),
            models.CheckConstraint(
                condition=~Q(old=F("new")), name="parts_supersession_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class Alternate(Provenance):
    """A part that may stand in for another, as a lead to be checked."""

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="alternates", verbose_name=_("part")
    )
    alternate = models.ForeignKey(
        Part, models.CASCADE, related_name="alternate_for", verbose_name=_("alternate")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

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


class Fitment(Provenance):
    """A part fits a generation, a variant, or a range of frame numbers of it."""

    part = models.ForeignKey(
        Part, models.CASCADE, related_name="fitments", verbose_name=_("part")
    )
    generation = models.CharField(_("generation"), max_length=16)
    variant = models.ForeignKey(
        Variant,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="fitments",
        verbose_name=_("variant"),
    )
    first_frame = models.PositiveIntegerField(_("first frame"), null=True, blank=True)
    last_frame = models.PositiveIntegerField(_("last frame"), null=True, blank=True)
    built_from = models.DateField(_("from month"), null=True, blank=True)
    built_to = models.DateField(_("to month"), null=True, blank=True)
    position = models.CharField(_("position"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("fitment")
        verbose_name_plural = _("fitments")
        constraints = [
            models.UniqueConstraint(
                "part",
                "generation",
                "variant",
                "first_frame",
                "position",
                name="parts_fitment_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # Serves "what fits this car".
            models.Index("generation", "variant", name="parts_fitment_by_car"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.generation}"


class KitLine(models.Model):
    """How many of a component one kit holds. Kits may hold kits."""

    kit = models.ForeignKey(
        Part, models.CASCADE, related_name="kit_lines", verbose_name=_("kit")
    )
    component = models.ForeignKey(
        Part, models.PROTECT, related_name="in_kits", verbose_name=_("component")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("kit line")
        verbose_name_plural = _("kit lines")
        constraints = [
            models.UniqueConstraint("kit", "component", name="parts_kitline_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & ~Q(kit=F("component")),
                name="parts_kitline_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id}: {self.quantity} × {self.component_id}"


class Watch(models.Model):
    """A number that may vanish and that somebody wants to hear about."""

    class Seen(models.TextChoices):
        FIRST_SEEN = "FIRST_SEEN", _("First seen")
        PRICE_MOVED = "PRICE_MOVED", _("Price moved")
        GONE = "GONE", _("Gone")
        QUIET = "QUIET", _("Nothing new")

    part = models.OneToOneField(
        Part, models.CASCADE, related_name="watch", verbose_name=_("part")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    last_seen = models.CharField(
        _("last seen"), max_length=12, choices=Seen, default=Seen.QUIET
    )
    watched_at = models.DateTimeField(_("watched since"))

    class Meta:
        verbose_name = _("watched number")
        verbose_name_plural = _("watched numbers")

    def __str__(self) -> str:
        return str(self.part_id)

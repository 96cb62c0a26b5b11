"""The car families the house serves: rows, never code."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workshop.models.house import BilingualName
from workshop.models.provenance import Provenance


class Variant(BilingualName, Provenance):
    """One variant of one generation as the factory record tells it."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    generation = models.CharField(_("generation"), max_length=16)
    chassis_code = models.CharField(_("chassis code"), max_length=16, blank=True)
    type_designation = models.CharField(_("type"), max_length=40, blank=True)
    model_code = models.CharField(
        _("model code on the plate"), max_length=40, blank=True
    )
    built_from = models.DateField(_("first month"), null=True, blank=True)
    built_to = models.DateField(_("last month"), null=True, blank=True)
    engine = models.CharField(_("engine"), max_length=120, blank=True)
    power = models.CharField(_("power"), max_length=60, blank=True)
    torque = models.CharField(_("torque"), max_length=60, blank=True)
    gearbox = models.CharField(_("gearbox"), max_length=60, blank=True)
    drivetrain = models.CharField(_("drivetrain"), max_length=120, blank=True)
    rear_steer = models.CharField(_("rear steer"), max_length=60, blank=True)
    units = models.PositiveIntegerField(_("built"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        indexes = [
            # Serves the intake: the plate's model code decides the variant.
            models.Index("model_code", name="workshop_variant_model_code"),
        ]


class FrameRange(models.Model):
    """Frame numbers of one variant, first to last; ranges of variants overlap."""

    variant = models.ForeignKey(
        Variant, models.CASCADE, related_name="frame_ranges", verbose_name=_("variant")
    )
    prefix = models.CharField(_("prefix"), max_length=12)
    first = models.PositiveIntegerField(_("first"))
    last = models.PositiveIntegerField(_("last"))
    units = models.PositiveIntegerField(_("built in this range"))

    class Meta:
        verbose_name = _("frame range")
        verbose_name_plural = _("frame ranges")
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lte=F("last")), name="workshop_range_first_to_last"
            ),
            models.UniqueConstraint(
                "variant", "prefix", "first", name="workshop_range_once"
            ),
        ]
        indexes = [
            # Serves the intake: which ranges hold this frame number.
            models.Index("prefix", "first", "last", name="workshop_range_lookup"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.first:06d}..{self.last:06d}"


class Colour(BilingualName, Provenance):
    """One paint code of one chassis."""

    chassis_code = models.CharField(_("chassis code"), max_length=16)
    code = models.CharField(_("colour code"), max_length=8)
    first_built = models.DateField(_("first month"), null=True, blank=True)
    last_built = models.DateField(_("last month"), null=True, blank=True)
    units = models.PositiveIntegerField(_("built"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("colour")
        verbose_name_plural = _("colours")
        constraints = [
            models.UniqueConstraint(
                "chassis_code", "code", name="workshop_colour_once_per_chassis"
            ),
        ]


class VariantColour(models.Model):
    """How many cars of a variant left the works in a colour."""

    variant = models.ForeignKey(
        Variant, models.CASCADE, related_name="colours", verbose_name=_("variant")
    )
    colour = models.ForeignKey(
        Colour, models.CASCADE, related_name="variants", verbose_name=_("colour")
    )
    units = models.PositiveIntegerField(_("built"))

    class Meta:
        verbose_name = _("colour of a variant")
        verbose_name_plural = _("colours of a variant")
        constraints = [
            models.UniqueConstraint(
                "variant", "colour", name="workshop_variantcolour_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}/{self.colour_id}: {self.units}"

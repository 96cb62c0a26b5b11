"""What a car is built with: parts, their numbers, what fits, what makes a kit."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.money import money_constraints
from parts.models.finding import PartQuerySet, normalise_number
from workshop.models import BilingualName, Provenance, Variant


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

    class Unit(models.TextChoices):
        """How pieces are counted. Only what is poured, cut or weighed has fractions."""

        EACH = "EACH", pgettext_lazy("unit of a part", "piece")
        SET = "SET", pgettext_lazy("unit of a part", "set")
        PAIR = "PAIR", pgettext_lazy("unit of a part", "pair")
        METRE = "METRE", pgettext_lazy("unit of a part", "metre")
        LITRE = "LITRE", pgettext_lazy("unit of a part", "litre")
        KILOGRAM = "KILOGRAM", pgettext_lazy("unit of a part", "kilogram")

    WHOLE_UNITS = (Unit.EACH, Unit.SET, Unit.PAIR)

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_kana = models.CharField(_("reading"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=8, choices=Unit, default=Unit.EACH)
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
    # What the house asks for one, before tax; shown to those who may see prices.
    list_price = models.DecimalField(
        _("our price"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    list_price_currency = models.CharField(
        _("currency of our price"), max_length=3, default="JPY"
    )
    # Refunded when the old piece comes back.
    core_charge = models.DecimalField(
        _("core charge"), max_digits=14, decimal_places=2, default=0
    )
    is_serialised = models.BooleanField(_("kept by serial number"), default=False)
    weight_grams = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)
    origin_country = models.CharField(
        _("country of origin"), max_length=2, blank=True, help_text=_("ISO 3166: JP")
    )
    hs_code = models.CharField(
        _("HS code"), max_length=10, blank=True, help_text=_("6 to 10 digits")
    )
    un_number = models.CharField(
        _("UN number"), max_length=6, blank=True, help_text=_("Dangerous goods: UN1263")
    )
    hazard_class = models.CharField(_("hazard class"), max_length=4, blank=True)
    packing_group = models.CharField(
        _("packing group"),
        max_length=3,
        blank=True,
        choices=[("I", "I"), ("II", "II"), ("III", "III")],
    )
    notes = models.TextField(_("notes"), blank=True)
    # Numbers, names and reading as they are searched; kept by a trigger.
    search_text = models.TextField(editable=False, default="", db_default="")

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.CheckConstraint(
                condition=Q(sample_price__isnull=True) | Q(sample_price__gte=0),
                name="parts_part_price_not_negative",
            ),
            *money_constraints("parts_part", "list_price", "list_price_currency"),
            models.CheckConstraint(
                condition=Q(list_price__isnull=True) | Q(list_price__gte=0),
                name="parts_part_our_price_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(core_charge__gte=0), name="parts_part_core_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(hs_code="") | Q(hs_code__regex=r"^[0-9]{6,10}$"),
                name="parts_part_hs_code_is_digits",
            ),
            models.CheckConstraint(
                condition=Q(origin_country="") | Q(origin_country__regex=r"^[A-Z]{2}$"),
                name="parts_part_origin_is_iso",
            ),
            # Goods are dangerous as a whole: number and class, or neither.
            models.CheckConstraint(
                condition=Q(un_number="", hazard_class="", packing_group="")
                | Q(un_number__regex=r"^UN[0-9]{4}$")
                & Q(hazard_class__regex=r"^[1-9](\.[1-6])?$"),
                name="parts_part_hazard_whole",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit__in=["EACH", "SET", "PAIR", "METRE", "LITRE", "KILOGRAM"]
                ),
                name="parts_part_unit_known",
            ),
        ]
        indexes = [
            # Serves the catalogue filtered by category, in order of code.
            models.Index("category", "code", name="parts_part_by_category"),
            # Serves the catalogue sorted by reading.
            models.Index("name_kana", "code", name="parts_part_by_reading"),
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


class LifeChange(models.Model):
    """One step in the life of a part: what it became, when, and who says so.

    Never edited; `Part.life` is the newest.
    """

    part = models.ForeignKey(
        Part, models.PROTECT, related_name="life_changes", verbose_name=_("part")
    )
    was = models.CharField(_("was"), max_length=28, choices=Part.Life)
    became = models.CharField(_("became"), max_length=28, choices=Part.Life)
    changed_on = models.DateField(_("as of"))
    source = models.CharField(_("source"), max_length=300)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name = _("change of life")
        verbose_name_plural = _("changes of life")
        indexes = [
            # Serves the part's page: newest first.
            models.Index("part", F("noted_at").desc(), name="parts_lifechange_story"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.became}"


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

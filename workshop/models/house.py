"""Sites, bays, skills and the hours in which people work."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.database import ClockRange, IdRange, OnDay
from common.querysets import ScopedQuerySet
from workshop.models.people import (
    DESK_ROLES,
    Role,
    User,
    Viewer,
    require_time_zone,
    role_of,
)


class BilingualName(models.Model):
    """A thing named in both languages of the house."""

    name_en = models.CharField(_("name (English)"), max_length=200)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, else the one there is."""
        if (get_language() or "en").startswith("ja") and self.name_ja:
            return self.name_ja
        return self.name_en


class Skill(BilingualName):
    """One thing a technician can do, single and schedulable."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")


class Site(BilingualName):
    """One workshop with its own hours, bays, currency and tax."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    country = models.CharField(_("country"), max_length=2, default="JP")
    # As papers print it, line by line; the second for papers in Japanese.
    address = models.TextField(_("address"), blank=True)
    address_ja = models.TextField(_("address, in Japanese"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Tokyo",
        validators=[require_time_zone],
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    tax_percent = models.DecimalField(
        _("consumption tax, %"), max_digits=5, decimal_places=2, default=10
    )
    # Goods that leave the site's country: zero where exports are zero-rated.
    export_tax_percent = models.DecimalField(
        _("tax on exports, %"), max_digits=5, decimal_places=2, default=0
    )
    labour_rate = models.DecimalField(
        _("labour rate per hour"), max_digits=12, decimal_places=2, default=8000
    )
    is_demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    @property
    def address_lines(self) -> list[str]:
        """The address in the reader's language, else the one there is."""
        is_ja = (get_language() or "en").startswith("ja")
        text = (self.address_ja if is_ja else "") or self.address or self.address_ja
        return [line.strip() for line in text.splitlines() if line.strip()]


class BayKind(BilingualName):
    """A kind of place or large equipment that a car or an engine occupies."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("bay kind")
        verbose_name_plural = _("bay kinds")


class Bay(BilingualName):
    """One place that holds one car at a time."""

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="bays", verbose_name=_("site")
    )
    kind = models.ForeignKey(
        BayKind, models.PROTECT, related_name="bays", verbose_name=_("bay kind")
    )
    code = models.CharField(_("code"), max_length=20)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("bay")
        verbose_name_plural = _("bays")
        constraints = [
            models.UniqueConstraint("site", "code", name="workshop_bay_code_per_site"),
        ]


class TechnicianQuerySet(ScopedQuerySet["Technician"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.TECHNICIAN:
            return self.filter(user_id=user.pk)
        return self.none()

    def employed(self) -> Self:
        return self.filter(is_active=True)


class Technician(models.Model):
    """One person whose hours are planned."""

    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="technician",
        verbose_name=_("login"),
    )
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="technicians", verbose_name=_("site")
    )
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_kana = models.CharField(_("reading"), max_length=120, blank=True)
    skills = models.ManyToManyField(
        Skill, related_name="technicians", verbose_name=_("skills")
    )
    is_active = models.BooleanField(_("employed"), default=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    objects = TechnicianQuerySet.as_manager()

    class Meta:
        verbose_name = _("technician")
        verbose_name_plural = _("technicians")

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """One window of one weekday. A technician's own windows replace the site's."""

    site = models.ForeignKey(
        Site, models.CASCADE, related_name="hours", verbose_name=_("site")
    )
    technician = models.ForeignKey(
        Technician,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="hours",
        verbose_name=_("technician"),
    )
    weekday = models.PositiveSmallIntegerField(_("weekday (0 = Monday)"))
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")), name="workshop_hours_open_first"
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="workshop_hours_weekday_known"
            ),
            models.UniqueConstraint(
                "site",
                "technician",
                "weekday",
                "opens",
                name="workshop_hours_one_per_start",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}–{self.closes}"


class AbsenceQuerySet(ScopedQuerySet["Absence"]):
    def visible_to(self, user: Viewer) -> Self:
        return self.filter(technician__in=Technician.objects.visible_to(user))


class Absence(models.Model):
    """A time in which a technician does not work although the hours say so."""

    technician = models.ForeignKey(
        Technician,
        models.CASCADE,
        related_name="absences",
        verbose_name=_("technician"),
    )
    period = DateTimeRangeField(_("from – to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            ExclusionConstraint(
                name="workshop_absence_no_overlap",
                expressions=[
                    (IdRange("technician"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technician}: {self.period}"


class ExtraDayQuerySet(ScopedQuerySet["ExtraDay"]):
    def visible_to(self, user: Viewer) -> Self:
        return self if role_of(user) in DESK_ROLES else self.none()

    def valid(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class ExtraDay(models.Model):
    """One window of one date that is worked whatever the week or a holiday says.

    A technician's own windows replace the site's on that date.
    """

    site = models.ForeignKey(
        Site, models.CASCADE, related_name="extra_days", verbose_name=_("site")
    )
    technician = models.ForeignKey(
        Technician,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="extra_days",
        verbose_name=_("technician"),
    )
    day = models.DateField(_("day"))
    # On the site's clock.
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # What was entered together is taken back together.
    batch = models.UUIDField(_("entered together"))
    entered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"))
    withdrawn_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ExtraDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("extra day")
        verbose_name_plural = _("extra days")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")), name="workshop_extraday_opens_first"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="workshop_extraday_withdrawn_by_somebody",
            ),
            ExclusionConstraint(
                name="workshop_extraday_no_overlap",
                expressions=[
                    (IdRange("site"), RangeOperators.OVERLAPS),
                    # The site's own windows are of nobody, once.
                    (IdRange(Coalesce("technician", 0)), RangeOperators.OVERLAPS),
                    (
                        ClockRange(OnDay("day", "opens"), OnDay("day", "closes")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.opens}–{self.closes}"


class Holiday(BilingualName):
    """A public holiday of one country: nobody is planned."""

    country = models.CharField(_("country"), max_length=2)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(
                "country", "day", name="workshop_holiday_one_a_day"
            ),
        ]

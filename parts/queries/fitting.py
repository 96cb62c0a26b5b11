"""What fits a car, and which cars a part fits."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput, NotFound
from parts.models import Fitment, Part
from parts.queries.conditions import Fit
from workshop.models import FrameRange, Variant

_GAPS = re.compile(r"[\s\-‐‑‒–—―−ーｰ﹘﹣－_]+")
FRAME = re.compile(r"([A-Z]+[0-9]{2})([0-9]{1,6})")


@dataclass(frozen=True)
class FittedCar:
    """A car as far as its frame number, or its papers, tell."""

    frame_number: str
    serial: int | None
    variants: tuple[Variant, ...]
    generations: tuple[str, ...]
    built_month: date | None = None


@dataclass(frozen=True)
class Fitting:
    """One part that fits, where on the car, and what is not known yet."""

    part: Part
    row: Fitment
    known: Fit


@dataclass
class FittingGroup:
    """What fits of one category."""

    category: str
    rows: list[Fitting] = field(default_factory=list)


def car_of(
    frame_number: str,
    *,
    variant_id: int | None = None,
    built_month: date | None = None,
) -> FittedCar:
    """Return what a frame number says of its car.

    Args:
        frame_number: however it was typed: ``BNR34-004321``.
        variant_id: the variant, where the plate has decided it.
        built_month: where it is known.

    Raises:
        InvalidInput: it is no frame number, or nobody knows its prefix.
        NotFound: no car of this number was built.

    Source: docs/domain/intake.md I1, docs/domain/catalogue.md C20.
    """
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", frame_number)).upper()
    found = FRAME.fullmatch(plain)
    if found is None:
        raise InvalidInput(
            _(
                "“%(text)s” is no frame number; a prefix, a hyphen and six digits were"
                " expected, such as BNR34-004321."
            ),
            field="frame",
            text=frame_number[:40],
        )
    prefix, serial = found[1], int(found[2])
    ranges = FrameRange.objects.filter(prefix=prefix).select_related("variant")
    rows = list(ranges.order_by("first", "pk"))
    if not rows:
        raise InvalidInput(
            _("No car with the prefix %(prefix)s is known."),
            field="frame",
            prefix=prefix,
        )
    holding = {r.variant_id: r.variant for r in rows if r.first <= serial <= r.last}
    if not holding:
        raise NotFound(
            _("%(prefix)s-%(serial)s was never built."),
            prefix=prefix,
            serial=f"{serial:06d}",
        )
    if variant_id in holding:
        holding = {variant_id: holding[variant_id]}
    return FittedCar(
        frame_number=f"{prefix}-{serial:06d}",
        serial=serial,
        variants=tuple(holding.values()),
        generations=tuple(dict.fromkeys(v.generation for v in holding.values())),
        built_month=built_month,
    )


def what_fits(car: FittedCar) -> list[FittingGroup]:
    """Return the parts that fit a car, by category and place, in two statements.

    A row whose variant, frame numbers or months cannot be told is shown as unknown;
    one that is not for this car is left out.

    Args:
        car: as `car_of` returns it.

    Source: docs/domain/catalogue.md C20, C21.
    """
    variants = [variant.pk for variant in car.variants]
    rows = (
        Fitment.objects.filter(generation__in=car.generations)
        .filter(Q(variant__isnull=True) | Q(variant__in=variants))
        .select_related("part", "variant")
        .prefetch_related("part__numbers")
        .order_by("part__category", "position", "part__code", "pk")
    )
    fitting = [
        Fitting(row.part, row, known)
        for row in rows
        if (known := _known(row, car)) is not Fit.NO
    ]
    return [
        FittingGroup(category, list(found))
        for category, found in groupby(fitting, key=lambda each: each.part.category)
    ]


def cars_fitted(part_id: int) -> list[Fitment]:
    """Return which cars a part is for, as the catalogue says."""
    rows = Fitment.objects.filter(part_id=part_id).select_related("variant")
    return list(rows.order_by("generation", "variant", "first_frame", "pk"))


def fits_car(rows: Sequence[Fitment], car: FittedCar) -> Fit:
    """Return whether a part of these rows fits a car; no row says nothing of it."""
    known = {
        _known(row, car)
        for row in rows
        if row.generation in car.generations
        and (row.variant_id is None or row.variant_id in {v.pk for v in car.variants})
    }
    for answer in (Fit.YES, Fit.UNKNOWN):
        if answer in known:
            return answer
    return Fit.NO


def _known(row: Fitment, car: FittedCar) -> Fit:
    found = {
        _frames(row, car),
        _months(row, car),
        # Several variants carry this frame number: the plate has to decide.
        Fit.UNKNOWN if row.variant_id and len(car.variants) > 1 else Fit.YES,
    }
    if Fit.NO in found:
        return Fit.NO
    return Fit.UNKNOWN if Fit.UNKNOWN in found else Fit.YES


def _frames(row: Fitment, car: FittedCar) -> Fit:
    if row.first_frame is None and row.last_frame is None:
        return Fit.YES
    if car.serial is None:
        return Fit.UNKNOWN
    after = row.first_frame is None or row.first_frame <= car.serial
    before = row.last_frame is None or car.serial <= row.last_frame
    return Fit.YES if after and before else Fit.NO


def _months(row: Fitment, car: FittedCar) -> Fit:
    if row.built_from is None and row.built_to is None:
        return Fit.YES
    if car.built_month is None:
        return Fit.UNKNOWN
    month = (car.built_month.year, car.built_month.month)
    if row.built_from and month < (row.built_from.year, row.built_from.month):
        return Fit.NO
    if row.built_to and month > (row.built_to.year, row.built_to.month):
        return Fit.NO
    return Fit.YES

"""What a frame number says of a car: candidates, months, colours, with counts."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, InvalidInput
from restoration.models import Vehicle
from workshop.models import Colour, FrameRange, Variant, VariantColour

# Every dash that people type for the hyphen of a frame number.
_GAPS = re.compile(r"[\s\-‐‑‒–—―−ーｰ﹘﹣－_]+")
DIGITS = 6


class NeverBuilt(DomainError):
    """The number lies outside every range that was built for its prefix."""

    status = 422
    title = _("No such car was built")
    todo = _(
        "Read the number on the plate again. If it is right, a manager can enter the"
        " car with a reason."
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variant one of whose ranges holds the number."""

    variant: Variant
    first: int
    last: int
    units: int

    @property
    def built_from(self) -> date | None:
        return self.variant.built_from

    @property
    def built_to(self) -> date | None:
        return self.variant.built_to


@dataclass(frozen=True, slots=True)
class ColourCount:
    """How many cars of the candidates were built in a colour."""

    colour: Colour
    units: int


@dataclass(frozen=True, slots=True)
class FrameReading:
    """What is known of a frame number. Counts are as recorded, not odds."""

    frame_number: str
    prefix: str
    serial: int
    candidates: tuple[Candidate, ...]
    colours: tuple[ColourCount, ...]
    # Whether the plate's model code narrowed the candidates.
    is_decided_by_plate: bool
    evidence: tuple[str, ...]

    @property
    def variant(self) -> Variant | None:
        """The one variant, where only one is left."""
        if len(self.candidates) == 1:
            return self.candidates[0].variant
        return None


def normalise_model_code(text: str) -> str:
    """Return a plate's model code as it is compared: case, width, ends do not count."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def split_frame_number(text: str) -> tuple[str, int]:
    """Return prefix and serial of a frame number however it was typed.

    Args:
        text: such as ``BNR34-004321``, ``bnr34 4321`` or ``ＢＮＲ３４－００４３２１``.

    Raises:
        InvalidInput: it is not a prefix and at most six digits.

    Source: docs/domain/intake.md, rule I1.
    """
    plain = _GAPS.sub("-", unicodedata.normalize("NFKC", text).strip()).upper()
    plain = plain.strip("-")
    prefix, digits = _parts_of(plain)
    if not re.fullmatch(r"[A-Z][A-Z0-9]*", prefix) or not re.fullmatch(
        rf"[0-9]{{1,{DIGITS}}}", digits
    ):
        raise InvalidInput(
            _(
                "“%(text)s” is no frame number; a prefix, a hyphen and six digits were"
                " expected, such as BNR34-004321."
            ),
            field="frame_number",
            text=text[:40],
        )
    return prefix, int(digits)


def _parts_of(plain: str) -> tuple[str, str]:
    if "-" in plain:
        head, _dash, digits = plain.rpartition("-")
        return head.replace("-", ""), digits
    known = [p for p in known_prefixes() if plain.startswith(p)]
    if known:
        prefix = max(known, key=len)
        return prefix, plain[len(prefix) :]
    return plain[:-DIGITS], plain[-DIGITS:]


def known_prefixes() -> list[str]:
    """Return the prefixes that have frame ranges, in order."""
    rows = FrameRange.objects.order_by("prefix").values_list("prefix", flat=True)
    return list(rows.distinct())


def frame_number_of(prefix: str, serial: int) -> str:
    """Return the one spelling of a frame number."""
    return f"{prefix}-{serial:0{DIGITS}d}"


def decode_frame_number(text: str, *, model_code: str = "") -> FrameReading:
    """Narrow a frame number to the cars it can be.

    Args:
        text: the number, however it was typed.
        model_code: as read on the plate; it decides between overlapping ranges. A code
            the record does not know leaves all candidates open.

    Raises:
        InvalidInput: it is no frame number, or no range has its prefix.
        NeverBuilt: no range of the prefix holds it; ``context["ranges"]`` names the
            stretches that exist.

    Source: docs/domain/intake.md, rules I1 to I6.
    """
    prefix, serial = split_frame_number(text)
    ranges = list(
        FrameRange.objects.filter(prefix=prefix)
        .select_related("variant")
        .order_by("first", "last", "pk")
    )
    if not ranges:
        raise _unknown_prefix(prefix)
    holding = [r for r in ranges if r.first <= serial <= r.last]
    if not holding:
        raise _never_built(prefix, serial, ranges)
    everyone = [Candidate(r.variant, r.first, r.last, r.units) for r in holding]
    everyone.sort(key=lambda c: (-c.units, c.variant.code))
    code = normalise_model_code(model_code)
    named = [c for c in everyone if code and _code_of(c) == code]
    candidates = tuple(named or everyone)
    return FrameReading(
        frame_number=frame_number_of(prefix, serial),
        prefix=prefix,
        serial=serial,
        candidates=candidates,
        colours=colours_of([c.variant.pk for c in candidates]),
        is_decided_by_plate=bool(named),
        evidence=tuple(_evidence(candidates)),
    )


def _code_of(candidate: Candidate) -> str:
    return normalise_model_code(candidate.variant.model_code)


def _unknown_prefix(prefix: str) -> InvalidInput:
    return InvalidInput(
        _("No car with the prefix %(prefix)s is known; there are %(known)s."),
        field="frame_number",
        prefix=prefix,
        known=", ".join(known_prefixes()) or "–",
    )


def _never_built(prefix: str, serial: int, ranges: Sequence[FrameRange]) -> NeverBuilt:
    spans = stretches((r.first, r.last) for r in ranges)
    return NeverBuilt(
        _("%(frame_number)s was never built. Built were %(spans)s."),
        frame_number=frame_number_of(prefix, serial),
        spans="; ".join(f"{a:06d}–{b:06d}" for a, b in spans),
        ranges=[[a, b] for a, b in spans],
    )


def stretches(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches of numbers that overlapping or touching spans cover.

    Args:
        spans: first and last number of each, in any order.
    """
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _evidence(candidates: Iterable[Candidate]) -> list[str]:
    found = dict.fromkeys(
        c.variant.source.strip() for c in candidates if c.variant.source.strip()
    )
    return list(found)


def colours_of(variant_ids: Sequence[int]) -> tuple[ColourCount, ...]:
    """Return the colours these variants were built in, most frequent first."""
    counts = dict(
        VariantColour.objects.filter(variant_id__in=variant_ids)
        .values_list("colour_id")
        .annotate(built=Sum("units"))
        .values_list("colour_id", "built")
    )
    colours = Colour.objects.filter(pk__in=counts)
    found = [ColourCount(c, counts[c.pk]) for c in colours]
    return tuple(sorted(found, key=lambda c: (-c.units, c.colour.code)))


def generation_of(prefix: str) -> str:
    """Return the generation that a prefix belongs to, or nothing."""
    found = Variant.objects.filter(frame_ranges__prefix=prefix).order_by("pk").first()
    return found.generation if found is not None else ""


def generation_of_car(car: Vehicle) -> str:
    """Return the generation of a car; of an unlisted one by its prefix, or nothing."""
    if car.variant is not None:
        return car.variant.generation
    return generation_of(car.prefix)

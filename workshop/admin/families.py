"""The car families: read here, written by the seeds."""

from django.contrib import admin
from django.utils.translation import pgettext

from common import sentences
from common.desk import LedgerAdmin, ReadInline, named_values
from common.reading import Reader, quoted
from workshop.models import Colour, FrameRange, Variant, VariantColour


class FrameRangeInline(ReadInline[FrameRange]):
    """The numbers of a variant."""

    model = FrameRange


class VariantColourInline(ReadInline[VariantColour]):
    """How many left the works in which colour."""

    model = VariantColour


# Facts as their source tells them, and how far they may be trusted.
SOURCED: dict[str, Reader] = {
    "confidence": lambda row: sentences.read(row.confidence),
    "notes": lambda row: quoted(row.notes),
    "source": lambda row: quoted(row.source),
}


def generation_name(generation: str) -> str:
    """Return what a generation is called: its letters, or what it stands for."""
    related = pgettext("generation", "Related models")
    return related if generation == "RELATED" else generation


@admin.register(Variant)
class VariantAdmin(LedgerAdmin[Variant]):
    """One variant of one generation, with its numbers and colours."""

    inlines = [FrameRangeInline, VariantColourInline]
    list_display = ["name", "code", "generation", "model_code", "units", "basis"]
    list_filter = [("generation", named_values(generation_name)), "basis"]
    read_as = {
        **SOURCED,
        "generation": lambda row: generation_name(row.generation),
        "torque": lambda row: quoted(row.torque),
    }
    ordering = ["generation", "code"]
    search_fields = ["code", "name_en", "name_ja", "model_code"]


@admin.register(Colour)
class ColourAdmin(LedgerAdmin[Colour]):
    """One paint of one chassis."""

    list_display = ["name", "code", "chassis_code", "units", "basis"]
    read_as = SOURCED
    list_filter = ["chassis_code", "basis"]
    ordering = ["chassis_code", "code"]
    search_fields = ["code", "name_en", "name_ja"]

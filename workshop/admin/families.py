"""The car families: read here, written by the seeds."""

from django.contrib import admin

from common.admin import LedgerAdmin
from workshop.admin.pages import ReadInline
from workshop.models import Colour, FrameRange, Variant, VariantColour


class FrameRangeInline(ReadInline):
    """The numbers of a variant."""

    model = FrameRange


class VariantColourInline(ReadInline):
    """How many left the works in which colour."""

    model = VariantColour


@admin.register(Variant)
class VariantAdmin(LedgerAdmin[Variant]):
    """One variant of one generation, with its numbers and colours."""

    inlines = [FrameRangeInline, VariantColourInline]
    list_display = ["code", "name", "generation", "model_code", "units", "basis"]
    list_filter = ["generation", "basis"]
    ordering = ["generation", "code"]
    search_fields = ["code", "name_en", "name_ja", "model_code"]


@admin.register(Colour)
class ColourAdmin(LedgerAdmin[Colour]):
    """One paint of one chassis."""

    list_display = ["code", "name", "chassis_code", "units", "basis"]
    list_filter = ["chassis_code", "basis"]
    ordering = ["chassis_code", "code"]
    search_fields = ["code", "name_en", "name_ja"]

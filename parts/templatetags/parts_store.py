"""Pieces of the store's pages."""

from django import template
from django.utils.safestring import SafeString

from common import sentences
from common.reading import key_text
from parts.admin.finding import part_cell
from parts.models import Demand, Part, StockMovement

register = template.Library()


@register.simple_tag
def part_named(part: Part) -> SafeString:
    """A part by its number and name; its numbers were read before."""
    return part_cell(part)


@register.simple_tag
def wish_named(wish: Demand) -> SafeString | str:
    """For whom a wish is, named by its key."""
    return key_text(wish, wish.subject_key)


@register.simple_tag
def line_for(line: StockMovement) -> SafeString | str:
    """What a ledger line was for, named by its key."""
    return key_text(line, line.subject_key) or "—"


@register.simple_tag
def line_reason(line: StockMovement) -> str:
    """Why a ledger line was written, in the reader's language."""
    return sentences.read(line.reason)

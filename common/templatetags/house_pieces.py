"""Larger pieces: navigation, promise, phases, timeline, photos, tables, what floats."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import formats
from common.templatetags.house_values import STATES
from common.templatetags.house_values import icon as icon_svg

register = template.Library()


@register.inclusion_tag("common/c/nav_link.html", takes_context=True)
def nav_link(
    context: template.Context,
    url: str,
    label: str,
    icon: str,
    *,
    count: int = 0,
    exact: bool = False,
    belongs: bool = False,
) -> dict[str, Any]:
    """One place of a face's navigation; on a phone it is a tab at the thumb.

    Args:
        context: the page's.
        url: where it leads.
        label: one or two words.
        icon: a name of the sprite.
        count: what waits there; none is shown for 0.
        exact: current only on this very page, not below it.
        belongs: current in any case: the page belongs to it under another address.
    """
    request = context.get("request")
    path = request.path if request else ""
    place = url.partition("?")[0]
    here = belongs or (path == place if exact else path.startswith(place))
    return {"url": url, "label": label, "icon": icon, "count": count, "here": here}


@register.inclusion_tag("common/c/promise.html")
def promise(
    on: date | None,
    *,
    confidence: str = "",
    before: date | None = None,
    cause: str = "",
    url: str = "",
    big: bool = False,
) -> dict[str, Any]:
    """A promised date, how sure it is and what moved it; a tap opens the ledger.

    Args:
        on: the promised date.
        confidence: in words or per cent, as the ledger says it.
        before: the date it was before the last change.
        cause: one clause: "rear quarter panel arrives 12 Feb, not 6 Feb".
        url: the ledger.
        big: 28 px, for the top of a page.
    """
    days = (on - before).days if on and before else 0
    return {
        "on": on,
        "confidence": confidence,
        "days": days,
        "moved": formats.moved_text(days) if days else "",
        "cause": cause,
        "url": url,
        "big": big,
    }


def get(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else getattr(item, name, None)


@register.inclusion_tag("common/c/phases.html")
def phases(items: Sequence[Any]) -> dict[str, Any]:
    """The phases of a restoration as one bar.

    Args:
        items: in order, each with ``name`` and ``state`` (one of the five).
    """
    states = [get(item, "state") for item in items]
    open_ones = [i for i, kind in enumerate(states) if kind in ("RUNNING", "BLOCKED")]
    undone = [i for i, kind in enumerate(states) if kind != "DONE"]
    at = (open_ones or undone or [len(states) - 1])[0] if states else -1
    return {
        "items": [
            {
                "name": get(item, "name"),
                "state": get(item, "state"),
                "word": STATES.get(get(item, "state"), ""),
                "here": index == at,
            }
            for index, item in enumerate(items)
        ],
        "current": items[at] if states else None,
        "position": at + 1,
        "total": len(states),
    }


@register.inclusion_tag("common/c/timeline.html")
def timeline(items: Iterable[Any], *, empty: str = "") -> dict[str, Any]:
    """What happened, newest first as given.

    Args:
        items: each with ``title``, ``state``, and ``at`` (instant) or ``on`` (date);
            if wanted ``cause``, ``by``, ``url``.
        empty: what to say when nothing has happened.
    """
    return {"items": items, "empty": empty}


@register.inclusion_tag("common/c/photos.html")
def photos(items: Iterable[Any]) -> dict[str, Any]:
    """A grid of photos: each with ``url``, ``alt``, perhaps ``thumb``, ``caption``."""
    return {"items": items}


@register.inclusion_tag("common/c/compare.html")
def compare(before: Any, after: Any, *, caption: str = "") -> dict[str, Any]:
    """Before and after under one slider: each with ``url`` and ``alt``."""
    return {"before": before, "after": after, "caption": caption}


@register.inclusion_tag("common/c/part_line.html")
def part_line(
    number: str,
    name_en: str,
    name_ja: str,
    *,
    quantity: Decimal | int | None = None,
    unit: str = "",
    grade: str = "",
    state: str = "",
    answer: str = "",
    on: date | None = None,
    url: str = "",
) -> dict[str, Any]:
    """A part: number, name in both languages, grade, availability answer.

    Args:
        number: as printed; empty reads "number unknown".
        name_en: English name.
        name_ja: Japanese name.
        quantity: how many are wanted.
        unit: in which they are counted.
        grade: genuine new, heritage, used …
        state: one of the five.
        answer: the availability answer in words.
        on: the date the answer names.
        url: the part's page.
    """
    return {**locals()}


@register.simple_tag
def stat(
    value: Any, label: str, *, url: str = "", state: str = "", more: str = ""
) -> SafeString:
    """A number that opens its list.

    Args:
        value: the number, already written for people.
        label: what it counts.
        url: the list.
        state: one of the five, shown by its mark when the number is not zero.
        more: a small line below.
    """
    return render_to_string(
        "common/c/stat.html",
        {"value": value, "label": label, "url": url, "state": state, "more": more},
    )


@register.inclusion_tag("common/c/empty.html")
def empty(
    title: str, text: str = "", *, url: str = "", label: str = "", icon: str = "list"
) -> dict[str, Any]:
    """Nothing here yet, and the next step."""
    return {"title": title, "text": text, "url": url, "label": label, "icon": icon}


@register.inclusion_tag("common/c/progress.html")
def progress(
    value: float | None, total: float, text: str, *, percent: bool = False
) -> dict[str, Any]:
    """How far something is, and what is being done; ``None`` means not known."""
    return {"value": value, "total": total, "text": text, "percent": percent}


@register.inclusion_tag("common/c/tabs.html")
def tabs(items: Iterable[Any], *, label: str = "") -> dict[str, Any]:
    """Places side by side: each with ``url``, ``label``, ``here``, maybe ``count``."""
    return {"items": items, "label": label}


@register.inclusion_tag("common/c/steps.html")
def steps(items: Iterable[Any], *, label: str = "") -> dict[str, Any]:
    """The steps of one procedure: each with ``label``, ``state`` and ``here``."""
    return {"items": items, "label": label}


@register.inclusion_tag("common/c/pages.html", takes_context=True)
def pages(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Earlier and later pages of a list; keeps the filters."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("common/c/sort_header.html", takes_context=True)
def sort_header(
    context: template.Context, key: str, label: str, *, number: bool = False
) -> dict[str, Any]:
    """A ``<th>`` that sorts by ``?sort=key`` and ``?sort=-key``."""
    request = context.get("request")
    sort = request.GET.get("sort", "") if request else ""
    order = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    return {
        "label": label,
        "number": number,
        "order": order,
        "next": f"-{key}" if order == "ascending" else key,
        "request": request,
    }


@register.inclusion_tag("common/c/signature.html")
def signature(
    label: str, *, name: str = "", at: Any = None, digest: str = ""
) -> dict[str, Any]:
    """A signature line: signed by name and time, or empty to sign on paper."""
    return {"label": label, "name": name, "at": at, "digest": digest}


@register.simple_block_tag
def dialog(content: str, id: str, title: str, kind: str = "") -> SafeString:
    """A native dialog; a button with ``opens=id`` shows it.

    Args:
        content: what stands between the tags.
        id: the dialog's id.
        title: its heading.
        kind: ``panel`` slides it to the side of the page.
    """
    return render_to_string(
        "common/c/dialog.html",
        {"content": content, "id": id, "title": title, "kind": kind},
    )


BANNERS = {
    "info": ("", "info"),
    "warning": ("is-running", "alert"),
    "error": ("is-blocked", "alert"),
    "done": ("is-done", "check"),
    "offline": ("is-running", "offline"),
    "demo": ("is-waiting", "flag"),
}


@register.simple_block_tag
def banner(content: str, kind: str = "info", *, inside: bool = False) -> SafeString:
    """A line across the page: info, warning, error, done, offline, demo.

    Args:
        content: what stands between the tags.
        kind: one of the six.
        inside: within the page's column instead of across the top.
    """
    shade, name = BANNERS.get(kind, BANNERS["info"])
    return format_html(
        '<div class="banner {}{}" data-banner="{}" role="status">{}<div>{}</div></div>',
        shade,
        " banner--inside" if inside else "",
        kind,
        icon_svg(name),
        content,
    )

"""What carries a label with a code to scan: upper floors say, pages print and follow.

A code holds a short path such as ``/s/b/12``. Whoever scans it with any camera comes
to the house's door and from there to the page that suits their role.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import segno
from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

_PATH = re.compile(r"(?:^|/)s/(?P<kind>[a-z]{1,8})/(?P<pk>[0-9]{1,18})/?$")


@dataclass(frozen=True)
class Label:
    """What stands on one label.

    Attributes:
        kind: the short word of what it is on.
        pk: the row's key.
        title: in large letters: a bin's code, a part's number, a tag.
        lines: what helps a person, most important first.
    """

    kind: str
    pk: int
    title: str
    lines: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return path_of(self.kind, self.pk)

    @property
    def code(self) -> SafeString:
        """The code as SVG, as large as the place it stands in."""
        return qr_code(f"{settings.BASE_URL.rstrip('/')}{self.path}")


# The rows' keys → their labels; keys without a row are left out.
Maker = Callable[[Collection[int]], Iterable[Label]]
# A row's key and the reader's role → the page that suits it; None for a plain one.
Page = Callable[[int, str], str | None]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that carries labels."""

    name: str | Promise
    make: Maker
    page: Page


_kinds: dict[str, Kind] = {}


def register(kind: str, *, name: str | Promise, make: Maker, page: Page) -> None:
    """Say what a kind of label is for.

    Args:
        kind: a short word of small letters; it stands in the code for ever.
        name: of what the labels are on, in the plural.
        make: writes the labels of many rows in a fixed number of statements.
        page: names the page that a scan leads to.
    """
    _kinds[kind] = Kind(name, make, page)


def kinds() -> dict[str, Kind]:
    """Return what carries labels, by its short word."""
    return dict(_kinds)


def labels_of(kind: str, keys: Collection[int]) -> list[Label]:
    """Return labels in the order of the keys; missing rows are left out."""
    if kind not in _kinds:
        return []
    made = {label.pk: label for label in _kinds[kind].make(keys)}
    return [made[pk] for pk in keys if pk in made]


def page_of(kind: str, pk: int, role: str) -> str | None:
    """Return the page a scan leads a role to; None where a plain one will do."""
    return _kinds[kind].page(pk, role) if kind in _kinds else None


def path_of(kind: str, pk: int) -> str:
    """Return the path that a label's code holds."""
    return f"/s/{kind}/{pk}"


def read_path(text: str) -> tuple[str, int] | None:
    """Return kind and key of a scanned code; None for anything else.

    A scanner may send the whole address, the path alone, or full-width letters.
    """
    found = _PATH.search(unicodedata.normalize("NFKC", text).strip().lower())
    if found is None or found["kind"] not in _kinds:
        return None
    return found["kind"], int(found["pk"])


def qr_code(text: str) -> SafeString:
    """Return a text as a QR code in SVG that grows with its place."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 - made of modules, no text comes through

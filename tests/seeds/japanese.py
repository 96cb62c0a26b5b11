"""What of a Japanese page a person would read in English, or as a code."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.db.models import Model
from django.test import Client
from django.urls import Resolver404, resolve

from parts.models import Bin, Shipment
from restoration.models import Project
from workshop.models import Colour, Customer, Technician, User, Variant

# Two English words in a row are a title at least; names of ours are data.
ENGLISH = re.compile(r"[A-Za-z][A-Za-z’']+(?:[ ,;:]+[A-Za-z][A-Za-z’']*){1,}")
# An enum's value: capitals alone, or joined by underscores.
CODE = re.compile(r"(?:[A-Z]{4,}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)")
# Made by the house, whatever the language.
OURS = ("GT-R Workshop", "NISMO", "RB26DETT", "Page Up", "Page Down")
# What people, papers and sources say in their own words, as it was entered.
DATA: tuple[tuple[type[Model], str], ...] = (
    (User, "full_name"), (Customer, "name"), (Technician, "name"), (Bin, "code"),
    (Variant, "name_ja"), (Variant, "source"), (Colour, "name_ja"),
    (Project, "title_ja"), (Shipment, "carrier"),
)  # fmt: skip
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-confirm")
UNREAD = ("script", "style", "template", "title")
VOID = ("br", "hr", "img", "input", "link", "meta", "source", "wbr", "col")


class Reader(HTMLParser):
    """Collects what is read or heard of a page, less what says it is English."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = []

    @property
    def is_unread(self) -> bool:
        return any(unread for _tag, unread in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        unread = tag in UNREAD or given.get("lang", "ja") != "ja"
        if not unread and not self.is_unread:
            self.texts += [value for name in SPOKEN if (value := given.get(name))]
        if tag not in VOID:
            self.open.append((tag, unread))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self.is_unread:
            self.texts.append(text)


def texts_of(html: str) -> list[str]:
    """Return every text of a page that is read in its own language."""
    reader = Reader()
    reader.feed(html)
    return reader.texts


def left_in_english(html: str, allowed: set[str]) -> Iterator[str]:
    """Yield texts with three English words in a row, and codes that stand alone.

    Args:
        html: a page in Japanese.
        allowed: texts that are data: names, sources, what people typed.
    """
    for text in texts_of(html):
        rest = text
        for known in sorted(allowed, key=len, reverse=True):
            rest = rest.replace(known, " · ")
        if ENGLISH.search(rest) or CODE.fullmatch(rest.strip("（）() ")):
            yield text


def data_of_the_house() -> set[str]:
    """Return the texts that are data: names, codes of bins, conditions of a source."""
    texts = {
        str(value)
        for model, field in DATA
        for value in model._default_manager.values_list(field, flat=True)
    }
    return {*OURS, *texts} - {""}


@dataclass(frozen=True)
class Walk:
    """One face: where to begin, whose links to follow, how many pages there are.

    Attributes:
        face: the namespace of its addresses.
        start: addresses that no link leads to, besides the first page.
        least: pages found at least; fewer and the walk has lost its way.
        examples: how many addresses of one route are opened.
    """

    face: str
    start: tuple[str, ...]
    least: int
    examples: int = 8


CUSTOMERS = Walk("portal", ("/portal/",), least=4)
FLOOR = Walk("floor", ("/floor/",), least=20)
BOARD = Walk(
    "board",
    (
        "/board/",
        "/board/intake/?frame_number=BNR34-001234",
        "/board/intake/?frame_number=BNR34-001234&model_code=GJPRWYR34ZDAAAK-D",
        "/board/intake/?frame_number=BCNR33-012345",
        "/board/intake/?frame_number=nonsense",
        "/board/intake/?frame_number=",
        "/board/plan/?by=bay",
        "/board/plan/?by=nobody",
    ),
    least=40,
)


def walked(client: Client, walk: Walk) -> Iterator[tuple[str, str]]:
    """Yield address and page of all that a face's links lead to."""
    waiting, seen = list(walk.start), set(walk.start)
    opened: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        if not answer["Content-Type"].startswith("text/html"):
            continue  # a paper to take home: it has tests of its own
        html = answer.content.decode()
        yield address, html
        for link in map(unescape, re.findall(r'href="([^"#]+)', html)):
            found = urlsplit(address).path + link if link.startswith("?") else link
            route = _route_of(found)
            if not route.startswith(f"{walk.face}:") or found in seen:
                continue
            if opened[route] < walk.examples:
                opened[route] += 1
                seen.add(found)
                waiting.append(found)


def _route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""

"""Every page of the desk, and what a person reads on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.test import Client

from parts.admin.acts import ActsAdmin
from workshop.admin.pages import CommandAdmin
from workshop.models import User

# A Wednesday, 10:00 in Yokohama.
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ROWS_ASKED = 200

UNSEEN = {"script", "style", "svg", "template", "title"}
EMPTY = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

ZEROS = re.compile(r"(?<![£€$\d.,])[\d,]*\d\.\d*0{2,}\b|(?<![£€$\d.,])\d+\.0+\b")
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,}")
DOTTED = re.compile(r"[a-z]+(?:\.[a-z]+|_[a-z]+)[a-z_]*")
KEY = re.compile(r"\b[a-z]+(?:-[a-z]+)*:\d+")
ENGLISH = re.compile(r"(?:[A-Za-z][A-Za-z’'.,;:()-]* +){2,}[A-Za-z][A-Za-z’'.,;:()-]*")


@dataclass(frozen=True)
class Text:
    """One visible text, and the field it stands in."""

    text: str
    place: str
    in_english: bool


@dataclass
class Reader(HTMLParser):
    """Collects what is read on a page; what is marked as a code or quote is that."""

    texts: list[Text] = field(default_factory=list)
    entries: list[tuple[str, str]] = field(default_factory=list)
    stack: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type", "text") not in ("hidden", "checkbox"):
            self.entries.append((given.get("name", ""), given.get("value", "")))
        if tag not in EMPTY:
            self.stack.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or any(tag in UNSEEN for tag, _given in self.stack):
            return
        classes = [
            name
            for _tag, given in self.stack
            for name in given.get("class", "").split()
        ]
        if "code" in classes:
            return
        fields = [name for name in classes if name.startswith("field-")]
        place = fields[-1] if fields else self.stack[-1][0] if self.stack else ""
        in_english = any(given.get("lang") == "en" for _tag, given in self.stack)
        self.texts.append(Text(text, place, in_english))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def reader_of(language: str) -> Client:
    """Return a manager's browser at the desk, in a language."""
    manager = User.objects.get(email="manager@example.com")
    manager.language = language
    manager.save()
    client = Client()
    client.force_login(manager)
    return client


def addresses() -> Iterator[str]:
    """Yield the first page, every list, a row of each, and each page that asks."""
    yield "/admin/"
    manager = User.objects.get(email="manager@example.com")
    request = HttpRequest()
    request.user = manager
    for model, desk in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield base
        if desk.has_add_permission(request):
            yield f"{base}add/"
        rows = list(model._default_manager.order_by("pk")[:ROWS_ASKED])
        yield from (f"{base}{quote(row.pk)}/change/" for row in rows[:1] + rows[-1:])
        yield from acts_of(desk, request, rows)


def acts_of(desk: Any, request: HttpRequest, rows: list[Any]) -> Iterator[str]:
    """Yield each page that asks what a command needs, of a row that can take it."""
    if isinstance(desk, ActsAdmin):
        for act in desk.acts:
            row = next((row for row in rows if act.suits(row)), None)
            if row is not None:
                yield desk.act_url(row, act)
    if isinstance(desk, CommandAdmin):
        found = {
            page: row for row in rows for page, _verb in desk.buttons(request, row)
        }
        yield from (desk.page_url(page, row.pk) for page, row in found.items())

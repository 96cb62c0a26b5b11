"""What a pair of careful eyes would say of a page, as a list of complaints."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from playwright.sync_api import ConsoleMessage, Error, Page

ROOT = Path(__file__).parents[2]

# Texts that stand there for people to read, each with the language it claims.
READ = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim().replace(/\\s+/g, " ");
    const parent = walker.currentNode.parentElement;
    if (!text || parent.closest("script, style, template, noscript, code, pre")) {
      continue;
    }
    if (parent.checkVisibility({ visibilityProperty: true })) {
      texts.push([text, parent.closest("[lang]").lang]);
    }
  }
  return {
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((one) => one.innerText.trim()),
    lang: document.documentElement.lang,
    wider: document.documentElement.scrollWidth - innerWidth,
    texts,
  };
}"""
AXE = """(rules) => axe.run({
    resultTypes: ["violations"], elementRef: false,
    ...(rules.length && { runOnly: rules }),
  })
  .then((found) => found.violations.map(
    (rule) => [rule.impact, rule.id, rule.nodes.length, rule.nodes[0].html]))"""
# Axe asks each row of a list the same questions, and a list may have hundreds.
FEW = """(few) => {
  const places = "tbody, main ul, main ol, #content ul, select";
  const lists = [...document.querySelectorAll(places)]
    .map((list) => [...list.children]);
  lists.push([...document.querySelectorAll("main section:has(> .table-wrap)")]);
  for (const list of lists) {
    for (const one of list.slice(few)) one.remove();
  }
}"""
# The same page in other colours: nothing else about it has changed.
COLOURS = ("color-contrast", "link-in-text-block")

# Bins of the demo that are called as their kind is.
BINS = {"ORIGINALS"}
RAW_CODE = re.compile(r"\b[A-Z]+_[A-Z_]+\b")
# What Django and its libraries say when nobody translated them.
TELLTALES = (
    re.compile(r"\bSelect .+ to (change|view)\b"),
    re.compile(r"\b(Add|Change|View|Delete) [a-z]+\b"),
    re.compile(r"\bThis field is required\b"),
    re.compile(r"\b(Save|Cancel|Search|Filter|Home|History|Sign (in|out)|Yes|No)$"),
)


@dataclass
class Sight:
    """One page at one width: what it complained of itself, and what we see."""

    page: Page
    language: str
    console: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error of the console; a violation of the policy is one of them."""
        expected = message.text.startswith("Failed to load resource") and any(
            status in message.text for status in ("403", "404")
        )
        if message.type == "error" and not expected:
            self.console.append(f"console: {message.text}")

    def break_down(self, error: Error) -> None:
        """Keep what a script did not catch."""
        self.console.append(f"script: {error}")

    def complaints(self, *, reference: bool = False) -> list[str]:
        """Look once, as the page stands, and let axe look too."""
        found = self.said(reference=reference)
        return found if reference else [*found, *serious(self.page)]

    def said(self, *, reference: bool = False) -> list[str]:
        """What the console said, what stands there to be read, how it fits.

        Args:
            reference: a page of somebody else's making, for programmers: codes and
                English belong there, and its heading comes when it likes.
        """
        seen = self.page.evaluate(READ)
        if reference:
            seen |= {"texts": [], "headings": ["theirs"], "lang": self.language}
        texts = seen["texts"]
        found = [*self.console, *self.frame(seen)]
        found += [f"raw code: {text}" for text, _ in texts if is_raw_code(text)]
        if self.language == "ja":
            found += [
                f"English: {text}"
                for text, language in texts
                if language == "ja" and is_untranslated(text)
            ]
        self.console.clear()
        return list(dict.fromkeys(found))

    def frame(self, seen: dict[str, Any]) -> list[str]:
        """Title, heading, language and width."""
        found = []
        if not seen["title"].strip() or seen["title"].startswith("·"):
            found.append(f"title: {seen['title']!r}")
        if len(seen["headings"]) != 1 or not seen["headings"][0]:
            found.append(f"h1: {seen['headings']}")
        if seen["lang"] != self.language:
            found.append(f"lang: {seen['lang']}")
        if seen["wider"] > 0:
            found.append(f"{seen['wider']} px wider than the window")
        return found


def shorten(page: Page, *, rows: int = 4) -> None:
    """Leave the first rows of every list: the others are made as they are."""
    page.evaluate(FEW, rows)


def serious(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds that shuts somebody out.

    Args:
        page: as it stands.
        rules: the only ones to ask; none means all.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    return [
        f"axe {impact}: {rule} ×{count}: {html[:120]}"
        for impact, rule, count, html in page.evaluate(AXE, list(rules))
        if impact in ("serious", "critical")
    ]


def is_raw_code(text: str) -> bool:
    """`ON_HAND`, or a choice's value standing alone where its label belongs."""
    return bool(RAW_CODE.search(text)) or text in choice_values()


def is_untranslated(text: str) -> bool:
    """One of our own English texts, or a library's."""
    return text in english_texts() or any(sign.search(text) for sign in TELLTALES)


@cache
def choice_values() -> frozenset[str]:
    """Values of choices that have a label to show instead of them."""
    values: dict[str, set[str]] = {}
    for model in apps.get_models():
        for column in model._meta.get_fields():
            for value, label in getattr(column, "flatchoices", None) or ():
                values.setdefault(str(value), set()).add(str(label))
    return frozenset(
        value
        for value, labels in values.items()
        if value.isupper() and len(value) > 2 and value not in labels | BINS
    )


@cache
def english_texts() -> frozenset[str]:
    """Our msgids whose Japanese differs from them, without those with holes."""
    found: set[str] = set()
    for path in ROOT.glob("*/**/locale/ja/LC_MESSAGES/django.po"):
        if ".venv" not in path.parts:
            found |= english_of(path.read_text("utf-8"))
    return frozenset(found)


def english_of(catalogue: str) -> set[str]:
    """The whole English texts of one catalogue."""
    pairs = re.findall(
        r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', catalogue, re.MULTILINE
    )
    texts = ((joined(source), joined(target)) for source, target in pairs)
    ours = {
        source
        for source, target in texts
        if source != target and "%" not in source and re.search("[a-z]{2}", source)
    }
    # A single small word may be somebody's data; as a label it has a capital.
    labels = {source[:1].upper() + source[1:] for source in ours}
    return labels | {source for source in ours if " " in source}


def joined(lines: str) -> str:
    return "".join(re.findall(r'^"(.*)"$', lines, re.MULTILINE)).replace('\\"', '"')

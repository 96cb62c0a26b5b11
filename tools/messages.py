"""The message catalogues, without GNU gettext: ``python tools/messages.py VERB``.

extract  add new texts to each package's catalogue and drop the unused ones
compile  write the .mo files (they are not committed)
check    list every text that has no Japanese, with file and line

Packages may follow the verb: ``extract parts restoration/portal``.
"""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "ja"
# The inner packages come first: a file belongs to the first that holds it.
HOMES = (
    *("config", "restoration/portal", "restoration/floor", "restoration/board"),
    *("restoration", "parts", "workshop", "common"),
)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """msgid ""
msgstr ""
"Language: ja\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(%[sd])|\{(\w*)\}")

# What gettext calls an id: one text, or singular and plural.
Id = str | tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """A text to translate, and where a person reads it from."""

    text: Id
    context: str | None
    file: str
    line: int


def catalogue_path(home: str) -> Path:
    return ROOT / home / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def folders(home: str) -> list[Path]:
    """The package's own folder, and a face's templates, which Django looks for above.

    The templates of ``restoration/portal`` lie in ``restoration/templates/portal``.
    """
    app, _slash, face = home.partition("/")
    return [ROOT / home, *([ROOT / app / "templates" / face] if face else [])]


def sources(home: str) -> Iterator[Path]:
    """The Python files and templates this package, and no inner one, holds."""
    inner = [
        folder
        for other in HOMES
        if other.startswith(f"{home}/")
        for folder in folders(other)
    ]
    for path in sorted(p for folder in folders(home) for p in folder.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
            continue
        if not any(path.is_relative_to(folder) for folder in inner):
            yield path


def as_python(path: Path) -> bytes:
    """The file as Python: a template becomes calls of gettext amid blanked text."""
    text = path.read_text()
    if path.suffix != ".py":
        blanked = templatize(text, origin=str(path))
        # What is left of the template's indentation would not parse.
        text = "\n".join(line.lstrip() for line in blanked.split("\n"))
    return text.encode()


def uses(home: str) -> Iterator[Use]:
    """Every text of a package, in order."""
    for path in sources(home):
        found = extract("python", io.BytesIO(as_python(path)), KEYWORDS)
        for line, text, _comments, context in found:
            file = path.relative_to(ROOT).as_posix()
            yield Use(text, context, file, line)


def read(home: str) -> Catalog:
    path = catalogue_path(home)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def translation(catalog: Catalog, use: Use) -> str:
    """The Japanese of a text, or nothing where it is missing or doubtful."""
    message = catalog.get(use.text, use.context)
    if message is None or message.fuzzy:
        return ""
    return first(message.string)


def first(text: str | Sequence[str] | None) -> str:
    """The one text, or the singular of several."""
    return text if isinstance(text, str) else text[0] if text else ""


def key(message: Message) -> tuple[str, str]:
    return first(message.id), message.context or ""


# --- The verbs ------------------------------------------------------------------------


def extract_texts(homes: tuple[str, ...]) -> int:
    """Rewrite the catalogues; a text another package has translated is filled in."""
    known = [read(home) for home in HOMES]
    for home in homes:
        old = read(home)
        fresh = Catalog(locale=LANGUAGE)
        for use in uses(home):
            there = (translation(catalog, use) for catalog in (old, *known))
            text = next((found for found in there if found), "")
            plural = not isinstance(use.text, str)
            fresh.add(
                use.text,
                (text,) if plural else text,
                locations=[(use.file, use.line)],
                context=use.context,
            )
        if len(fresh):
            write(home, fresh)
            texts = [message for message in fresh if message.id]
            missing = len([True for message in texts if not first(message.string)])
            print(f"{home}: {len(fresh)} texts, {missing} without Japanese")
    return 0


def write(home: str, catalog: Catalog) -> None:
    """Write a catalogue that merges well: sorted, without dates and line numbers."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalog,
        width=88,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
    )
    path = catalogue_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + buffer.getvalue().decode())


def compile_catalogues(homes: tuple[str, ...]) -> int:
    """Write what Django reads, where the catalogue is newer."""
    for home in homes:
        path = catalogue_path(home)
        target = path.with_suffix(".mo")
        if not path.exists():
            continue
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as file:
            write_mo(file, read(home))
        fresh.replace(target)
    return 0


def check_catalogues(homes: tuple[str, ...]) -> int:
    """List what is missing, doubtful, contradictory or has other placeholders."""
    found = [*missing_texts(homes), *contradictions(), *broken_placeholders(homes)]
    for row in found:
        print(row)
    print(
        f"{len(found)} faults in the message catalogues" if found else "all in Japanese"
    )
    return 1 if found else 0


def missing_texts(homes: tuple[str, ...]) -> list[str]:
    catalogs = [read(home) for home in HOMES]
    return [
        f"{use.file}:{use.line}: no Japanese for {first(use.text)!r}"
        for home in homes
        for use in uses(home)
        if not any(translation(catalog, use) for catalog in catalogs)
    ]


def contradictions() -> list[str]:
    """Django merges all catalogues: the same text may not mean two things."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    found = []
    for home in HOMES:
        for message in read(home):
            text = first(message.string)
            if not message.id or not text or message.fuzzy:
                continue
            other, where = seen.setdefault(key(message), (text, home))
            if other != text:
                found.append(
                    f"{key(message)[0]!r} is {other!r} in {where} and {text!r} in "
                    f"{home}: agree, or give one a context (pgettext)"
                )
    return found


def broken_placeholders(homes: tuple[str, ...]) -> list[str]:
    found = []
    for home in homes:
        for message in read(home):
            text = first(message.string)
            if not message.id or not text:
                continue
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            allowed = [set(PLACEHOLDER.findall(one)) for one in ids]
            if set(PLACEHOLDER.findall(text)) not in allowed:
                found.append(f"{home}: other placeholders in {text!r} for {ids[0]!r}")
    return found


VERBS = {
    "extract": extract_texts,
    "compile": compile_catalogues,
    "check": check_catalogues,
}


def main(arguments: list[str]) -> int:
    """Run one verb over all packages, or over those named."""
    verb, *homes = arguments or ["help"]
    if verb not in VERBS or not set(homes) <= set(HOMES):
        print(f"{__doc__}\nPackages: {', '.join(HOMES)}")
        return 2
    if not settings.configured:
        # Only the template scanner asks, and only for its own tags.
        settings.configure()
    return VERBS[verb](tuple(homes) or HOMES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

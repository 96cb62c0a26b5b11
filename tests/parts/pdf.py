"""Reads the text of our own papers back, by the tables their fonts carry."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)endobj", re.DOTALL)
STREAM = re.compile(rb"(.*?)stream\r?\n(.*)\r?\nendstream", re.DOTALL)
# Pairs of brackets stand in a string as they are.
INNER = rb"\((?:\\.|[^\\()])*\)"
STRING = rb"\((?:\\.|[^\\()]|" + INNER + rb")*\)"
STEP = re.compile(
    rb"/(f\d+) [\d.]+ Tf|(\[(?:" + STRING + rb"|[^\]])*\]TJ|" + STRING + rb"Tj)",
    re.DOTALL,
)
TEXT = re.compile(STRING, re.DOTALL)
ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)
PAIR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Return all that a paper says, page after page, without its spaces."""
    found = {int(number): _unpacked(body) for number, body in OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in found.values():
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", body):
            table = re.search(rb"/ToUnicode (\d+) 0 R", found[int(number)])
            if table is not None:
                fonts[name] = _characters(found[int(table[1])])
    pages = re.findall(
        rb"/Type/Page/.*?/Contents (\d+) 0 R", b"\n".join(found.values())
    )
    said = "".join(_page(found[int(number)], fonts) for number in pages)
    return "".join(said.split())


def _unpacked(body: bytes) -> bytes:
    held = STREAM.match(body.strip())
    if held is None or b"FlateDecode" not in held[1]:
        return body
    return zlib.decompressobj().decompress(held[2])


def _characters(table: bytes) -> dict[int, str]:
    pairs = PAIR.findall(table.split(b"beginbfchar", 1)[-1])
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in pairs
    }


def _page(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said, font = [], {}
    for name, array in STEP.findall(content):
        if name:
            font = fonts[name]
            continue
        glyphs = b"".join(
            ESCAPE.sub(_plain, text[1:-1]) for text in TEXT.findall(array)
        )
        codes = (glyphs[i : i + 2] for i in range(0, len(glyphs), 2))
        said.append("".join(font.get(int.from_bytes(code), "") for code in codes))
    return "".join(said)


def _plain(escaped: re.Match[bytes]) -> bytes:
    if escaped[1].isdigit():
        return bytes([int(escaped[1], 8)])
    return LETTERS.get(escaped[1], escaped[1])

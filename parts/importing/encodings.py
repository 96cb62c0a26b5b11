"""Which characters the bytes of a file stand for."""

import codecs
import re

from charset_normalizer import from_bytes

from parts.importing.problems import FileRefused

# What a person may choose instead of what was found.
OFFERED = ("utf-8", "cp932", "utf-16", "euc_jp", "iso2022_jp", "cp1252")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_STRANGE = re.compile("[\x80-\x9f\ue000-\uf8ff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def decode(data: bytes, chosen: str = "") -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in.

    Args:
        data: the whole file.
        chosen: what a person says it is; found out if empty.

    Raises:
        FileRefused: no encoding reads it, or the chosen one does not.
    """
    if chosen:
        return _chosen(data, chosen), chosen
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _chosen(data, "utf-16"), "utf-16"
    read = {code: _strict(data, code) for code in ("utf-8", "cp932", "euc_jp")}
    likely = [code for code, text in read.items() if text is not None]
    # Half-width kana may be EUC-JP in disguise; if it is not that, they are kana.
    likely.sort(key=lambda code: code != "utf-8" and _is_odd(read[code] or ""))
    if likely:
        return read[likely[0]] or "", likely[0]
    best = from_bytes(data[:200_000]).best()
    if best is None:
        raise FileRefused("unknown_encoding")
    return _chosen(data, best.encoding), best.encoding


def _strict(data: bytes, encoding: str) -> str | None:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _chosen(data: bytes, encoding: str) -> str:
    if encoding not in OFFERED:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise FileRefused("unknown_encoding") from None
    text = _strict(data, encoding)
    if text is None:
        raise FileRefused("unknown_encoding")
    return text


def _is_odd(text: str) -> bool:
    """Tell Japanese from bytes that an encoding happens to have characters for."""
    beyond = len(_BEYOND_ASCII.findall(text))
    odd = len(_HALF_KANA.findall(text)) + 2 * len(_STRANGE.findall(text))
    return odd > beyond * 0.4

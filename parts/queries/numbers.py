"""What a part number says of its part, where that is known; the rest says unknown.

Pure. Facts and sources: docs/domain/catalogue.md C5 to C7.
"""

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parts.models import normalise_number

Text = str | Promise


class Form(Enum):
    """How a number is built."""

    GENUINE = "GENUINE"
    NISMO = "NISMO"
    PITWORK = "PITWORK"
    TOOL = "TOOL"
    FLUID = "FLUID"
    UNKNOWN = "UNKNOWN"


FORMS: dict[Form, Text] = {
    Form.GENUINE: _("Nissan part, ten characters"),
    Form.NISMO: _("NISMO part"),
    Form.PITWORK: _("Nissan PITWORK line"),
    Form.TOOL: _("special tool"),
    Form.FLUID: _("fluid"),
    Form.UNKNOWN: _("unknown form"),
}
STRUCTURE = "cedglo230hb.kilo.jp; patrolaventura.pt p=227998"
LISTED = "nismo.co.jp; GitHub SkylineCulture partsData.ts"
MANUAL = "nissan-skyline-r32.com"
SEEN = "GitHub RB26 research notes; GitHub Automotive_Engineering"

# What stands where the first five characters say so; each is a number we have seen.
FUNCTIONS: dict[str, Text] = {
    "11000": pgettext_lazy("function of a part", "cylinder block"),
    "12310": pgettext_lazy("function of a part", "flywheel"),
    "13020": pgettext_lazy("function of a part", "camshaft"),
    "13028": pgettext_lazy("function of a part", "timing belt"),
    "13042": pgettext_lazy("function of a part", "camshaft oil seal"),
    "13070": pgettext_lazy("function of a part", "timing belt tensioner"),
    "13074": pgettext_lazy("function of a part", "timing belt idler"),
    "13510": pgettext_lazy("function of a part", "front crankshaft oil seal"),
    "14411": pgettext_lazy("function of a part", "turbocharger"),
    "15208": pgettext_lazy("function of a part", "oil filter"),
    "16400": pgettext_lazy("function of a part", "fuel filter"),
    "16546": pgettext_lazy("function of a part", "air cleaner element"),
    "21010": pgettext_lazy("function of a part", "water pump"),
    "21430": pgettext_lazy("function of a part", "radiator cap"),
    "22401": pgettext_lazy("function of a part", "spark plug"),
    "23710": pgettext_lazy("function of a part", "engine control unit"),
    "40206": pgettext_lazy("function of a part", "front brake rotor"),
    "43206": pgettext_lazy("function of a part", "rear brake rotor"),
    "46200": pgettext_lazy("function of a part", "brake hoses"),
    "62032": pgettext_lazy("function of a part", "front bumper bracket"),
}
# For which car a part was drawn first; later cars carry it on.
MODELS = {"05U": "BNR32", "24U": "BCNR33"}


@dataclass(frozen=True)
class Piece:
    """One stretch of a number: what it says, or that nobody here knows."""

    label: Text
    text: str
    meaning: Text | None = None
    source: str = ""


@dataclass(frozen=True)
class Decoded:
    """A number taken apart."""

    form: Form
    source: str
    pieces: tuple[Piece, ...]

    @property
    def form_name(self) -> Text:
        return FORMS[self.form]


def decode_number(text: str) -> Decoded:
    """Take a part number apart as far as its form is known.

    Args:
        text: in any spelling.

    Source: docs/domain/catalogue.md C5 to C7.
    """
    number = normalise_number(text)
    for pattern, form, source in PATTERNS:
        if re.fullmatch(pattern, number):
            return Decoded(form, source, tuple(READERS[form](number)))
    return Decoded(Form.UNKNOWN, "", (Piece(_("number"), number),))


def _genuine(number: str) -> list[Piece]:
    head, tail = number[:5], number[5:]
    pieces = [
        _function(head),
        Piece(_("model code"), tail[:3], MODELS.get(tail[:3]), STRUCTURE),
        Piece(_("version"), tail[3:5], _("counts the versions"), STRUCTURE),
    ]
    if len(number) == 12:
        pieces.append(Piece(_("colour suffix"), number[10:], None, STRUCTURE))
    return pieces


def _nismo(number: str) -> list[Piece]:
    head, tail = number[:5], number[5:]
    return [
        _function(head),
        Piece(_("maker"), tail[:2], "NISMO", LISTED),
        # 8064A-RSR20, 30 and 40 are for R32, R33 and R34; 13028-RSR45 is for all.
        Piece(_("number in the line"), tail[2:]),
    ]


def _line(number: str) -> list[Piece]:
    return [
        Piece(_("line"), number[:2], "PITWORK", SEEN),
        Piece(_("number in the line"), number[2:]),
    ]


def _kind(number: str) -> list[Piece]:
    return [Piece(_("number in the line"), number)]


def _function(code: str) -> Piece:
    known = FUNCTIONS.get(code)
    return Piece(_("function code"), code, known, SEEN if known else STRUCTURE)


PATTERNS = (
    (r"(KV|ST)[0-9]{4}[0-9A-Z]{4}", Form.TOOL, MANUAL),
    (r"KL[A-Z0-9]{8}", Form.FLUID, LISTED),
    (r"AY[0-9]{3}[A-Z]{2}[0-9]{3}", Form.PITWORK, SEEN),
    (r"[0-9A-Z]{5}(RS[A-Z]?|RN)[0-9]{2,3}", Form.NISMO, LISTED),
    (r"([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})[0-9A-Z]{5}([0-9A-Z]{2})?", Form.GENUINE,
     STRUCTURE),
)  # fmt: skip
READERS = {
    Form.GENUINE: _genuine,
    Form.NISMO: _nismo,
    Form.PITWORK: _line,
    Form.TOOL: _kind,
    Form.FLUID: _kind,
}

"""How the story is told: numbered steps, indented lines, the time each step took."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from django.utils.translation import gettext as _

MARGIN = "    "
NAME_WIDTH = 44


class Teller:
    """Writes a story line by line, so that a reader sees how far it is."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.number = 0
        # Steps before this one were told by an earlier process.
        self.told_before = 0
        self._said: Counter[str] = Counter()
        self._repeated: Counter[str] = Counter()
        self.began = self.step_began = time.monotonic()

    def step(self, title: str) -> None:
        """Begin the next numbered step."""
        self.number += 1
        self._said.clear()
        self.step_began = time.monotonic()
        self._write(f"\n{self.number:2}. {title}")

    def again(self, number: int) -> None:
        """Go back to after a step: what was said since need not be said once more."""
        if self.number > number:
            self.number = number
            self._repeated = Counter(self._said)

    def say(self, line: str) -> None:
        """Say one line of the step."""
        self._write(f"{MARGIN}{line}")

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """Say a few rows in two or more columns, the first one wide."""
        for first, *rest in rows:
            cells = "  ".join(str(cell) for cell in rest)
            self.say(f"  {short(str(first)):<{NAME_WIDTH}}  {cells}".rstrip())

    def took(self) -> None:
        """Say how long the step took."""
        seconds = time.monotonic() - self.step_began
        self.say(_("(%(seconds).1f s)") % {"seconds": seconds})

    def end(self) -> None:
        seconds = time.monotonic() - self.began
        self._write("\n" + _("The story took %(seconds).0f s.") % {"seconds": seconds})

    def _write(self, line: str) -> None:
        if self.number < self.told_before:
            return
        self._said[line] += 1
        if self._repeated[line] > 0:
            self._repeated[line] -= 1
            return
        self.out.write(line + "\n")
        self.out.flush()


def short(text: str, width: int = NAME_WIDTH) -> str:
    """Cut a text to a width, with a sign that it was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"

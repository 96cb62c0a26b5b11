"""Checked access to parsed JSON: every refusal names the path and what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterator

from workshop.planner.problem import Id, MalformedProblem

# Beyond this, times are a mistake and would only exhaust memory or overflow.
LARGEST = 10**9


def parse_json(data: bytes) -> object:
    """Parse JSON, refusing what is not JSON with the place of the fault."""
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedProblem("$", f"not UTF-8 text: {error}") from error
    except ValueError as error:
        raise MalformedProblem("$", f"not JSON: {error}") from error
    except RecursionError as error:
        raise MalformedProblem("$", "nested too deeply") from error


class Node:
    """A JSON value and where it stands in the file."""

    __slots__ = ("key", "parent", "value")

    def __init__(
        self, value: object, key: str | int, parent: Node | None = None
    ) -> None:
        """``key`` is where it stands in its parent; the root's is its whole path."""
        self.value = value
        self.key = key
        self.parent = parent

    @property
    def path(self) -> str:
        """Where it stands, put together only for those who are told."""
        if self.parent is None:
            return str(self.key)
        if isinstance(self.key, int):
            return f"{self.parent.path}[{self.key}]"
        return f"{self.parent.path}.{self.key}"

    def fail(self, expected: str) -> MalformedProblem:
        """An error that says what was expected here and what was found."""
        found = repr(self.value)
        shown = found if len(found) <= 60 else found[:57] + "..."
        return MalformedProblem(self.path, f"expected {expected}, found {shown}")

    def has(self, key: str) -> bool:
        """Whether the object has the key with a value other than null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def get(self, key: str) -> Node:
        """The value of a key that has to be there."""
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        if key not in self.value:
            raise MalformedProblem(f"{self.path}.{key}", "is missing")
        return Node(self.value[key], key, self)

    def optional(self, key: str, default: object) -> Node:
        """The value of a key, or a default where it is missing or null."""
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        value = self.value.get(key)
        return Node(default if value is None else value, key, self)

    def items(self) -> Iterator[Node]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.fail("a list")
        for k, value in enumerate(self.value):
            yield Node(value, k, self)

    def pairs(self) -> Iterator[tuple[str, Node]]:
        """The keys and values of an object."""
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        for key, value in self.value.items():
            yield key, Node(value, key, self)

    def integer(self, least: int = -LARGEST, most: int = LARGEST) -> int:
        """A whole number in a range (true and 1.0 are none)."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fail("a whole number")
        if not least <= value <= most:
            raise self.fail(f"a whole number from {least} to {most}")
        return value

    def number(self) -> float:
        """A finite number of at least 0."""
        value = self.value
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not 0 <= value <= LARGEST:  # type: ignore[operator]
            raise self.fail(f"a number from 0 to {LARGEST}")
        return value  # type: ignore[return-value]

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self.fail("a text")
        return self.value

    def id(self) -> Id:
        """A text or a whole number."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.fail("an id (text or whole number)")
        return value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.fail("true or false")
        return self.value

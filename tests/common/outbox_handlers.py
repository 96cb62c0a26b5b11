"""Handlers that only the tests know."""

from collections.abc import Callable

from common.outbox_task import outbox_task

calls: list[object] = []
behaviour: list[Callable[[], None]] = []


@outbox_task("tests.note")
def note(*, word: str = "") -> None:
    """Remember a word; behave as the test asks."""
    calls.append(word)
    if behaviour:
        behaviour[0]()


@outbox_task("tests.note_newest", versions=(2, 3), max_attempts=2)
def note_newest(*, word: str) -> None:
    """Only newer payloads."""
    calls.append(word)

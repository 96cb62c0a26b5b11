"""What a story has done and chosen, so that a step may be taken again."""

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, TypeVar
from uuid import uuid4

T = TypeVar("T")


@dataclass
class Journal:
    """One story's memory: by name, what was done and which choice was made.

    A step taken again, after a service came back or in a new process, asks its journal
    first. Commands have keys made of the story and a name, so that a command whose
    answer was lost counts once as well.

    Attributes:
        subject: frame number and template: what tells one story from another.
        run: names this story in every key.
        step: the number of the step it is at.
        known: what is remembered, by name.
        file: where it is written down; None keeps it in memory.
        was_at: the step an earlier process was at; 0 for a new story.
    """

    subject: list[str]
    run: str = field(default_factory=lambda: uuid4().hex[:12])
    step: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    file: TextIO | None = None
    was_at: int = 0

    def key(self, name: str) -> str:
        """An idempotency key that no other story and no other command has."""
        return f"story-{self.run}-{name}"

    def once(self, name: str, work: Callable[[], T]) -> T:
        """Do something, or say what came of it the first time; an answer is JSON."""
        if name not in self.known:
            self.known[name] = work()
            self.write()
        answer: T = self.known[name]
        return answer

    def begin_step(self, number: int) -> None:
        self.step = number
        self.write()

    def write(self) -> None:
        """Write all of it down, in place: the file's lock is ours."""
        if self.file is None:
            return
        self.file.seek(0)
        self.file.truncate()
        json.dump(
            {
                "subject": self.subject,
                "run": self.run,
                "step": max(self.step, self.was_at),
                "known": self.known,
            },
            self.file,
        )
        self.file.flush()

    def forget(self) -> None:
        """The story has come to an end, good or bad: nothing goes on from here."""
        if self.file is not None:
            self.file.seek(0)
            self.file.truncate()
        self.leave()

    def leave(self) -> None:
        """Close the file; another process may go on from it."""
        if self.file is not None:
            self.file.close()
            self.file = None


def opened(path: Path | None, subject: list[str]) -> tuple[Journal, Journal | None]:
    """Open the journal of a story: the interrupted one, or a new one.

    While another story runs, its journal is left alone and ours stays in memory.

    Args:
        path: the file; None for a story that is not written down.
        subject: what the story is about.

    Returns:
        The journal, and the one of another story that was interrupted, if there is.
    """
    if path is None:
        return Journal(subject), None
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return Journal(subject), None
    found = _read(file)
    if found is not None and found.subject == subject:
        found.file = file
        return found, None
    return Journal(subject, file=file), found


def _read(file: TextIO) -> Journal | None:
    """Read what an earlier process wrote; nothing where it wrote nothing whole."""
    file.seek(0)
    try:
        row = json.load(file)
        return Journal(
            subject=list(row["subject"]),
            run=str(row["run"]),
            known=dict(row["known"]),
            was_at=int(row["step"]),
        )
    except (ValueError, KeyError, TypeError):
        return None

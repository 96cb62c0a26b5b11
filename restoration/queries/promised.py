"""Promises of projects, newest first, with their sentences."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from restoration.models import Project
from restoration.queries.words import promise_sentence
from workshop.models import Promise


@dataclass(frozen=True, slots=True)
class PromiseChip:
    """The date in force of one project, as a face shows it."""

    promise: Promise
    first_on: date

    @property
    def promised_on(self) -> date:
        return self.promise.promised_on

    @property
    def has_moved(self) -> bool:
        return self.promise.cause != Promise.Cause.FIRST

    @property
    def sentence(self) -> str:
        """What moved it last."""
        return promise_sentence(self.promise)

    @property
    def days_after_first(self) -> int:
        return (self.promise.promised_on - self.first_on).days


def subject_keys(projects: Collection[Project]) -> dict[str, int]:
    """Return subject key → project."""
    return {p.subject_key: p.pk for p in projects}


def chips_of(projects: Collection[Project]) -> dict[int, PromiseChip]:
    """Return the promise in force of each project that has one, in two queries."""
    keys = subject_keys(projects)
    ledger = Promise.objects.filter(subject_key__in=keys)
    first = dict(
        ledger.filter(sequence=1).values_list("subject_key", "promised_on").order_by()
    )
    return {
        keys[p.subject_key]: PromiseChip(p, first.get(p.subject_key, p.promised_on))
        for p in ledger.in_force()
    }


def promise_history(project: Project) -> list[Promise]:
    """Return every date that was given for a project, newest first."""
    return list(
        Promise.objects.history_of(project.subject_key).select_related("given_by")
    )

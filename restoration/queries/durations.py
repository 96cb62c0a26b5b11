"""What finished cards teach of how long work takes: set-based, from clocked time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from restoration.models import JobCard, Operation, Project, TimeEntry
from restoration.queries.floor import clocked_minutes
from restoration.queries.remaining import minutes_left
from restoration.queries.slots import UNIT_MINUTES, units
from workshop.planner.durations import (
    MOST_RATIO,
    Durations,
    Spread,
    Tally,
    remaining,
    sigma_of_range,
)
from workshop.planner.simulate import Work

# What is older says little of how the house works now.
TAUGHT_BY = timedelta(days=3 * 365)
# A clock of less than a minute was started by mistake.
LEARN = """
WITH people AS (
    SELECT card_id, sum(people) AS people FROM restoration_jobcardneed GROUP BY card_id
), clocked AS (
    SELECT card_id, sum(extract(epoch FROM ended_at - started_at)) / 60 AS minutes
    FROM restoration_timeentry WHERE ended_at IS NOT NULL GROUP BY card_id
), taken AS (
    SELECT c.operation_id, v.variant_id, c.project_id, c.minutes AS planned,
        CASE WHEN c.is_outside
            THEN extract(epoch FROM c.finished_at - c.started_at) / 60
            ELSE t.minutes / greatest(1, coalesce(n.people, 1))
        END AS minutes
    FROM restoration_jobcard c
    JOIN restoration_project p ON p.id = c.project_id
    JOIN restoration_vehicle v ON v.id = p.vehicle_id
    LEFT JOIN clocked t ON t.card_id = c.id
    LEFT JOIN people n ON n.card_id = c.id
    WHERE c.state = 'DONE' AND c.operation_id IS NOT NULL
        AND c.finished_at BETWEEN %(since)s AND %(at)s
), known AS (
    SELECT operation_id, variant_id, project_id,
        ln(least(%(most)s, greatest(1 / %(most)s, minutes / planned))) AS x
    FROM taken WHERE minutes >= 1
), apart AS (
    SELECT project_id, x - avg(x) OVER (PARTITION BY operation_id) AS r FROM known
)
SELECT 'kind', operation_id, variant_id, count(*), sum(x), sum(x * x)
FROM known GROUP BY operation_id, variant_id
UNION ALL
SELECT 'car', project_id, NULL, count(*), sum(r), sum(r * r)
FROM apart GROUP BY project_id
"""


@dataclass(frozen=True, slots=True)
class Taught:
    """What history says of an operation's hours, beside its template's.

    Attributes:
        samples: how many finished cards stand behind it.
        factor: half take less than so many times the planned minutes.
        late_factor: four of five do.
    """

    samples: int
    factor: float
    late_factor: float


def learnt_durations(*, at: datetime) -> Durations:
    """Return what all finished cards of the house teach, in one query.

    Args:
        at: now, aware; only what was finished by then counts.

    Source: docs/domain/planning.md, rule P21.
    """
    values: dict[str, datetime | float] = {
        "since": at - TAUGHT_BY,
        "at": at,
        "most": float(MOST_RATIO),
    }
    kinds: dict[tuple[object, object], Tally] = {}
    cars: dict[object, Tally] = {}
    with connection.cursor() as cursor:
        cursor.execute(LEARN, values)
        for what, key, family, count, total, squares in cursor.fetchall():
            tally = Tally(count, float(total), float(squares))
            if what == "car":
                cars[key] = tally
            else:
                kinds[key, family] = tally
    return Durations(kinds, cars)


def usual_sigma(operation: Operation | None) -> float:
    """Return the spread that an operation's own low and high hours mean."""
    if operation is None:
        return sigma_of_range(0, 0)
    return sigma_of_range(operation.minutes_low, operation.minutes_high)


def spread_of(durations: Durations, card: JobCard, project: Project) -> Spread:
    """Return how long a card's kind of work takes; card and project with their own."""
    # A scenario's car is no row and has none.
    family = project.vehicle.variant_id if project.vehicle_id else None
    return durations.of(card.operation_id, family, usual_sigma(card.operation))


def card_work(
    card: JobCard, times: Sequence[TimeEntry], spread: Spread, *, at: datetime
) -> Work:
    """Return what a card takes as a whole and what is done of it, in units of the plan.

    What a technician has said is left counts more than any history.

    Args:
        card: with the needs of its people.
        times: everything clocked on it.
        spread: of its kind of work.
        at: now, aware.
    """
    if card.remaining_minutes is not None:
        left = max(UNIT_MINUTES, minutes_left(card, times, at=at))
        return Work(left / UNIT_MINUTES, spread.sigma)
    if card.is_outside and card.started_at is not None:
        done = (at - card.started_at).total_seconds() / 60
    else:
        people = sum(need.people for need in card.needs.all())
        done = clocked_minutes(times, at=at) / max(1, people)
    planned = card.minutes * spread.factor
    return Work(planned / UNIT_MINUTES, spread.sigma, max(0.0, done) / UNIT_MINUTES)


def card_works(
    cards: Sequence[JobCard],
    times: Mapping[int, Sequence[TimeEntry]],
    spreads: Mapping[int, Spread],
    *,
    at: datetime,
) -> dict[int, Work]:
    """Return what each card that is not over takes, in units of the plan."""
    return {
        card.pk: card_work(card, times.get(card.pk, []), spreads[card.pk], at=at)
        for card in cards
        if card.state != JobCard.State.DONE
    }


def units_left(
    card: JobCard, times: Sequence[TimeEntry], spread: Spread, *, at: datetime
) -> int:
    """Return how many units of the plan a card still takes, at least one.

    By its clock and its kind's history, or by what who works on it says is left.

    Args:
        card: with the needs of its people.
        times: everything clocked on it.
        spread: of its kind of work.
        at: now, aware.

    Source: docs/domain/planning.md, rules P15 and P21.
    """
    if card.remaining_minutes is not None:
        return max(1, units(minutes_left(card, times, at=at)))
    work = card_work(card, times, spread, at=at)
    left = (work.median - work.done) * UNIT_MINUTES
    if (not spread.samples and left >= UNIT_MINUTES) or not work.done:
        return max(1, units(round(left)))
    return max(1, round(remaining(work.median, Spread(1.0, work.sigma), work.done)))


def taught_operations(
    operations: Collection[Operation],
    *,
    at: datetime,
    family: int | None = None,
) -> Mapping[int, Taught]:
    """Return what history says of operations that it knows, in one query.

    Args:
        operations: the ones that are shown; of none, nothing is asked.
        at: now, aware.
        family: the variant of the car that it is for, if it is for one.
    """
    if not operations:
        return {}
    durations = learnt_durations(at=at)
    return {
        each.pk: _taught(durations, each, family)
        for each in operations
        if durations.knows(each.pk)
    }


def _taught(durations: Durations, operation: Operation, family: int | None) -> Taught:
    spread = durations.of(operation.pk, family, usual_sigma(operation))
    return Taught(spread.samples, spread.factor, spread.at(0.8))

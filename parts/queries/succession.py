"""What has taken a number's place, for one car or for any, step by step."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models.expressions import RawSQL
from django.utils import timezone

from parts.models import Part, Supersession
from parts.queries.conditions import STEP_FIELDS, AnyCar, Car, Fit, Step, fit

REACHED = """
    WITH RECURSIVE reached (id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT CASE WHEN s.old_id = r.id THEN s.new_id ELSE s.old_id END
        FROM reached r JOIN parts_supersession s
            ON s.old_id = r.id OR (s.new_id = r.id AND s.kind = 'TWO_WAY')
    )
    SELECT id FROM reached
"""


@dataclass(slots=True)
class Lead:
    """A step that only a person may take: the car, or a condition, is not known."""

    from_id: int
    step: Step
    known: Fit


@dataclass(slots=True)
class Succession:
    """Where a number leads to.

    Attributes:
        chain: the steps that are sure for this car, nearest first.
        leads: steps that need a person, from the part or from the chain.
        either: parts that may stand in either direction.
        is_circle: whether the data lead back to the start, which is an error.
    """

    chain: list[Step] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    either: list[Step] = field(default_factory=list)
    is_circle: bool = False


Steps = Mapping[int, Sequence[tuple[Step, bool]]]


def follow(part_id: int, steps: Steps, car: Car, today: date) -> Succession:
    """Follow what replaces a part, to the end. Pure.

    Args:
        part_id: where to start.
        steps: by part: each step onward, and whether it goes both ways.
        car: whose frame, month and variant are known, or are not.
        today: steps that have ended or have not begun are not taken.

    Source: docs/domain/catalogue.md C8 to C10.
    """
    found = Succession()
    seen = {part_id}
    at = part_id
    while True:
        sure = []
        for step, is_two_way in steps.get(at, ()):
            known = fit(step, car, today)
            if known is Fit.UNKNOWN or (known is Fit.YES and step.condition):
                found.leads.append(Lead(at, step, known))
            elif known is Fit.YES and is_two_way:
                found.either.append(step)
            elif known is Fit.YES:
                sure.append(step)
        found.is_circle |= any(step.part_id in seen for step in sure)
        sure = [step for step in sure if step.part_id not in seen]
        # Of several that would do, the first is followed and a person sees the rest.
        found.leads += [Lead(at, step, Fit.YES) for step in sure[1:]]
        if not sure:
            break
        onward = sure[0]
        seen.add(onward.part_id)
        found.chain.append(onward)
        at = onward.part_id
    return found


def step_rows(part_ids: Collection[int]) -> Any:
    """Return the rows of every step that leads on from some parts, still to be read."""
    reached = RawSQL(REACHED, [sorted(part_ids)])  # noqa: S611  # a constant; keys go beside it
    steps = Supersession.objects.filter(old_id__in=reached).order_by("pk")
    return steps.values_list(*STEP_FIELDS)


def read_steps(part_ids: Collection[int]) -> dict[int, list[tuple[Step, bool]]]:
    """Return every step that leads on from some parts, in one statement."""
    return steps_of(step_rows(part_ids))


def steps_of(rows: Iterable[Any]) -> dict[int, list[tuple[Step, bool]]]:
    """Return each step onward by the part it leads on from, both ways if it goes so.

    Args:
        rows: as `step_rows` finds them.
    """
    steps: dict[int, list[tuple[Step, bool]]] = defaultdict(list)
    for old, new, kind, *conditions in rows:
        is_two_way = kind == Supersession.Kind.TWO_WAY
        steps[old].append((Step(new, *conditions), is_two_way))
        if is_two_way:
            steps[new].append((Step(old, *conditions), is_two_way))
    return steps


@dataclass(frozen=True)
class FoundLead:
    """A part that may take another's place, once a person has said so."""

    part: Part
    instead_of: Part
    step: Step


@dataclass(frozen=True)
class Found:
    """A number looked up: the part that carries it and those that replaced it.

    Attributes:
        part: the part of the number as asked.
        chain: its successors, nearest first; empty while it is current.
        is_circle: whether the data lead back to the start, which is an error.
        leads: what a person has to decide.
        either: parts that replace it and that it replaces.
    """

    part: Part
    chain: tuple[Part, ...]
    is_circle: bool
    leads: tuple[FoundLead, ...] = ()
    either: tuple[Part, ...] = ()

    @property
    def newest(self) -> Part:
        """The part to order now."""
        return self.chain[-1] if self.chain else self.part


def successors_of(
    part: Part, car: Car | None = None, today: date | None = None
) -> Found:
    """Return a part with what replaced it, to the end of the chain.

    Args:
        part: where to start.
        car: for which car; for any of them if None.
        today: as of which day; today's if None.
    """
    return successions_of([part], car, today)[part.pk]


def successions_of(
    parts: Sequence[Part], car: Car | None = None, today: date | None = None
) -> dict[int, Found]:
    """Return the same for several parts, in three statements at most."""
    steps = read_steps([part.pk for part in parts])
    wanted = led_to(steps) | {part.pk for part in parts} if steps else set()
    rows = Part.objects.filter(pk__in=wanted).prefetch_related("numbers")
    known = {row.pk: row for row in rows}
    return {part.pk: onward_from(part, steps, known, car, today) for part in parts}


def led_to(steps: Steps) -> set[int]:
    """Return the parts that some steps lead to."""
    return {step.part_id for onward in steps.values() for step, _both in onward}


def onward_from(
    part: Part,
    steps: Steps,
    known: Mapping[int, Part],
    car: Car | None = None,
    today: date | None = None,
) -> Found:
    """Return a part with what replaced it, of steps and parts that were read.

    Args:
        part: where to start.
        steps: all that lead on from it.
        known: the parts they lead to, by key.
        car: for which car; for any of them if None.
        today: as of which day; today's if None.
    """
    way = follow(part.pk, steps, car or AnyCar(), today or timezone.localdate())
    return _found(part, way, {**known, part.pk: part})


def _found(part: Part, way: Succession, known: Mapping[int, Part]) -> Found:
    return Found(
        part=part,
        chain=tuple(known[step.part_id] for step in way.chain),
        is_circle=way.is_circle,
        leads=tuple(
            FoundLead(known[lead.step.part_id], known[lead.from_id], lead.step)
            for lead in way.leads
        ),
        either=tuple(known[step.part_id] for step in way.either),
    )


def way_back(*, old_id: int, new_id: int) -> list[Part]:
    """Return the parts by which a new step would lead back, or nothing.

    Args:
        old_id: the part that is to be replaced.
        new_id: the part that is to replace it.
    """
    came_from: dict[int, int] = {new_id: 0}
    todo = [new_id]
    while todo and old_id not in came_from:
        onward = Supersession.objects.filter(
            old_id__in=todo, kind=Supersession.Kind.ONE_WAY
        ).order_by("pk")
        todo = []
        for old, new in onward.values_list("old_id", "new_id"):
            if new not in came_from:
                came_from[new] = old
                todo.append(new)
    if old_id not in came_from:
        return []
    path = [old_id]
    while came_from[path[-1]]:
        path.append(came_from[path[-1]])
    parts = Part.objects.prefetch_related("numbers").in_bulk(path)
    return [parts[old_id], *(parts[pk] for pk in reversed(path))]

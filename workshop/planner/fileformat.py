"""Reading and writing problems in the forms shop-1 and shop-2."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workshop.planner.calendars import disjoint
from workshop.planner.problem import (
    ALWAYS,
    Assignment,
    Fixed,
    Id,
    MalformedProblem,
    Operation,
    Pool,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
    Window,
)
from workshop.planner.reading import LARGEST, Node, parse_json

FORMATS = ("shop-1", "shop-2")
# A larger input is a mistake: the largest shops have some 25,000 operations.
MOST_OPERATIONS = 200_000


def load_problem(path: str | Path) -> Problem:
    """Read a problem file.

    Raises:
        MalformedProblem: the file is not a shop-1 or shop-2 problem.
        OSError: the file cannot be read.
    """
    return problem_from_json(parse_json(Path(path).read_bytes()))


def problem_from_json(data: object) -> Problem:
    """Build a problem from parsed JSON, checking everything it refers to.

    Raises:
        MalformedProblem: with the path of the first fault.
    """
    root = Node(data, "$")
    form = root.get("format")
    if form.value not in FORMATS:
        raise form.fail("'shop-1' or 'shop-2'")
    reader = _Reader(root, two=form.value == "shop-2")
    return reader.problem()


class _Reader:
    """Reads one problem; knows the ids declared so far."""

    def __init__(self, root: Node, *, two: bool) -> None:
        self.root = root
        self.two = two
        self.horizon = root.get("horizon").integer(1)

    def problem(self) -> Problem:
        root = self.root
        calendars = self._calendars()
        technicians = [
            self._technician(n, calendars) for n in self._list("technicians")
        ]
        resources = [
            Resource(n.get("id").id(), n.get("type").text())
            for n in self._list("resources")
        ]
        pools = self._pools()
        vehicles = [self._vehicle(n) for n in self._list("vehicles")]
        self._once("technicians", [t.id for t in technicians])
        self._once("resources", [r.id for r in resources])
        self._once("pools", [p.id for p in pools])
        self._once("vehicles", [v.id for v in vehicles])
        self.technician_ids = {t.id for t in technicians}
        self.bay_ids = {r.id for r in resources}
        self.pool_ids = {p.id for p in pools}
        self.vehicle_ids = {v.id for v in vehicles}
        operations = self._operations()
        return Problem(
            unit_minutes=root.get("unit_minutes").integer(1, 1440 * 366),
            horizon=self.horizon,
            now=root.get("now").integer(0),
            calendars=calendars,
            technicians=tuple(technicians),
            resources=tuple(resources),
            vehicles=tuple(vehicles),
            operations=operations,
            precedences=tuple(
                _plain_precedence(n.value, len(operations))
                or self._precedence(n, len(operations))
                for n in self._list("precedences")
            ),
            pools=tuple(pools),
            baseline=self._baseline(len(operations)),
            events=self._events(),
        )

    def _list(self, key: str) -> Iterable[Node]:
        return self.root.get(key).items()

    def _once(self, key: str, ids: list[Id]) -> None:
        seen: set[Id] = set()
        for k, each in enumerate(ids):
            if each in seen:
                raise MalformedProblem(f"$.{key}[{k}].id", f"{each!r} is there twice")
            seen.add(each)

    def _calendars(self) -> dict[str, tuple[Window, ...]]:
        out: dict[str, tuple[Window, ...]] = {}
        for name, node in self.root.get("calendars").pairs():
            windows = _plain_windows(node.value)
            if windows is None:
                windows = tuple(self._window(n) for n in node.items())
            if not disjoint(windows):
                raise MalformedProblem(node.path, "windows overlap or are empty")
            out[name] = tuple(sorted(windows))
        whole = ((0, self.horizon),)
        if self.two and out.setdefault(ALWAYS, whole) != whole:
            path = f"$.calendars.{ALWAYS}"
            raise MalformedProblem(path, "is reserved for [0, horizon)")
        return out

    def _window(self, node: Node) -> Window:
        ends = list(node.items())
        if len(ends) != 2:
            raise node.fail("a pair [from, to]")
        return ends[0].integer(), ends[1].integer()

    def _technician(self, node: Node, calendars: Mapping[str, object]) -> Technician:
        calendar = node.get("calendar")
        if calendar.text() not in calendars:
            raise calendar.fail("the id of a calendar")
        skills = tuple(n.text() for n in node.get("skills").items())
        return Technician(node.get("id").id(), skills, calendar.text())

    def _pools(self) -> list[Pool]:
        node = self.root.optional("pools", [])
        if node.value and not self.two:
            raise MalformedProblem(node.path, "pools need format shop-2")
        return [
            Pool(n.get("id").id(), n.get("capacity").integer(0)) for n in node.items()
        ]

    def _vehicle(self, node: Node) -> Vehicle:
        return Vehicle(
            node.get("id").id(),
            node.get("release").integer(),
            node.get("due").integer(),
            node.get("weight").number(),
        )

    def _operations(self) -> tuple[Operation, ...]:
        nodes = list(self._list("operations"))
        if len(nodes) > MOST_OPERATIONS:
            limit = f"more than {MOST_OPERATIONS} operations"
            raise MalformedProblem("$.operations", limit)
        return tuple(self._operation(n, k) for k, n in enumerate(nodes))

    def _operation(self, node: Node, number: int) -> Operation:
        own = node.get("id")
        if own.integer() != number:
            raise own.fail(f"{number} (ids count from 0 in list order)")
        vehicle = node.get("vehicle")
        if vehicle.id() not in self.vehicle_ids:
            raise vehicle.fail("the id of a vehicle")
        bay = node.get("bay")
        fixed = self._fixed(node.get("fixed")) if node.has("fixed") else None
        return Operation(
            id=number,
            vehicle=vehicle.id(),
            work=node.get("work").integer(1),
            needs=self._needs(node),
            bay=None if bay.value is None else bay.text(),
            no_split=node.get("no_split").flag(),
            release=node.get("release").integer(),
            name=node.optional("name", "").text(),
            uses=self._uses(node),
            fixed=fixed,
        )

    def _needs(self, node: Node) -> dict[str, int]:
        keys = node.value if isinstance(node.value, dict) else {}
        if "needs" not in keys:
            crew = node.get("crew").integer(0, 1000)
            skill = node.get("skill").text()
            return {skill: crew} if crew else {}
        if "skill" in keys or "crew" in keys:
            raise MalformedProblem(node.path, "has needs together with skill or crew")
        if not self.two:
            raise MalformedProblem(f"{node.path}.needs", "needs format shop-2")
        return {k: n.integer(0, 1000) for k, n in node.get("needs").pairs() if n.value}

    def _uses(self, node: Node) -> dict[Id, int]:
        uses = node.optional("uses", {})
        if uses.value and not self.two:
            raise MalformedProblem(uses.path, "needs format shop-2")
        out: dict[Id, int] = {}
        for key, amount in uses.pairs():
            # Keys of JSON objects are texts; a pool may have a number for its id.
            pool = self._pool(key)
            if pool is None:
                raise MalformedProblem(amount.path, f"{key!r} is no pool")
            if amount.integer(0):
                out[pool] = amount.integer(0)
        return out

    def _pool(self, key: str) -> Id | None:
        if key in self.pool_ids:
            return key
        return next((p for p in self.pool_ids if str(p) == key), None)

    def _fixed(self, node: Node) -> Fixed:
        start, end = node.get("start").integer(), node.get("end").integer()
        if start > end:
            raise node.get("end").fail(f"an end not before the start {start}")
        who = tuple(n.id() for n in node.optional("technicians", []).items())
        bay = node.get("bay").id() if node.has("bay") else None
        for technician in who:
            if technician not in self.technician_ids:
                text = f"{technician!r} is no technician"
                raise MalformedProblem(f"{node.path}.technicians", text)
        if bay is not None and bay not in self.bay_ids:
            raise node.get("bay").fail("the id of a resource")
        return Fixed(start, end, who, bay)

    def _precedence(self, node: Node, operations: int) -> Precedence:
        most = node.get("max_lag")
        return Precedence(
            node.get("from").integer(0, operations - 1),
            node.get("to").integer(0, operations - 1),
            node.get("min_lag").integer(),
            None if most.value is None else most.integer(),
        )

    def _baseline(self, operations: int) -> tuple[Assignment, ...]:
        out = tuple(
            assignment_from(n) for n in self.root.optional("baseline", []).items()
        )
        for k, each in enumerate(out):
            if not 0 <= each.op < operations:
                path = f"$.baseline[{k}].op"
                raise MalformedProblem(path, f"{each.op} is no operation")
        return out

    def _events(self) -> tuple[Mapping[str, object], ...]:
        out = []
        for node in self.root.optional("events", []).items():
            if not isinstance(node.value, dict):
                raise node.fail("an object")
            out.append(node.value)
        return tuple(out)


def _plain_windows(value: object) -> tuple[Window, ...] | None:
    """Windows that are pairs of numbers in range; None where one has to be named.

    There are five times as many of them as of operations.
    """
    if not isinstance(value, list):
        return None
    for pair in value:
        if type(pair) is not list or len(pair) != 2:
            return None
        first, last = pair
        if type(first) is not int or type(last) is not int:
            return None
        if not -LARGEST <= first <= last <= LARGEST:
            return None
    return tuple([(first, last) for first, last in value])


def _plain_precedence(value: Any, operations: int) -> Precedence | None:
    """A precedence of numbers in range; None where something has to be named."""
    if not isinstance(value, dict):
        return None
    keys = ("from", "to", "min_lag", "max_lag")
    one, other, least, most = (value.get(key, LARGEST + 1) for key in keys)
    for number, low, high in (
        (one, 0, operations - 1),
        (other, 0, operations - 1),
        (least, -LARGEST, LARGEST),
        (0 if most is None else most, -LARGEST, LARGEST),
    ):
        if type(number) is not int or not low <= number <= high:
            return None
    return Precedence(one, other, least, most)


def assignment_from(node: Node) -> Assignment:
    """An assignment of a baseline or a plan."""
    return Assignment(
        node.get("op").integer(0),
        node.get("start").integer(),
        node.get("end").integer(),
        tuple(n.id() for n in node.optional("technicians", []).items()),
        node.get("bay").id() if node.has("bay") else None,
    )


def problem_to_json(problem: Problem) -> dict[str, object]:
    """A problem as shop-2 JSON."""
    return {
        "format": "shop-2",
        "unit_minutes": problem.unit_minutes,
        "horizon": problem.horizon,
        "now": problem.now,
        "calendars": {k: [list(w) for w in v] for k, v in problem.calendars.items()},
        "technicians": [
            {"id": t.id, "skills": list(t.skills), "calendar": t.calendar}
            for t in problem.technicians
        ],
        "resources": [{"id": r.id, "type": r.type} for r in problem.resources],
        "pools": [{"id": p.id, "capacity": p.capacity} for p in problem.pools],
        "vehicles": [
            {"id": v.id, "release": v.release, "due": v.due, "weight": v.weight}
            for v in problem.vehicles
        ],
        "operations": [_operation_to_json(o) for o in problem.operations],
        "precedences": [
            {
                "from": p.before,
                "to": p.after,
                "min_lag": p.min_lag,
                "max_lag": p.max_lag,
            }
            for p in problem.precedences
        ],
        "baseline": [assignment_to_json(a) for a in problem.baseline],
        "events": [dict(e) for e in problem.events],
    }


def _operation_to_json(o: Operation) -> dict[str, object]:
    out: dict[str, object] = {
        "id": o.id,
        "vehicle": o.vehicle,
        "name": o.name,
        "work": o.work,
        "needs": dict(o.needs),
        "bay": o.bay,
        "no_split": o.no_split,
        "release": o.release,
    }
    if o.uses:
        out["uses"] = {str(k): n for k, n in o.uses.items()}
    if o.fixed is not None:
        f = o.fixed
        out["fixed"] = {
            "start": f.start,
            "end": f.end,
            "technicians": list(f.technicians),
            "bay": f.bay,
        }
    return out


def assignment_to_json(a: Assignment) -> dict[str, object]:
    """An assignment of a baseline or a plan as JSON."""
    return {
        "op": a.op,
        "start": a.start,
        "end": a.end,
        "technicians": list(a.technicians),
        "bay": a.bay,
    }


def dump_problem(problem: Problem, path: str | Path) -> None:
    """Write a problem as a shop-2 file."""
    Path(path).write_text(json.dumps(problem_to_json(problem)), encoding="utf-8")

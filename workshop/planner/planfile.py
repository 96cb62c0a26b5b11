"""Reading and writing plans, with their reasons and costs."""

from __future__ import annotations

import json
from pathlib import Path

from workshop.planner.fileformat import assignment_from, assignment_to_json
from workshop.planner.plan import LateVehicle, Plan, Reason, ReasonKind, Stability
from workshop.planner.problem import Id
from workshop.planner.reading import LARGEST, Node, parse_json


def plan_to_json(plan: Plan) -> dict[str, object]:
    """A plan as JSON: the form's assignments, each with its reason, and the cost."""
    rows = []
    for k, assignment in enumerate(plan.assignments):
        row = assignment_to_json(assignment)
        if plan.reasons:
            row["reason"] = _reason_to_json(plan.reasons[k])
        rows.append(row)
    out: dict[str, object] = {
        "assignments": rows,
        "weighted_tardiness_days": plan.weighted_tardiness_days,
        "lower_bound_days": plan.lower_bound_days,
        "makespan_days": plan.makespan_days,
        "rule": plan.rule,
        "seed": plan.seed,
        "iterations": plan.iterations,
        "late": [
            {
                "vehicle": v.vehicle,
                "end": v.end,
                "due": v.due,
                "weighted_days": v.weighted_days,
                "chain": list(v.chain),
            }
            for v in plan.late
        ],
    }
    if plan.stability is not None:
        s = plan.stability
        out["stability"] = {name: getattr(s, name) for name in s.__slots__}
    return out


def _reason_to_json(r: Reason) -> dict[str, object]:
    out: dict[str, object] = {"kind": r.kind.value, "until": r.until}
    for name in ("operation", "technician", "bay", "pool", "lag", "then"):
        value = getattr(r, name)
        if value is not None:
            out[name] = value
    return out


def dump_plan(plan: Plan, path: str | Path) -> None:
    """Write a plan file, whole or not at all."""
    target = Path(path)
    draft = target.with_name(target.name + ".part")
    try:
        draft.write_text(json.dumps(plan_to_json(plan)), encoding="utf-8")
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def load_plan(path: str | Path) -> Plan:
    """Read a plan file; one with assignments alone is a plan too.

    Raises:
        MalformedProblem: the file is not a plan.
        OSError: the file cannot be read.
    """
    root = Node(parse_json(Path(path).read_bytes()), "$")
    nodes = list(root.get("assignments").items())
    explained = all(n.has("reason") for n in nodes)
    return Plan(
        assignments=tuple(assignment_from(n) for n in nodes),
        weighted_tardiness_days=root.optional("weighted_tardiness_days", 0).number(),
        lower_bound_days=root.optional("lower_bound_days", 0).number(),
        makespan_days=root.optional("makespan_days", 0).number(),
        reasons=tuple(_reason_from(n.get("reason")) for n in nodes)
        if explained
        else (),
        late=tuple(_late_from(n) for n in root.optional("late", []).items()),
        stability=_stability_from(root) if root.has("stability") else None,
        rule=root.optional("rule", "").text(),
        seed=root.optional("seed", 0).integer(),
        iterations=root.optional("iterations", 0).integer(0, LARGEST),
    )


def _reason_from(node: Node) -> Reason:

    def kind(key: str) -> ReasonKind:
        code = node.get(key)
        if code.value not in ReasonKind.__members__:
            raise code.fail("the kind of a reason")
        return ReasonKind(code.text())

    def optional_id(key: str) -> Id | None:
        return node.get(key).id() if node.has(key) else None

    return Reason(
        kind=kind("kind"),
        until=node.get("until").integer(),
        operation=node.get("operation").integer() if node.has("operation") else None,
        technician=optional_id("technician"),
        bay=optional_id("bay"),
        pool=optional_id("pool"),
        lag=node.get("lag").integer() if node.has("lag") else None,
        then=kind("then") if node.has("then") else None,
    )


def _late_from(node: Node) -> LateVehicle:
    return LateVehicle(
        node.get("vehicle").id(),
        node.get("end").integer(),
        node.get("due").integer(),
        node.get("weighted_days").number(),
        tuple(n.integer(0) for n in node.get("chain").items()),
    )


def _stability_from(root: Node) -> Stability:
    node = root.get("stability")
    return Stability(*(node.get(name).integer(0) for name in Stability.__slots__))

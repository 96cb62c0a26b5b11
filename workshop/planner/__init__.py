"""The planner: a library that knows no database. ``Problem`` in, ``Plan`` out.

``python -m workshop.planner IN.json OUT.json --seconds S`` runs it on a file.
"""

from workshop.planner.bands import WIDTHS, Price, prices
from workshop.planner.feasibility import relaxed
from workshop.planner.fileformat import (
    dump_problem,
    load_problem,
    problem_from_json,
    problem_to_json,
)
from workshop.planner.plan import LateVehicle, Plan, Reason, ReasonKind, Stability
from workshop.planner.planfile import dump_plan, load_plan, plan_to_json
from workshop.planner.problem import (
    ALWAYS,
    REFUSALS,
    Assignment,
    Fixed,
    Id,
    ImpossibleProblem,
    MalformedProblem,
    NoPlanFound,
    Operation,
    Pool,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
)
from workshop.planner.solver import Progress, solve

__all__ = [
    "ALWAYS",
    "REFUSALS",
    "WIDTHS",
    "Assignment",
    "Fixed",
    "Id",
    "ImpossibleProblem",
    "LateVehicle",
    "MalformedProblem",
    "NoPlanFound",
    "Operation",
    "Plan",
    "Pool",
    "Precedence",
    "Price",
    "Problem",
    "Progress",
    "Reason",
    "ReasonKind",
    "Resource",
    "Stability",
    "Technician",
    "Vehicle",
    "dump_plan",
    "dump_problem",
    "load_plan",
    "load_problem",
    "plan_to_json",
    "prices",
    "problem_from_json",
    "problem_to_json",
    "relaxed",
    "solve",
]

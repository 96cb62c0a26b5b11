"""How good plans are: each run is the command, a process of its own, judged by others.

Ratios are to the best rule and to the compiled prototype of the shared reference; on
shops freshly drawn to the best rule of the same run. Shops are planned one after the
other, by as many workers as there are processors; the small public benchmarks side by
side, by one worker each.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from math import exp, inf, log
from pathlib import Path

from bench import instances
from bench.figures import Figure
from bench.instances import ROOT, SHARED, Verdict
from bench.shops import fresh_shop, under_way
from workshop.planner import dump_problem, load_plan, load_problem
from workshop.planner.keeping import fixed_slots
from workshop.planner.rules import Rules
from workshop.planner.shop import Shop
from workshop.planner.solver import kernel_for

# Cars: ratio to the best rule that must hold; goal against the prototype.
MUST = {10: 0.75, 30: 0.90, 100: 0.97}
GOAL = {10: 0.95, 30: 0.90, 100: 0.97}
PUBLIC = {10: (7, 8), 30: (7, 8), 100: (7,)}
FRESH = {10: (1, 2, 3), 30: (1, 2), 100: (1,)}
# By due date, by slack, and by apparent tardiness cost (ATC): on the public shops the
# best of them comes within a tenth of the best rule of the shared reference.
TEXTBOOK = ("earliest due", "slack", "cars in turn 0.5")
LATE = 2.0
# Weighted days late that a plan has in a ratio at least: nothing has none.
LEAST_DAYS = 1.0
# Exit status when no plan was found in the time.
NONE_FOUND = 4
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One plan made by the command."""

    cars: int
    days: float
    verdict: Verdict | None
    over: float  # wall time beyond what was given, seconds
    first: float  # when the first plan was there, seconds
    memory: float  # most memory, MB


class Planner:
    """Runs the command in a folder for what it reads and writes."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.numbers = count()

    def run(self, problem: Path, cars: int, *words: object, seconds: float = 0) -> Run:
        """Plan one file; the longest are begun first by the caller."""
        given = seconds or self.seconds
        plan = self.folder / f"plan{next(self.numbers)}.json"
        command = [sys.executable, "-m", "workshop.planner", problem, plan]
        options = ["--progress", "--seconds", given, *words]
        began = time.monotonic()
        with subprocess.Popen(
            [str(word) for word in (*command, *options)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            said = process.stderr or ()
            lines = [(time.monotonic() - began, line) for line in said]
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        over = time.monotonic() - began - given
        if process.returncode == NONE_FOUND:
            return Run(cars, inf, None, over, given, used.ru_maxrss / 1024)
        if process.returncode:
            raise RuntimeError(f"{problem.name}: {''.join(x for _, x in lines)}")
        found = [at for at, line in lines if "weighted days late" in line]
        verdict = instances.judge(problem, plan) if instances.there() else None
        days = verdict.days if verdict else load_plan(plan).weighted_tardiness_days
        memory = used.ru_maxrss / 1024
        return Run(cars, days, verdict, over, min(found, default=given), memory)

    def fresh(self, cars: int, seed: int) -> Path:
        """A shop freshly drawn."""
        path = self.folder / f"fresh_{cars}_{seed}.json"
        dump_problem(fresh_shop(seed, cars), path)
        return path

    def begun(self, cars: int, seed: int) -> Path:
        """A shop freshly drawn, six weeks under way and disturbed."""
        shop, plan = self.fresh(cars, seed), self.folder / f"begun_{cars}_{seed}.json"
        words = [sys.executable, "-m", "workshop.planner", shop, plan]
        limits = ["--seconds", "60", "--iterations", "0"]
        done = [str(word) for word in (*words, *limits)]
        subprocess.run(done, check=True, capture_output=True, cwd=ROOT)
        path = self.folder / f"replan_{cars}_{seed}.json"
        problem = under_way(load_problem(shop), load_plan(plan), seed)
        dump_problem(problem, path)
        return path

    def free(self, problem: Path) -> Path:
        """The same shop with no plan in force: nothing but fixed work is kept."""
        told = json.loads(problem.read_text(encoding="utf-8"))
        told.pop("baseline")
        path = self.folder / f"free_{problem.name}"
        path.write_text(json.dumps(told), encoding="utf-8")
        return path


def planning_figures(quick: bool, say: Say) -> Iterator[Figure]:
    """Plan the public shops, fresh ones and public benchmarks; compare."""
    subprocess.run([sys.executable, "-m", "workshop.planner.compiled"], check=True)
    if not instances.there():
        say("The shared instances are not beside the checkout: fresh shops only.")
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(cores) as pool:
        table = Table(Planner(Path(name), 6 if quick else 10), pool, quick)
        yield from table.shops()
        yield from table.replans()
        if instances.there():
            yield from table.large()
            yield from table.benchmark("mspsp", "MSPSP", 0.08)
            yield from table.benchmark("rcpsp_j120", "j120", None)
        yield from table.judged()


def best_rule(problem: Path) -> float:
    """What the best of the rules of the textbook comes to, in weighted days."""
    shop = Shop(load_problem(problem))
    kernel = kernel_for(shop, inf)(shop, fixed_slots(shop))
    rules = dict(Rules(shop, kernel.groups).all())
    late = min(kernel.decode(rules[name]).tardiness for name in TEXTBOOK)
    return late / shop.problem.units_per_day


class Table:
    """The figures of one run of the bench."""

    def __init__(self, planner: Planner, pool: ThreadPoolExecutor, quick: bool) -> None:
        self.planner = planner
        self.pool = pool
        self.quick = quick
        self.runs: list[Run] = []

    def shops(self) -> Iterator[Figure]:
        """Public and fresh shops of three sizes."""
        for cars, must in MUST.items():
            if self.quick and cars > 10:
                return
            yield from self._public(cars, must)
            yield from self._fresh(cars, must)

    def _public(self, cars: int, must: float) -> Iterator[Figure]:
        if not instances.there():
            return
        names = [f"shop_{cars}_{seed}.json" for seed in PUBLIC[cars]]
        runs = self._runs([SHARED / "shops" / name for name in names], cars)
        known = [instances.references()[name] for name in names]
        for column, words, bound, note in (
            ("greedy_best_rule_days", "the best rule", must, "must"),
            ("compiled_search_10s_days", "the prototype", None, self._goal(cars)),
        ):
            pairs = [(r.days, k[column]) for r, k in zip(runs, known, strict=True)]
            yield self._ratio(f"{cars} cars, public, to {words}", pairs, bound, note)

    def _goal(self, cars: int) -> str:
        return f"goal ≤ {GOAL[cars]}"

    def _fresh(self, cars: int, must: float) -> Iterator[Figure]:
        seeds = FRESH[cars][: 1 if self.quick else None]
        paths = [self.planner.fresh(cars, seed) for seed in seeds]
        rules = [best_rule(path) for path in paths]
        runs = self._runs(paths, cars)
        pairs = [(r.days, days) for r, days in zip(runs, rules, strict=True)]
        name = f"{cars} cars, fresh, to the best rule"
        yield self._ratio(name, pairs, must, "must")

    def _ratio(
        self,
        name: str,
        pairs: Sequence[tuple[float, float]],
        bound: float | None,
        note: str,
    ) -> Figure:
        """The geometric mean of ratios; where there is little time, only told."""
        each = ", ".join(f"{a:.0f}/{b:.0f}" for a, b in pairs)
        ratios = [max(a, LEAST_DAYS) / max(b, LEAST_DAYS) for a, b in pairs]
        value = exp(sum(map(log, ratios)) / len(ratios))
        return Figure(
            name, value, "×", None if self.quick else bound, note=_of(note, each)
        )

    def _runs(self, paths: Sequence[Path], cars: int) -> list[Run]:
        found = [self.planner.run(path, cars) for path in paths]
        self.runs += found
        return found

    def replans(self) -> Iterator[Figure]:
        """Re-plans: what a still next fortnight costs, and how still it is."""
        fresh = self.planner.begun(10 if self.quick else 30, 1)
        (run,) = self._runs([fresh], 0)
        if run.verdict is None:
            return
        yield self._still("fresh re-plan", run, None)
        if self.quick:
            return
        for cars, goal in ((30, None), (100, 0.25)):
            path = SHARED / "shops" / f"replan_{cars}_7.json"
            full = self.planner.run(self.planner.free(path), cars, seconds=60)
            (run,) = self._runs([path], cars)
            yield self._still(f"{cars} cars re-planned", run, goal)
            pair = [(run.days, full.days)]
            name = f"{cars} cars re-planned in 10 s, to a free search of 60 s"
            yield self._ratio(name, pair, None, "goal ≤ 1.00")
            known = instances.references()[path.name]["compiled_search_60s_days"]
            name = f"{cars} cars re-planned in 10 s, to the prototype's 60 s"
            yield self._ratio(name, [(run.days, known)], None, "goal ≤ 1.00")

    def _still(self, name: str, run: Run, goal: float | None) -> Figure:
        if run.verdict is None:
            raise RuntimeError(f"{name}: nobody has judged the plan")
        share = run.verdict.near_moved_day_share
        note = "" if goal is None else f"goal ≤ {goal}"
        return Figure(f"{name}: near work moved to another day", share, "", note=note)

    def large(self) -> Iterator[Figure]:
        """300 cars: the first plan, memory, and what a minute comes to."""
        if self.quick:
            return
        path = SHARED / "shops" / "shop_300_7.json"
        run = self.planner.run(path, 300, seconds=60)
        self.runs.append(run)
        yield Figure("300 cars, first plan", run.first, "s", note="goal ≤ 3")
        yield Figure("300 cars, memory", run.memory, "MB", 1500)
        known = instances.references()[path.name]
        for column, words, note in (
            ("greedy_best_rule_days", "the best rule", "goal ≤ 0.92"),
            ("compiled_search_60s_days", "the prototype", ""),
        ):
            name = f"300 cars, 60 s, to {words}"
            yield self._ratio(name, [(run.days, known[column])], None, note)

    def benchmark(self, folder: str, name: str, goal: float | None) -> Iterator[Figure]:
        """A public collection: the mean gap to the best known values."""
        known = instances.best_known(folder)
        chosen = list(known)[: 2 if self.quick else None]
        paths = [instances.converted(x, self.planner.folder) for x in chosen]
        run = self.planner.run
        runs = list(self.pool.map(lambda path: run(path, 0, "--workers", 1), paths))
        self.runs += runs
        gaps = [r.days / known[path] - 1 for r, path in zip(runs, chosen, strict=True)]
        note = _of("" if goal is None else f"goal ≤ {goal:.0%}", f"{len(gaps)} files")
        share = 100 * sum(gaps) / len(gaps)
        yield Figure(f"{name}, mean gap to the best known", share, "%", note=note)

    def judged(self) -> Iterator[Figure]:
        """What must hold of every run."""
        none = sum(run.days == inf for run in self.runs)
        yield Figure("no plan found", none, "", 0)
        verdicts = [run.verdict for run in self.runs if run.verdict is not None]
        note = f"{len(verdicts)} plans judged"
        bad = sum(not verdict.feasible for verdict in verdicts)
        yield Figure("plans the validator refuses", bad, "", 0, note=note)
        moved = sum(verdict.frozen_moved for verdict in verdicts)
        yield Figure("started work moved", moved, "", 0)
        over = max(run.over for run in self.runs)
        yield Figure("most time beyond what was given", over, "s", LATE)


def _of(*texts: str) -> str:
    return "; ".join(text for text in texts if text)

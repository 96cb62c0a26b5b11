"""The compiled kernel gives the answers of the plain one, and is kept on disk."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.planner.shops import random_shop
from workshop.planner import Problem, codestore, solve
from workshop.planner.compiled import native
from workshop.planner.compiled.__main__ import main as compile_all
from workshop.planner.compiled.native import CompiledKernel
from workshop.planner.finder import Finder
from workshop.planner.keeping import fixed_slots, kept_slots
from workshop.planner.kernel import Kernel
from workshop.planner.occupation import Slot
from workshop.planner.problem import (
    Operation,
    Precedence,
    Resource,
    Technician,
    Vehicle,
)
from workshop.planner.schedule import Blocked, Worse
from workshop.planner.shop import Shop
from workshop.planner.solver import kernel_for

SHOPS = 30
ORDERS = 5


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Set-up has done it; where tests run without, it takes some 15 seconds here."""
    compile_all()
    native.prepare()


def varied(seed: int) -> Problem:
    """A generated shop: some with crews of a kind, equal hours, work under way."""
    random = Random(seed)
    problem = random_shop(seed, operations=random.randint(4, 40), fixed=seed % 3 == 0)
    able = Counter(s for t in problem.technicians for s in t.skills)
    paired = [{s: 2} for s, n in able.items() if n > 1]
    operations = [
        replace(o, needs=random.choice(paired), no_split=False)
        if paired and o.fixed is None and random.random() < 0.15
        else o
        for o in problem.operations
    ]
    if seed % 4 == 0:
        people = tuple(replace(t, calendar="day") for t in problem.technicians)
        problem = replace(problem, technicians=people)
    return replace(problem, operations=tuple(operations))


def answer(kernel: Kernel, order: list[float], limit: float) -> tuple[object, ...]:
    """Everything a decode says, in a form that can be compared."""
    try:
        found = kernel.decode(order, limit)
    except Blocked as error:
        return ("blocked", error.members)
    except Worse:
        return ("worse",)
    kernel.keep(found)
    return ("done", found.cost, found.tardiness, found.ends, found.all_slots())


def placed(shop: Shop) -> dict[int, Slot]:
    """Fixed operations and those of the plan in force that can stay."""
    fixed = fixed_slots(shop)
    return {**fixed, **kept_slots(shop, fixed)}


def differences(seeds: range) -> tuple[list[tuple[int, int]], Counter[object]]:
    """Where the kernels differ (seed, order), and how often each way to end was met."""
    differ, ends = [], Counter[object]()
    for seed in seeds:
        shop, random = Shop(varied(seed)), Random(seed)
        one, other = Kernel(shop, placed(shop)), CompiledKernel(shop, placed(shop))
        order = [random.random() * 200 for _ in one.groups.members]
        limit = float("inf")
        for turn in range(ORDERS):
            left, right = answer(one, order, limit), answer(other, order, limit)
            ends[left[0]] += 1
            if left != right or one.blocked(order) != other.blocked(order):
                differ.append((seed, turn))
            if left[0] == "done":
                # A little above: some of the next orders are broken off half-way.
                limit = float(str(left[1])) * 1.1 + 5
            for _ in range(3):
                order[random.randrange(len(order))] += random.gauss(0, 60)
    return differ, ends


def test_both_kernels_give_the_same_answers() -> None:
    differ, ends = differences(range(SHOPS))

    assert differ == []
    assert min(ends["done"], ends["worse"], ends["blocked"]) >= 10, ends


def queue_for_paint(seed: int) -> Problem:
    """Blasted by two, each car has to be painted within hours, in the only booth."""
    random = Random(seed)
    early, late = ([(96 * d + a, 96 * d + a + 32) for d in range(90)] for a in (24, 44))
    able = (("body",), ("body", "general"), ("general",), ("paint",), ("general",))
    operations: list[Operation] = []
    for car in range(12):
        blast = {"body": 1, "general": 1}
        operations += (
            Operation(2 * car, f"c{car}", random.randint(8, 30), blast, "jig"),
            Operation(
                2 * car + 1,
                f"c{car}",
                random.randint(9, 30),
                {"paint": 1},
                "booth",
                True,
            ),
        )
    return Problem(
        unit_minutes=15,
        horizon=96 * 90,
        now=0,
        calendars={"early": tuple(early), "late": tuple(late)},
        technicians=tuple(
            Technician(f"t{k}", skills, random.choice(("early", "late")))
            for k, skills in enumerate(able)
        ),
        resources=(
            Resource("jig1", "jig"),
            Resource("jig2", "jig"),
            Resource("booth", "booth"),
        ),
        vehicles=tuple(Vehicle(f"c{car}", 0, 96 * 20) for car in range(12)),
        operations=tuple(operations),
        precedences=tuple(
            Precedence(2 * car, 2 * car + 1, 0, random.randint(10, 60))
            for car in range(12)
        ),
    )


def test_both_kernels_wait_alike_for_what_a_crew_s_work_must_meet() -> None:
    met = 0
    for seed in range(10):
        shop, random = Shop(queue_for_paint(seed)), Random(seed)
        one, other = Kernel(shop, {}), CompiledKernel(shop, {})
        order = [random.random() for _ in one.groups.members]

        left = answer(one, order, float("inf"))

        assert left == answer(other, order, float("inf")), seed
        met += left[0] == "done"
    assert met >= 5


def test_generated_shops_hold_all_that_the_format_knows() -> None:
    problems = [varied(seed) for seed in range(SHOPS)]
    work = [o for p in problems for o in p.operations]
    lags = [x for p in problems for x in p.precedences]

    assert {len(o.needs) for o in work} >= {0, 1, 2}
    assert any(n > 1 for o in work for n in o.needs.values())
    assert any(o.uses for o in work)
    assert any(o.no_split for o in work)
    assert any(o.fixed for o in work)
    assert any(x.min_lag for x in lags)
    assert any(x.max_lag is not None for x in lags)
    assert any(len(placed(Shop(p))) > 2 for p in problems)


def test_a_planted_difference_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Finder._bay_opens
    monkeypatch.setattr(
        Finder,
        "_bay_opens",
        lambda self, i, frame: own(self, i, frame._replace(lo=frame.lo + 1)),
    )

    assert differences(range(6))[0]


def test_rows_of_gaps_that_fill_up_are_laid_out_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(native, "ROOM", 1)
    monkeypatch.setattr(native, "SHARE", 0)
    shop = Shop(random_shop(5, operations=60))
    one, other = Kernel(shop, {}), CompiledKernel(shop, {})
    order = [float(g) for g in range(len(one.groups.members))]

    assert answer(one, order, 1e9) == answer(other, order, 1e9)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for code of its own, with nothing in it."""
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "code"))
    return tmp_path / "code"


def test_without_code_on_disk_the_plain_kernel_plans(elsewhere: Path) -> None:
    problem = random_shop(3)

    assert not codestore.ready()
    assert kernel_for(Shop(problem), 60) is Kernel
    assert solve(problem, seconds=60, iterations=3).assignments
    assert not elsewhere.exists()


def test_code_that_is_not_whole_is_not_used(elsewhere: Path) -> None:
    home = codestore.folder()
    home.mkdir(parents=True)
    (home / "place.nbc").write_bytes(b"code")
    codestore.set_ready()
    assert codestore.ready()

    (home / "place.nbc").write_bytes(b"co")
    assert not codestore.ready()

    (home / codestore.MARK).write_text("[1]")
    assert not codestore.ready()


def test_with_code_on_disk_the_compiled_kernel_plans() -> None:
    assert codestore.ready()
    assert kernel_for(Shop(random_shop(3)), 60) is CompiledKernel


def test_a_folder_that_cannot_be_written_is_named(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.write_text("no folder")

    assert compile_all() == 1
    assert "the compiled kernel cannot be kept" in capsys.readouterr().err


def test_code_of_older_sources_is_removed(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, strange = elsewhere / "older", elsewhere / "strange"
    for folder in (older, strange):
        folder.mkdir(parents=True)
    (older / codestore.MARK).write_text(json.dumps({}))
    monkeypatch.setattr(native, "prepare", lambda: None)

    assert compile_all() == 0

    assert [p.name for p in elsewhere.iterdir() if p != codestore.folder()] == [
        "strange"
    ]
    shutil.rmtree(elsewhere)

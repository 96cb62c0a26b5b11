"""The parts of `dev.py` that decide something without starting anything."""

import ast
import importlib.util
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.stack import (
    checks,
    demo,
    places,
    processes,
    say,
    supervisor,
    trust,
    venv,
    verbs,
)


def test_a_start_after_quick_deaths_waits_longer_each_time() -> None:
    pauses = [supervisor.pause_after(failures) for failures in range(1, 8)]

    assert pauses == [0.5, 1, 2, 4, 8, 10, 10]


def test_checkouts_and_stacks_do_not_share_a_folder(tmp_path: Path) -> None:
    demo_here = places.Places("demo", tmp_path / "a")

    assert demo_here.key != places.Places("test", tmp_path / "a").key
    assert demo_here.key != places.Places("demo", tmp_path / "b").key
    assert len(str(demo_here.outside / ".s.PGSQL.5432")) < 100


def test_a_private_folder_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(say.Stop, match="belongs to another user"):
        places.private_folder(tmp_path / "link", uid=os.geteuid(), gid=os.getegid())


def test_a_folder_closed_to_others_is_seen(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)

    assert not places.others_may_enter(inner)


def test_a_secret_is_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    there = places.Places("demo", tmp_path)
    there.make()

    first = there.secret("session")

    assert there.secret("session") == first
    assert (there.home / "session.secret").stat().st_mode & 0o777 == 0o600


def test_too_full_a_disk_is_refused_with_a_way_out() -> None:
    with pytest.raises(say.Stop, match="Make room, or clone to another disk"):
        places.need_disk(10**9, "Installing")


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(say.Stop, match="is no port"):
        demo.wanted_port()


def test_a_taken_port_is_seen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert not demo.port_is_free(taken.getsockname()[1])


def test_the_development_packages_hold_the_demos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("demo", "dev"):
        (tmp_path / kind).write_text(kind)
    files: dict[venv.Kind, Path] = {"demo": tmp_path / "demo", "dev": tmp_path / "dev"}
    monkeypatch.setattr(venv, "FILES", files)
    monkeypatch.setattr(venv, "STAMP", tmp_path / "stamp")
    assert not venv.up_to_date("demo")

    venv.stamp("dev")
    assert venv.up_to_date("demo")
    assert venv.up_to_date("dev")

    venv.stamp("demo")
    assert not venv.up_to_date("dev")

    (tmp_path / "demo").write_text("newer")
    assert not venv.up_to_date("demo")


def test_a_process_is_named_by_its_start_not_its_number_alone(tmp_path: Path) -> None:
    record = tmp_path / "children.json"
    processes.record(record, {"me": os.getpid()})
    assert processes.recorded(record) == [("me", os.getpid())]

    record.write_text(record.read_text().replace('"started": "', '"started": "9'))

    assert processes.recorded(record) == []


def test_an_unknown_verb_names_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verbs.main(["fly"]) == 2
    assert "demo, down, reset, story" in capsys.readouterr().err


def test_make_lists_exactly_the_verbs() -> None:
    rows = (places.ROOT / "Makefile").read_text().splitlines()
    listed = next(row for row in rows if row.startswith("VERBS"))

    assert set(listed.split(":= ")[1].split()) == set(verbs.VERBS) - {"help"}


def test_results_of_several_runs_are_added_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite tests="5" failures="1" errors="0" skipped="1"/>'
        "</testsuites>"
    )
    report = checks.Report()
    report.add(results)
    report.add(results)
    report.failed.append("unit tests")

    assert report.conclude() == 1
    assert (
        "2 failed, 6 passed, 2 skipped, 1 stages failed in" in capsys.readouterr().out
    )


def test_a_part_of_the_tests_that_fails_turns_the_run_red(tmp_path: Path) -> None:
    report = checks.Report()
    chosen = ("-m", "chaos", "tests/chaos")

    none = tmp_path / "none.xml"
    assert not checks.judged(report, "chaos tests", chosen, 1, none, 1.0)
    assert not checks.judged(report, "flow tests", chosen, 5, none, 1.0)
    assert report.failed == ["chaos tests", "flow tests"]
    assert report.conclude() == 1


def test_an_older_python_can_read_why_it_will_not_do() -> None:
    ast.parse((places.ROOT / "dev.py").read_text(), feature_version=(3, 6))


def test_a_python_without_ensurepip_is_told_two_ways_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(say.Stop) as refusal:
        venv.make()

    assert "-venv. Or use another one: make demo PYTHON=" in str(refusal.value)


def test_repeated_runs_are_summed_up_with_the_seeds_that_failed() -> None:
    runs = [
        trust.Run("race", 1, True, 30.2),
        trust.Run("chaos", 1, True, 90),
        trust.Run("race", 2, True, 34.2),
        trust.Run("chaos", 2, False, 110),
    ]

    assert list(trust.table(runs)) == [
        "",
        "  tests  runs  green  shortest  mean   longest  failed with seed",
        "  race   2     2      30 s      32 s   34 s     none",
        "  chaos  2     1      90 s      100 s  110 s    2",
    ]


def test_an_interrupted_row_of_runs_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "trust.jsonl"
    ran: list[str] = []

    def result(name: str, *, is_green: bool) -> Callable[[], bool]:
        return lambda: ran.append(name) is None and is_green

    first = trust.Runs(kept, "these files")
    first.run("race", 1, result("green", is_green=True))
    first.run("chaos", 1, result("red", is_green=False))
    again = trust.Runs(kept, "these files")
    again.run("race", 1, result("known", is_green=True))
    again.run("chaos", 1, result("red again", is_green=True))
    changed = trust.Runs(kept, "other files")
    changed.run("race", 1, result("other files", is_green=True))
    changed.end()
    trust.Runs(kept, "these files").run("race", 1, result("over", is_green=True))

    assert ran == ["green", "red", "red again", "other files", "over"]
    assert again.done[0] == first.done[0]


def test_nothing_is_kept_of_files_without_a_commit(tmp_path: Path) -> None:
    kept = tmp_path / "trust.jsonl"

    trust.Runs(kept, "").run("race", 1, lambda: True)

    assert not kept.exists()


@pytest.mark.parametrize("text", ["none", "0", "-3", "1.5"])
def test_a_number_of_runs_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("RUNS", text)

    with pytest.raises(say.Stop, match="is no number of runs"):
        trust.wanted_runs()

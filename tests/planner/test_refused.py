"""Malformed and impossible files: each ends with its exit status and its message."""

from __future__ import annotations

import copy
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.planner.test_command import _handlers as _handlers
from workshop.planner.__main__ import main

DATA = Path(__file__).parent / "data"
TINY = DATA / "tiny_shop2.json"
CASES: list[dict[str, Any]] = json.loads((DATA / "refused.json").read_text())


def changed(case: dict[str, Any]) -> bytes:
    """The bytes of a case: as given, or the tiny shop with changes."""
    if "text" in case:
        return str(case["text"]).encode()
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "repeat" in case:
        text, times = case["repeat"]
        return str(text).encode() * int(times)
    data: Any = copy.deepcopy(json.loads(TINY.read_text()))
    for where in case.get("gone", []):
        node, last = _at(data, where)
        del node[last]
    for where, value in case.get("set", {}).items():
        node, last = _at(data, where)
        node[last] = value
    for where in case.get("raw", {}):
        node, last = _at(data, where)
        node[last] = f"@{where}@"
    text = json.dumps(data)
    for where, raw in case.get("raw", {}).items():
        text = text.replace(f'"@{where}@"', raw)
    return text.encode()


def _at(data: Any, where: str) -> tuple[Any, Any]:
    """The object or list a path leads into, and the key in it."""
    *way, last = where.split(".")
    for step in way:
        data = data[int(step) if isinstance(data, list) else step]
    return data, int(last) if isinstance(data, list) else last


def test_the_corpus_is_large_and_names_its_cases() -> None:
    assert len(CASES) >= 40
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert {case["exit"] for case in CASES} == {0, 2, 3}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_bad_file_ends_with_its_status_and_message(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "problem.json", tmp_path / "plan.json"
    file.write_bytes(changed(case))
    began = time.process_time()

    status = main([str(file), str(out), "--seconds", "60", "--iterations", "2"])

    said = capsys.readouterr().err
    assert (status, said) == (case["exit"], said)
    assert case["says"] in said
    assert "Traceback" not in said
    assert out.exists() == (status == 0)
    assert time.process_time() - began < 10


def places(folder: Path) -> dict[str, tuple[Path, Path, str]]:
    """Where something is in the way: problem, plan and what is said."""
    (folder / "deep").mkdir()
    (folder / "file").write_text("")
    out = folder / "plan.json"
    return {
        "no such problem": (folder / "none.json", out, "No such file"),
        "a folder as the problem": (folder, out, "Is a directory"),
        "a problem below a file": (folder / "file" / "x", out, "Not a directory"),
        "a folder as the plan": (TINY, folder / "deep", "it is a folder"),
        "no such folder": (TINY, folder / "none" / "plan", "there is no such folder"),
        "a plan below a file": (TINY, folder / "file" / "x", "no such folder"),
        "a name too long": (folder / ("x" * 300), out, "File name too long"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "no such problem",
        "a folder as the problem",
        "a problem below a file",
        "a folder as the plan",
        "no such folder",
        "a plan below a file",
        "a name too long",
    ],
)
def test_a_file_in_the_wrong_place_exits_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, plan, says = places(tmp_path)[name]

    status = main([str(problem), str(plan), "--seconds", "60", "--iterations", "1"])

    assert status == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_may_not_be_written_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    assert main([str(TINY), str(tmp_path / "plan.json"), "--seconds", "60"]) == 2
    assert "cannot write in its folder" in capsys.readouterr().err


def test_a_full_disk_exits_2_and_leaves_no_half_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    words = ["--seconds", "60", "--iterations", "1"]

    assert main([str(TINY), str(tmp_path / "plan.json"), *words]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

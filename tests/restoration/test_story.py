"""A story that is interrupted: what it remembers, and what it says of what went."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from redis.exceptions import ConnectionError as RedisConnectionError

from common import health
from restoration.story import again, waiting, whole
from restoration.story.journal import Journal, opened
from restoration.story.telling import Teller

SUBJECT = ["BNR34-004321", "full"]


def broken() -> OperationalError:
    return OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def returns(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Choose whether PostgreSQL takes connections again."""

    def choose(comes: bool) -> None:
        def connect() -> None:
            if not comes:
                raise broken()

        monkeypatch.setattr(connection, "close", lambda: None)
        monkeypatch.setattr(connection, "ensure_connection", connect)

    monkeypatch.setattr(again, "COMES_BACK_SECONDS", 0.1)
    return choose


def test_what_was_done_once_is_known_to_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    first, other = opened(path, SUBJECT)
    assert other is None
    first.begin_step(6)
    assert first.once("card", lambda: 7) == 7
    first.leave()

    second, other = opened(path, SUBJECT)
    second.leave()

    assert other is None
    assert (second.was_at, second.run) == (6, first.run)
    assert second.once("card", lambda: 8) == 7
    assert second.key("draw-1") == first.key("draw-1")


def test_a_story_that_ended_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    first, _other = opened(path, SUBJECT)
    first.begin_step(9)
    first.forget()

    second, other = opened(path, SUBJECT)
    second.leave()

    assert (second.was_at, other) == (0, None)
    assert second.run != first.run


def test_another_cars_interrupted_story_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    first, _other = opened(path, ["BNR32-300100", "full"])
    first.begin_step(5)
    first.leave()
    out = StringIO()

    second, other = opened(path, SUBJECT)
    whole.tell_interruption(Teller(out), second, other)
    second.leave()

    assert second.was_at == 0
    assert "The story of BNR32-300100 was interrupted in step 5" in out.getvalue()


def test_a_journal_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    first, _other = opened(path, SUBJECT)
    first.begin_step(5)

    second, other = opened(path, SUBJECT)
    first.leave()

    assert (second.file, second.was_at, other) == (None, 0, None)
    assert second.run != first.run


def test_a_half_written_journal_begins_a_new_story(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    path.write_text('{"subject": ["BNR34-0043')

    journal, other = opened(path, SUBJECT)
    journal.leave()

    assert (journal.was_at, journal.known, other) == (0, {}, None)


def test_a_step_is_taken_again_and_not_told_twice(
    returns: Callable[[bool], None],
) -> None:
    returns(True)
    out = StringIO()
    tell = Teller(out)
    taken: list[int] = []

    def step() -> None:
        tell.step("Floor")
        tell.say("a card is finished")
        taken.append(tell.number)
        if len(taken) == 1:
            raise broken()
        tell.say("a part is drawn")

    again.take(tell, step)

    assert taken == [1, 1]
    assert [line.strip() for line in out.getvalue().splitlines() if line] == [
        "1. Floor",
        "a card is finished",
        "PostgreSQL went away; what was done stays. Waiting for it, 0 s at most.",
        "PostgreSQL is back; the step is taken again.",
        "a part is drawn",
    ]


def test_a_database_that_stays_away_ends_the_story(
    returns: Callable[[bool], None],
) -> None:
    returns(False)

    def step() -> None:
        raise broken()

    with pytest.raises(again.Gone, match="did not come back within"):
        again.take(Teller(StringIO()), step)


def test_what_postgresql_refuses_is_no_absence() -> None:
    refused = OperationalError("canceling statement due to lock timeout")
    refused.__cause__ = type("LockNotAvailable", (Exception,), {"sqlstate": "55P03"})()

    def step() -> None:
        raise refused

    with pytest.raises(OperationalError):
        again.take(Teller(StringIO()), step)


def test_a_broker_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise RedisConnectionError

    monkeypatch.setattr(health, "check_broker", refuse)

    with pytest.raises(again.Gone, match=r"The broker \(Valkey\) does not answer"):
        waiting.wait_for("an answer", lambda: None, seconds=0)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "what was done until then is kept"),
        ("ja", "そこまでの結果は残っています"),
    ],
)
def test_the_reader_hears_what_went_what_stays_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    sentence: str,
) -> None:
    def gone(_begin: object, _tell: Teller, journal: Journal) -> None:
        journal.begin_step(6)
        raise again.Gone("PostgreSQL is away.")

    monkeypatch.setattr(whole, "tell_all", gone)
    arguments: dict[str, Any] = {"language": language, "journal": tmp_path / "s.json"}

    with pytest.raises(SystemExit) as end:
        call_command("story", **arguments)

    said = capsys.readouterr().err
    assert end.value.code == 3
    assert "PostgreSQL is away." in said
    assert "6" in said
    assert sentence in said
    assert "make story" in said
    assert "Traceback" not in said

"""No deadlock reaches a person: commands that PostgreSQL broke off are run again."""

import re
from pathlib import Path

import pytest
from django.db import OperationalError

from parts import commands
from parts.commands import demands, wishes
from tests.parts.store import NOW, Store

ATOMIC = re.compile(r"((?:^@.*\n)*)^@transaction\.atomic\ndef ([a-z]\w*)", re.MULTILINE)


class Deadlock(Exception):
    sqlstate = "40P01"


def test_every_command_with_a_transaction_of_its_own_is_run_again() -> None:
    folder = Path(demands.__file__).parent
    bare = [
        f"{path.name}: {name}"
        for path in sorted(folder.rglob("*.py"))
        for above, name in ATOMIC.findall(path.read_text())
        if "@retrying" not in above
    ]
    assert bare == []


@pytest.mark.django_db(transaction=True)
def test_a_command_that_met_a_deadlock_has_its_effect_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demand = Store().want(2)
    locked, met = wishes.locked_demand, []

    def lock(demand_id: int) -> object:
        found = locked(demand_id)
        if not met:
            met.append(demand_id)
            raise OperationalError from Deadlock()
        return found

    monkeypatch.setattr(wishes, "locked_demand", lock)
    assert commands.cancel_demand(demand_id=demand.pk, reason="given up", at=NOW)

    demand.refresh_from_db()
    assert (met, demand.state) == ([demand.pk], "CANCELLED")

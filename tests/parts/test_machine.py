"""Any row of commands does to the database what it does to a store in plain Python.

`MACHINE_EXAMPLES` makes the examples more: `make trust` runs five thousand.
"""

import os

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from parts.commands.holding import Holds
from parts.models import Bin
from tests import build
from tests.parts.machine import AT_FIRST, Parts
from tests.parts.machine_house import House
from tests.parts.plain_store import PLACES
from tests.parts.store import Store

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "200"))
STEPS = 10


@pytest.fixture
def machine() -> type[House]:
    """The machine over one store; each example leaves it as it was."""
    store = Store()
    bins = (
        *(store.shelf, build.bin(store.site)),
        build.bin(store.site, kind=Bin.Kind.RECEIVING),
        *(store.closed, build.bin(store.site)),
    )
    Parts.store = store
    Parts.bins = dict(zip(PLACES, bins, strict=True))
    Parts.customer_id = build.customer().pk
    Parts.owner_id = build.customer().pk
    Parts.supplier_id = build.supplier().pk
    for bin_ in bins[:-1]:
        store.receive(AT_FIRST, bin_id=bin_.pk)
    House.owned(Parts.bins, AT_FIRST)
    return House


def test_any_row_of_commands_does_what_the_plain_store_does(
    machine: type[House],
) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    )


def test_the_machine_finds_holds_that_the_level_does_not_know_of(
    machine: type[House], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Holds.write

    def forget_levels(holds: Holds) -> None:
        holds._level_change.clear()
        write(holds)

    monkeypatch.setattr(Holds, "write", forget_levels)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                phases=[Phase.generate],
            ),
        )

"""Kits put together and taken apart: what goes in comes out, at the same cost."""

from typing import Any

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from parts import commands
from parts.models import Availability, Bin, Part, StockLevel, StockMovement, Unit
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused
from tests.parts.test_laws import sql
from tests.parts.test_store_desk import AT, desk, press, text_of

pytestmark = pytest.mark.django_db


def kit_of(*lines: tuple[Part, Any], **fields: Any) -> Part:
    kit = build.part(**fields)
    commands.set_kit(
        kit_id=kit.pk,
        lines=[commands.Component(part_id=p.pk, quantity=D(n)) for p, n in lines],
        key=key(),
        at=NOW,
    )
    return kit


class Bench:
    """A gasket kit of bolts and a seal, and an overhaul kit that holds one."""

    def __init__(self) -> None:
        self.store = Store(part=build.part("BOLT-1"))
        self.bolt, self.seal = self.store.part, build.part("SEAL-1")
        self.gaskets = kit_of((self.bolt, 4), (self.seal, 1))
        self.overhaul = kit_of((self.gaskets, 2), (self.bolt, 1))

    def lies(self, part: Part, quantity: Any, cost: Any = 0, **fields: Any) -> Any:
        return self.store.receive(
            quantity, part_id=part.pk, unit_cost=D(cost), **fields
        )

    def make(self, kit: Part, quantity: Any = 1, **fields: Any) -> StockMovement:
        return commands.assemble_kit(**self.asked(kit, quantity, **fields))

    def asked(self, kit: Part, quantity: Any = 1, **fields: Any) -> dict[str, Any]:
        return {
            "kit_id": kit.pk,
            "bin_id": self.store.shelf.pk,
            "quantity": D(quantity),
            "reason": "for the counter",
            "key": key(),
            "at": NOW,
        } | fields

    def open(self, level: StockLevel, quantity: Any = 1, **fields: Any) -> Any:
        base = {"level_id": level.pk, "bin_id": self.store.shelf.pk, "at": NOW}
        base |= {"quantity": D(quantity), "reason": "needed singly", "key": key()}
        return commands.take_kit_apart(**base | fields)

    def on_hand(self, part: Part) -> Any:
        rows = StockLevel.objects.filter(part=part)
        return sum(row.on_hand for row in rows)


def test_a_kit_comes_at_what_its_components_cost() -> None:
    bench = Bench()
    bolts, seals = bench.lies(bench.bolt, 10, 25), bench.lies(bench.seal, 3, 100)

    line = bench.make(bench.gaskets, 2)

    assert (line.kind, line.quantity, line.unit_cost) == ("KIT_MADE", 2, 200)
    assert (position(bolts), position(seals)) == ((2, 0), (1, 0))
    assert line.level.on_hand == 2
    kinds = StockMovement.objects.filter(command_id=line.command_id).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "INTO_KIT", "INTO_KIT", "KIT_MADE",
    ]  # fmt: skip
    assert {row.subject_key for row in kinds} == {f"part:{bench.gaskets.pk}"}
    entry = AuditEntry.objects.get(command="assemble_kit")
    assert entry.detail["components"] == sorted(
        [bench.bolt.pk, bench.seal.pk, bench.gaskets.pk]
    )
    asked = OutboxEvent.objects.order_by("pk").last()
    assert asked.payload["part_ids"] == entry.detail["components"]
    assert violations() == []


def test_the_same_key_puts_a_kit_together_once() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 10)
    bench.lies(bench.seal, 3)
    once = bench.asked(bench.gaskets)

    first, again = commands.assemble_kit(**once), commands.assemble_kit(**once)

    assert (first.pk, bench.on_hand(bench.gaskets)) == (again.pk, 1)


def test_what_is_missing_is_named_and_nothing_moves() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 7)

    said = refused(
        commands.ComponentsMissing,
        commands.assemble_kit,
        **bench.asked(bench.gaskets, 2),
    )

    assert said == "Not free at this site: 1 × BOLT-1, 2 × SEAL-1."


def test_held_owned_closed_and_distant_pieces_stay_where_they_are() -> None:
    bench = Bench()
    store = bench.store
    bench.lies(bench.seal, 5)
    bench.lies(bench.bolt, 4)
    store.reserve(store.want(4))
    bench.lies(bench.bolt, 4, bin_id=store.closed.pk)
    bench.lies(bench.bolt, 4, bin_id=build.bin(build.site()).pk)
    commands.receive_owned(
        owner_id=build.customer().pk,
        part_id=bench.bolt.pk,
        bin_id=store.shelf.pk,
        quantity=D(4),
        reason="left here",
        key=key(),
        at=NOW,
    )

    said = refused(
        commands.ComponentsMissing, commands.assemble_kit, **bench.asked(bench.gaskets)
    )

    assert said == "Not free at this site: 4 × BOLT-1."


def test_kits_inside_are_put_together_first_where_that_is_asked_for() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 20, 10)
    bench.lies(bench.seal, 5, 60)
    bench.make(bench.gaskets)

    said = refused(
        commands.ComponentsMissing, commands.assemble_kit, **bench.asked(bench.overhaul)
    )
    assert said == f"Not free at this site: 1 × {bench.gaskets.code}."
    line = bench.make(bench.overhaul, whole_tree=True)

    # One lay ready, one was made of four bolts and a seal: each 100; and a bolt.
    assert line.unit_cost == 210
    assert bench.on_hand(bench.gaskets) == 0
    assert (bench.on_hand(bench.bolt), bench.on_hand(bench.seal)) == (11, 3)
    assert violations() == []


def test_a_kit_made_inside_leaves_what_lay_there_at_its_cost() -> None:
    bench = Bench()
    ready = bench.lies(bench.gaskets, 1, 7000)
    bench.store.reserve(bench.store.want(1, part_id=bench.gaskets.pk))
    bench.lies(bench.bolt, 20, 10)
    bench.lies(bench.seal, 5, 60)

    line = bench.make(bench.overhaul, whole_tree=True)

    ready.refresh_from_db()
    assert (line.unit_cost, ready.unit_cost, ready.on_hand) == (210, 7000, 1)
    assert violations() == []


def test_undoing_one_line_undoes_the_whole_kit() -> None:
    bench = Bench()
    bolts = bench.lies(bench.bolt, 20, 10)
    bench.lies(bench.seal, 5, 60)
    line = bench.make(bench.overhaul, whole_tree=True)
    part = StockMovement.objects.filter(level=bolts, kind="INTO_KIT").first()
    undo = {"reason": "wrong kit", "key": key(), "at": NOW}

    commands.reverse_movement(movement_id=part.pk, **undo)

    bolts.refresh_from_db()
    assert (bolts.on_hand, bolts.unit_cost) == (20, 10)
    assert bench.on_hand(bench.overhaul) == bench.on_hand(bench.gaskets) == 0
    asked = OutboxEvent.objects.order_by("-pk")[:2]
    assert {
        bench.bolt.pk, bench.seal.pk, bench.gaskets.pk, bench.overhaul.pk,
    } in [set(event.payload["part_ids"]) for event in asked]  # fmt: skip
    said = refused(
        commands.WrongState,
        commands.reverse_movement,
        movement_id=line.pk,
        **undo | {"key": key()},
    )
    assert said == "This line has been undone already."


def test_a_kit_that_is_held_is_not_undone() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 4)
    bench.lies(bench.seal, 1)
    line = bench.make(bench.gaskets)
    bench.store.reserve(bench.store.want(1, part_id=bench.gaskets.pk))

    refused(
        commands.InsufficientStock,
        commands.reverse_movement,
        movement_id=line.pk,
        reason="no",
        key=key(),
        at=NOW,
    )


def test_taken_apart_the_components_share_what_the_kit_cost() -> None:
    bench = Bench()
    bolts, seals = bench.lies(bench.bolt, 1, 50), bench.lies(bench.seal, 1, 200)
    kits = bench.lies(bench.gaskets, 2, 1000)

    line = bench.open(kits)

    assert (line.kind, line.quantity, line.unit_cost) == ("KIT_OPENED", -1, 1000)
    # Four bolts at 50 and a seal at 200 are worth the same: half of it each.
    came = StockMovement.objects.filter(kind="FROM_KIT").order_by("pk")
    assert [(m.quantity, m.unit_cost) for m in came] == [(4, 125), (1, 500)]
    assert (position(bolts), position(seals), position(kits)) == (
        (5, 0), (2, 0), (1, 0),
    )  # fmt: skip
    assert violations() == []


def test_without_any_price_each_piece_bears_the_same() -> None:
    bench = Bench()
    kits = bench.lies(bench.gaskets, 1, 1000)

    bench.open(kits)

    costs = StockMovement.objects.filter(kind="FROM_KIT").values_list("unit_cost")
    assert set(costs) == {(200,)}
    assert violations() == []


def test_a_whole_tree_is_taken_apart_to_its_single_parts_and_undone() -> None:
    bench = Bench()
    kits = bench.lies(bench.overhaul, 1, 900)
    other = build.bin(bench.store.site)

    line = bench.open(kits, whole_tree=True, bin_id=other.pk)

    assert (bench.on_hand(bench.bolt), bench.on_hand(bench.seal)) == (9, 2)
    assert bench.on_hand(bench.gaskets) == 0
    assert violations() == []
    commands.reverse_movement(movement_id=line.pk, reason="no", key=key(), at=NOW)
    assert bench.on_hand(bench.bolt) == bench.on_hand(bench.seal) == 0
    assert position(kits) == (1, 0)
    assert violations() == []


def test_kits_of_customers_and_of_nothing_are_not_taken_apart() -> None:
    bench = Bench()
    single = bench.lies(bench.bolt, 5)
    owned = commands.receive_owned(
        owner_id=build.customer().pk,
        part_id=bench.gaskets.pk,
        bin_id=bench.store.shelf.pk,
        quantity=D(1),
        reason="left here",
        key=key(),
        at=NOW,
    ).level
    base = {"bin_id": bench.store.shelf.pk, "quantity": D(1), "reason": "x", "at": NOW}

    refused(
        commands.OwnedStock,
        commands.take_kit_apart,
        level_id=owned.pk,
        key=key(),
        **base,
    )
    said = refused(
        commands.WrongState,
        commands.take_kit_apart,
        level_id=single.pk,
        key=key(),
        **base,
    )
    assert said == "BOLT-1 holds no components: it is no kit."
    refused(commands.WrongState, commands.assemble_kit, **bench.asked(bench.bolt))


def test_a_kit_is_put_into_a_bin_of_the_store() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 4)
    bench.lies(bench.seal, 1)

    refused(
        InvalidInput,
        commands.assemble_kit,
        **bench.asked(bench.gaskets, bin_id=bench.store.closed.pk),
    )
    assert Bin.objects.get(pk=bench.store.closed.pk).kind == "QUARANTINE"


def test_half_a_kit_is_no_kit() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 4)
    bench.lies(bench.seal, 1)

    refused(
        commands.WholePieces, commands.assemble_kit, **bench.asked(bench.gaskets, "0.5")
    )


def test_units_go_into_a_kit_and_come_out_of_it_by_their_numbers() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    turbo, bolt = store.part, build.part("BOLT-2")
    kit = kit_of((turbo, 2), (bolt, 1), is_serialised=True)
    store.receive(3, serials=["A", "B", "C"])
    store.receive(1, part_id=bolt.pk)
    asked = {
        "kit_id": kit.pk, "bin_id": store.shelf.pk, "quantity": D(1),
        "reason": "twin", "at": NOW,
    }  # fmt: skip

    said = refused(
        commands.UnitsNeeded,
        commands.assemble_kit,
        **asked,
        serials=["K1"],
        key=key(),
    )
    assert said == ("14411-05U00: Say which serial numbers leave: A, B, C lie here.")
    refused(
        InvalidInput,
        commands.assemble_kit,
        **asked,
        serials=["K1"],
        component_serials=["A", "X"],
        key=key(),
    )
    line = commands.assemble_kit(
        **asked, serials=["K1"], component_serials=["A", "C"], key=key()
    )
    inside = Unit.objects.get(serial="C")
    assert (inside.level, inside.fitted_key) == (None, f"part:{kit.pk}")
    assert Unit.objects.get(serial="K1").level == line.level
    assert violations() == []

    commands.take_kit_apart(
        level_id=line.level_id, bin_id=store.shelf.pk, quantity=D(1), reason="apart",
        key=key(), at=NOW,
    )  # fmt: skip
    here = Unit.objects.filter(part=turbo, level__isnull=False).order_by("serial")
    assert list(here.values_list("serial", flat=True)) == ["A", "B", "C"]
    assert violations() == []


def test_a_kit_that_was_put_together_answers_its_wish_from_the_shelf() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 4)
    bench.lies(bench.seal, 1)
    wish = bench.store.want(1, part_id=bench.gaskets.pk)
    ids = {"part_ids": [bench.gaskets.pk], "at": NOW}
    commands.check_availability(**ids)
    answer = Availability.objects.get(demand=wish)
    assert answer.kind == "KIT"

    bench.make(bench.gaskets)
    commands.check_availability(**ids)

    answer.refresh_from_db()
    assert answer.kind == "ON_HAND"


def test_the_desk_puts_kits_together_and_takes_them_apart() -> None:
    bench = Bench()
    bench.lies(bench.bolt, 20, 10)
    bench.lies(bench.seal, 5, 60)
    client = desk()
    part = f"{AT}/part/{bench.overhaul.pk}"

    page = text_of(client, f"{part}/act/assemble/")
    assert f"One holds 2 × {bench.gaskets.code}, 1 × BOLT-1." in page
    assert f"Free in {bench.store.site.name}: 0 × {bench.gaskets.code}" in page
    asked = {"quantity": "1", "bin": bench.store.shelf.pk, "reason": "counter"}
    short = press(client, f"{part}/act/assemble/", **asked)
    assert short.status_code == 409
    assert f"Not free at this site: 2 × {bench.gaskets.code}." in short.content.decode()
    done = press(client, f"{part}/act/assemble/", **asked, whole_tree="on")
    assert done.status_code == 302

    level = StockLevel.objects.get(part=bench.overhaul)
    at_level = f"{AT}/stocklevel/{level.pk}"
    assert "take-apart" in text_of(client, f"{at_level}/change/")
    done = press(client, f"{at_level}/act/take-apart/", **asked)
    assert done.status_code == 302
    assert (bench.on_hand(bench.gaskets), position(level)) == (2, (0, 0))
    line = StockMovement.objects.filter(kind="KIT_OPENED").get()
    done = press(client, f"{AT}/stockmovement/{line.pk}/act/reverse/", reason="no")
    assert position(level) == (1, 0)
    assert violations() == []


def test_a_single_part_has_no_button_for_kits() -> None:
    store = Store()
    store.receive(1)

    page = text_of(desk(), f"{AT}/part/{store.part.pk}/change/")

    assert "/act/assemble/" not in page


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (
            "UPDATE parts_stockmovement SET kind = 'SCRAP' WHERE kind = 'INTO_KIT'",
            "kits_have_two_sides",
        ),
        (
            "UPDATE parts_stockmovement SET unit_cost = 9 WHERE kind = 'KIT_MADE'",
            "kits_have_two_sides",
        ),
        (
            "UPDATE parts_stockmovement SET reverses_id = ("
            "SELECT id FROM parts_stockmovement WHERE kind = 'KIT_MADE')"
            " WHERE kind = 'REVERSAL'",
            "kits_are_undone_whole",
        ),
    ],
)
def test_planted_corruption_of_kits_is_found(statement: str, law: str) -> None:
    bench = Bench()
    bench.lies(bench.bolt, 4, 10)
    bench.lies(bench.seal, 1, 60)
    bench.make(bench.gaskets)
    found = bench.lies(build.part(), 1)
    commands.reverse_movement(
        movement_id=found.movements.get().pk, reason="no", key=key(), at=NOW
    )
    assert violations() == []

    sql(statement)()

    assert f"parts.{law}" in {each.name for each in violations()}

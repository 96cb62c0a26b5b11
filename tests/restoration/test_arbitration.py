"""A scarce part: claims side by side, what each winner would do, one decision."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from common.errors import InvalidInput, KeyReused, NotAllowed
from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from parts import commands as parts
from parts.models import Availability, Demand, Reservation
from restoration import commands, queries
from restoration.models import Arbitration, ArbitrationClaim, Project
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import answer, plan, promise_of
from tests.restoration.test_query_counts import count
from workshop.models import Role

pytestmark = pytest.mark.django_db


def demand_of(project: Project) -> Demand:
    return Demand.objects.get(subject_key=project.subject_key)


def fought_over(cars: int = 2) -> tuple[Shop, list[Project]]:
    """Cars that want the one belt there is; the first one holds it, all are planned."""
    house = shop()
    projects = [house.approved() for _n in range(cars)]
    parts.receive_stock(
        part_id=house.belt.pk,
        bin_id=build.bin(house.site).pk,
        quantity=Decimal(1),
        unit_cost=Decimal(4000),
        reason="Opening stock",
        key=key(),
        at=AT,
    )
    parts.reserve_for_demands(demand_ids=[demand_of(p).pk for p in projects], at=AT)
    answer(house)
    plan(house)
    return house, projects


def decide(house: Shop, order: list[Project], **more: object) -> Arbitration:
    given = {
        "part_id": house.belt.pk,
        "site_id": house.site.pk,
        "order": [demand_of(p).pk for p in order],
        "reason": "The second car is further",
        "user_id": house.manager.pk,
        "key": key(),
        "at": AT,
    } | more
    return commands.arbitrate(**given)  # type: ignore[arg-type]


def state() -> tuple[object, ...]:
    """All that a decision may change."""
    return (
        list(Demand.objects.order_by("pk").values_list("priority", "state")),
        list(Reservation.objects.order_by("pk").values_list("demand_id", "state")),
        list(Availability.objects.order_by("pk").values_list("pk", "available_on")),
        Arbitration.objects.count(),
        OutboxEvent.objects.count(),
        AuditEntry.objects.count(),
    )


def test_each_winner_is_weighed_in_days_and_money_for_everybody() -> None:
    house, (first, second) = fought_over()
    before = state()

    weighed = queries.weigh(
        house.manager, part_id=house.belt.pk, site_id=house.site.pk, at=AT
    )

    assert [c.project for c in weighed.claims] == [first, second]
    assert [c.held for c in weighed.claims] == [Decimal(1), Decimal(0)]
    as_it_is, other = weighed.options
    assert [(e.part_days, e.finish_days, e.cost) for e in as_it_is.effects] == [
        (0, 0, 0),
        (0, 0, 0),
    ]
    loser, winner = other.effects
    # From the shelf at 4,000 on 23 November, else from the supplier at 5,000.
    assert (loser.was.on, loser.now.on) == (date(2026, 11, 23), date(2026, 12, 3))
    assert (loser.part_days, loser.price) == (10, Decimal(1000))
    assert (winner.part_days, winner.price) == (-10, Decimal(-1000))
    assert loser.finish_days is not None
    assert loser.finish_days > 0
    # Two hours of labour a day, at 10,000 an hour.
    assert weighed.day_rate == Decimal(20_000)
    assert loser.cost == Decimal(1000) + loser.finish_days * Decimal(20_000)
    assert weighed.is_whole
    assert weighed.seconds < queries.SECONDS
    assert state() == before


def test_a_decision_moves_holds_priorities_and_dates_in_one_step() -> None:
    house, (first, second) = fought_over()

    row = decide(house, [second, first])

    loser, winner = demand_of(first), demand_of(second)
    assert winner.state == "RESERVED"
    assert (loser.state, loser.priority > winner.priority) == ("OPEN", True)
    assert winner.availability.kind == "ON_HAND"
    assert loser.availability.available_on == date(2026, 12, 3)
    kept = [
        (c.rank, c.demand, c.was_priority, c.was_on, c.now_on)
        for c in row.claims.order_by("rank")
    ]
    assert kept == [
        (1, winner, 100, date(2026, 12, 3), date(2026, 11, 23)),
        (2, loser, 100, date(2026, 11, 23), date(2026, 12, 3)),
    ]
    assert AuditEntry.objects.filter(command="arbitrate").count() == 1
    # A later answer keeps the decision.
    answer(house)
    assert Reservation.objects.held().get().demand == winner


def test_the_losers_promise_follows_with_the_next_plan_and_names_the_part() -> None:
    house, (first, second) = fought_over()
    before = promise_of(first)

    decide(house, [second, first])
    asked = OutboxEvent.objects.filter(task="restoration.parts_answers_changed").last()
    assert asked is not None
    plan(house)

    after = promise_of(first)
    assert after.promised_on > before.promised_on
    assert after.cause == "PART_LATE"
    assert after.cause_detail["part"] == house.belt.pk


def test_the_loser_reads_that_a_decision_gave_the_piece_away_and_on_what_ground() -> (
    None
):
    house, (first, second) = fought_over()
    decide(house, [second, first], reason="Mr. Winner's car", ground="FIXED_DAY")
    plan(house)

    (after, *_before) = queries.promise_history(first)

    assert after.cause == "PART_LATE"
    assert queries.promise_sentence(after).endswith(
        "13028-20P25 Timing belt comes Thu 3 Dec 2026; by a decision of ours the piece"
        " goes to another car, because the day there is fixed and cannot move"
    )
    with translation.override("ja"):
        told = queries.promise_sentence(after)
    assert "当店の判断" in told
    assert "動かせない" in told
    # Not a word of whom it went to, nor of the house's own reason.
    leaks = [second.number, str(second.pk), "Winner", str(house.manager)]
    known = json.dumps(after.cause_detail) + queries.promise_sentence(after) + told
    assert [word for word in leaks if f'"{word}"' in known or "Winner" in known] == []
    assert after.cause_detail["given_to"] == "CAR"


def test_staff_read_beside_the_date_who_decided_and_customers_do_not() -> None:
    house, (first, second) = fought_over()
    row = decide(house, [second, first], reason="Further on", ground="WORK_STANDS")
    plan(house)
    board, portal = Client(), Client()
    board.force_login(house.manager)
    portal.force_login(house.signer)

    for_staff = board.get(f"/board/projects/{first.number}/").content.decode()
    for_owner = portal.get(f"/portal/projects/{first.number}/promises/")

    assert f"Decided by {house.manager}: Further on" in for_staff
    assert "the work there stands still" in for_owner.content.decode()
    assert "Further on" not in for_owner.content.decode()
    history = queries.promise_history(first)
    assert list(queries.decisions_behind(house.manager, history).values()) == [row]
    assert queries.decisions_behind(house.signer, history) == {}


def test_a_decision_is_told_of_once_and_only_while_its_day_stands() -> None:
    house, (first, second) = fought_over()
    decide(house, [second, first])
    plan(house)
    assert "decision" in promise_of(first).cause_detail
    house.belt.offers.update(lead_days=60)
    answer(house)

    plan(house)

    later = promise_of(first)
    assert (later.sequence, later.cause) == (3, "PART_LATE")
    assert "decision" not in later.cause_detail
    assert "decision" not in promise_of(second).cause_detail


def test_an_unknown_ground_changes_nothing() -> None:
    house, (first, second) = fought_over()
    before = state()

    with pytest.raises(InvalidInput) as refused:
        decide(house, [second, first], ground="BECAUSE")

    assert refused.value.context["field"] == "ground"
    assert state() == before


def test_a_repeated_decision_counts_once_and_another_body_is_refused() -> None:
    house, (first, second) = fought_over()
    once = key()
    row = decide(house, [second, first], key=once)
    after = state()

    assert decide(house, [second, first], key=once) == row
    assert state() == after
    with pytest.raises(KeyReused):
        decide(house, [first, second], key=once)
    assert state() == after


def test_a_decision_is_undone_by_another() -> None:
    house, (first, second) = fought_over()
    decide(house, [second, first])

    decide(house, [first, second], reason="It was a mistake")

    assert demand_of(first).state == "RESERVED"
    assert demand_of(second).state == "OPEN"
    assert Arbitration.objects.count() == 2


@pytest.mark.parametrize("role", [Role.PARTS, Role.TECHNICIAN, Role.CUSTOMER])
def test_only_managers_decide(role: str) -> None:
    house, (first, second) = fought_over()
    before = state()

    with pytest.raises(NotAllowed):
        decide(house, [second, first], user_id=build.user(role).pk)

    assert state() == before


def test_what_is_decided_on_must_be_the_claims_as_they_stand() -> None:
    house, (first, second) = fought_over()
    before = state()

    with pytest.raises(commands.ClaimsChanged):
        decide(house, [second])
    with pytest.raises(InvalidInput) as twice:
        decide(house, [second, second])
    with pytest.raises(InvalidInput) as silent:
        decide(house, [second, first], reason="  ")

    fields = [error.value.context["field"] for error in (twice, silent)]
    assert fields == ["order", "reason"]
    assert state() == before


def test_parts_staff_propose_and_nothing_moves() -> None:
    house, (first, second) = fought_over()
    before = state()

    row = commands.propose_arbitration(
        part_id=house.belt.pk,
        site_id=house.site.pk,
        order=[demand_of(second).pk, demand_of(first).pk],
        reason="Its car stands on the lift",
        user_id=build.user(Role.PARTS).pk,
        key=key(),
        at=AT,
    )

    assert row.kind == "PROPOSED"
    assert state()[:3] == before[:3]
    assert [c.priority for c in row.claims.all()] == [100, 100]


def test_decisions_are_never_edited() -> None:
    house, (first, second) = fought_over()
    row = decide(house, [second, first])

    with pytest.raises(IntegrityError), transaction.atomic():
        Arbitration.objects.filter(pk=row.pk).update(reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ArbitrationClaim.objects.all().delete()


def test_the_list_names_what_is_scarce_in_constant_statements() -> None:
    house, _projects = fought_over()
    (found,) = queries.scarce_parts(house.manager)
    assert (found.part, found.claims, found.pieces.here) == (house.belt, 2, 1)

    few = count(lambda: queries.scarce_parts(house.manager))
    for _n in range(3):
        house.approved()
    assert count(lambda: queries.scarce_parts(house.manager)) == few


def test_more_claims_take_no_more_statements_to_weigh() -> None:
    def read(house: Shop) -> int:
        return count(
            lambda: queries.weigh(
                house.manager, part_id=house.belt.pk, site_id=house.site.pk, at=AT
            )
        )

    house, _projects = fought_over(2)
    few = read(house)
    for _n in range(3):
        house.approved()
    answer(house)

    assert read(house) == few


def test_without_time_the_cars_are_not_reckoned_and_it_says_so() -> None:
    house, _projects = fought_over()

    weighed = queries.weigh(
        house.manager, part_id=house.belt.pk, site_id=house.site.pk, at=AT, seconds=0
    )

    assert not weighed.is_whole
    assert [e.finish_days for o in weighed.options for e in o.effects] == [None] * 4


def test_the_desk_shows_the_claims_and_takes_a_decision() -> None:
    house, (first, second) = fought_over()
    client = Client()
    client.force_login(house.manager)
    where = (house.belt.pk, house.site.pk)

    listed = client.get(reverse("admin:claims_scarce")).content.decode()
    assert "Timing belt" in listed
    page = client.get(
        reverse("admin:claims_weigh", args=where), {"winner": demand_of(second).pk}
    ).content.decode()
    assert first.number in page
    assert "part 10 d later" in page
    once = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert once is not None
    answered = client.post(
        reverse("admin:claims_decide", args=where),
        {
            f"place-{demand_of(first).pk}": "2",
            f"place-{demand_of(second).pk}": "1",
            "reason": "Further",
            "ground": "WORK_STANDS",
            "idempotency_key": once.group(1),
        },
    )

    assert answered.status_code == 302
    assert demand_of(second).state == "RESERVED"
    assert Arbitration.objects.get().ground == "WORK_STANDS"
    staff = Client()
    staff.force_login(build.user(Role.PARTS))
    assert staff.post(reverse("admin:claims_decide", args=where)).status_code == 403


def test_two_claims_on_one_place_are_refused_on_the_page() -> None:
    house, (first, second) = fought_over()
    client = Client()
    client.force_login(house.manager)
    before = state()

    answered = client.post(
        reverse("admin:claims_decide", args=(house.belt.pk, house.site.pk)),
        {
            f"place-{demand_of(first).pk}": "1",
            f"place-{demand_of(second).pk}": "1",
            "reason": "Further",
            "idempotency_key": key(),
        },
    )

    assert answered.status_code == 422
    assert "Give each claim a place of its own." in answered.content.decode()
    assert state() == before


def test_the_api_weighs_and_decides() -> None:
    house, (first, second) = fought_over()
    client = Client()
    client.force_login(house.manager)
    asked = {"part": house.belt.pk, "site": house.site.pk}

    weighed = client.get("/api/v1/arbitrations/weigh/", asked).json()
    assert weighed["order"] == [demand_of(first).pk, demand_of(second).pk]
    assert client.get("/api/v1/arbitrations/weigh/").status_code == 400
    answered = client.post(
        "/api/v1/arbitrations/decide/",
        {**asked, "order": weighed["options"][1]["order"], "reason": "Further"},
        content_type="application/json",
        headers={"Idempotency-Key": key()},
    )

    assert answered.status_code == 201
    assert [c["demand"] for c in answered.json()["claims"]] == [
        demand_of(second).pk,
        demand_of(first).pk,
    ]


def test_a_site_sets_what_a_day_of_delay_costs() -> None:
    house, _projects = fought_over()

    commands.set_claim_rule(
        site_id=house.site.pk,
        late_day_rate=Decimal(5000),
        lost_days=90,
        offer_old_days=30,
        user_id=house.manager.pk,
        at=AT,
    )

    weighed = queries.weigh(
        house.manager, part_id=house.belt.pk, site_id=house.site.pk, at=AT
    )
    assert (weighed.day_rate, weighed.is_usual_rate) == (Decimal(5000), False)
    with pytest.raises(InvalidInput):
        commands.set_claim_rule(
            site_id=house.site.pk,
            late_day_rate=Decimal(-1),
            lost_days=90,
            offer_old_days=30,
            user_id=house.manager.pk,
            at=AT,
        )


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (
            "DELETE FROM restoration_arbitrationclaim WHERE rank = 1",
            "restoration.arbitration_names_its_claims",
        ),
        (
            "UPDATE restoration_arbitrationclaim SET priority = 5 WHERE rank = 2",
            "restoration.decided_claims_keep_their_turn",
        ),
    ],
)
def test_planted_corruption_breaks_the_law(statement: str, law: str) -> None:
    house, (first, second) = fought_over()
    decide(house, [second, first])
    assert violations() == []
    with connection.cursor() as cursor:
        # Whoever corrupts a ledger goes past the triggers.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)

    assert [broken.name for broken in violations()] == [law]


def test_days_out_of_range_are_refused_beside_their_field() -> None:
    house, _projects = fought_over()
    client = Client()
    client.force_login(house.manager)

    answered = client.post(
        reverse("admin:claims_rules", args=(house.site.pk,)),
        {"late_day_rate": "5000", "lost_days": "4000", "offer_old_days": "30"},
    )

    assert answered.status_code == 422
    assert "1 to 3650 days were expected." in answered.content.decode()
    assert 'value="5000"' in answered.content.decode()


def test_an_empty_form_is_shown_again() -> None:
    house, _projects = fought_over()
    client = Client()
    client.force_login(build.user(Role.PARTS))

    answered = client.post(
        reverse("admin:claims_propose", args=(house.belt.pk, house.site.pk))
    )

    assert answered.status_code == 422

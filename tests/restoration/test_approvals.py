"""The customer decides and signs; the work is released with it."""

from decimal import Decimal

import pytest

from common.errors import InvalidInput, KeyReused, NotAllowed, StaleVersion
from common.models import OutboxEvent
from parts.models import Demand
from restoration import commands, queries
from restoration.models import (
    Approval,
    ChecklistItem,
    Estimate,
    JobCard,
    JobCardLink,
    JobCardPart,
    Project,
    ProjectMilestone,
)
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from workshop.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    return shop()


def decide(house: Shop, estimate: Estimate, **more: object) -> Estimate:
    given = {
        "estimate_id": estimate.pk,
        "decisions": house.decisions(estimate),
        "signed_name": "A. Customer",
        "content_hash": estimate.content_hash,
        "user_id": house.signer.pk,
        "key": key(),
        "at": AT,
    } | more
    return commands.decide_estimate(**given)  # type: ignore[arg-type]


def nothing_happened(estimate: Estimate) -> bool:
    estimate.refresh_from_db()
    return (
        estimate.state == Estimate.State.SENT
        and not estimate.lines.exclude(decision="PENDING").exists()
        and not Approval.objects.exists()
        and not JobCard.objects.exists()
        and not Demand.objects.exists()
    )


def test_a_signature_releases_cards_links_parts_and_checks(house: Shop) -> None:
    estimate = decide(house, house.sent())

    approval = Approval.objects.get()
    assert (approval.accepted_lines, approval.declined_lines) == (4, 0)
    assert approval.amount_likely == 115000
    cards = list(JobCard.objects.order_by("number"))
    assert [(c.title_en, c.minutes, c.state) for c in cards] == [
        ("Strip", 120, "OPEN"),
        ("Paint", 480, "OPEN"),
        ("Finish", 60, "OPEN"),
    ]
    links = JobCardLink.objects.order_by("pk")
    assert [
        (k.before.title_en, k.after.title_en, k.min_lag_minutes) for k in links
    ] == [
        ("Strip", "Paint", 0),
        ("Paint", "Finish", 1440),
    ]
    wish = Demand.objects.get()
    row = JobCardPart.objects.get()
    assert wish.demand_key == f"card-part:{row.pk}"
    assert wish.subject_key == estimate.project.subject_key
    assert ChecklistItem.objects.get().card == cards[2]
    assert estimate.project.state == Project.State.IN_WORK
    assert OutboxEvent.objects.filter(task="parts.check_availability").exists()


def test_the_price_is_shared_among_the_milestones(house: Shop) -> None:
    decide(house, house.sent())

    shares = ProjectMilestone.objects.order_by("milestone__position")
    assert [(s.milestone.code, s.net) for s in shares] == [
        ("START", Decimal(34500)),
        ("END", Decimal(80500)),
    ]


def test_declining_an_operation_declines_its_parts_and_bridges_the_gap(
    house: Shop,
) -> None:
    estimate = house.sent()

    decide(house, estimate, decisions=house.decisions(estimate, (house.paint,)))

    link = JobCardLink.objects.get()
    assert (link.before.title_en, link.after.title_en) == ("Strip", "Finish")
    assert link.min_lag_minutes == 0


def test_parts_of_a_declined_operation_are_not_wanted(house: Shop) -> None:
    estimate = house.sent()

    decide(house, estimate, decisions=house.decisions(estimate, (house.strip,)))

    assert estimate.lines.get(kind="PART").decision == "DECLINED"
    page = queries.estimate_page(house.manager, estimate_id=estimate.pk)
    assert sum(phase.totals.likely for phase in page.phases) == page.totals.likely
    assert not Demand.objects.exists()


def test_the_same_decision_sent_twice_counts_once(house: Shop) -> None:
    estimate, once = house.sent(), key()

    decide(house, estimate, key=once)
    decide(house, estimate, key=once)

    assert Approval.objects.count() == 1
    assert JobCard.objects.count() == 3


def test_a_key_of_another_decision_is_refused(house: Shop) -> None:
    estimate, once = house.sent(), key()
    decide(house, estimate, key=once)

    with pytest.raises(KeyReused):
        decide(house, estimate, key=once, signed_name="Another")


def test_a_second_release_changes_nothing(house: Shop) -> None:
    estimate = decide(house, house.sent())

    cards = commands.release_work(estimate_id=estimate.pk, at=AT)

    assert len(cards) == JobCard.objects.count() == 3
    assert Demand.objects.count() == 1


def test_only_approved_work_is_released(house: Shop) -> None:
    estimate = house.sent()

    with pytest.raises(commands.WrongState):
        commands.release_work(estimate_id=estimate.pk, at=AT)

    assert nothing_happened(estimate)


def test_only_the_customer_signs(house: Shop) -> None:
    estimate = house.sent()

    for other in (house.manager, build.user(Role.CUSTOMER)):
        with pytest.raises(NotAllowed):
            decide(house, estimate, user_id=other.pk)

    assert nothing_happened(estimate)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"content_hash": "0" * 64}, StaleVersion),
        ({"signed_name": "  "}, InvalidInput),
        ({"decisions": {}}, InvalidInput),
        ({"decisions": {0: "ACCEPTED"}}, InvalidInput),
    ],
)
def test_unsound_decisions_change_nothing(
    house: Shop, given: dict[str, object], error: type[Exception]
) -> None:
    estimate = house.sent()

    with pytest.raises(error):
        decide(house, estimate, **given)

    assert nothing_happened(estimate)


def test_a_word_that_is_no_decision_is_refused(house: Shop) -> None:
    estimate = house.sent()
    decisions = house.decisions(estimate) | {estimate.lines.first().pk: "MAYBE"}  # type: ignore[union-attr]

    with pytest.raises(InvalidInput) as refusal:
        decide(house, estimate, decisions=decisions)

    assert refusal.value.field == "decisions"
    assert nothing_happened(estimate)


def test_a_replaced_version_is_stale(house: Shop) -> None:
    project = house.project()
    old = house.sent(project)
    house.draft(project)

    with pytest.raises(StaleVersion):
        decide(house, old)

    assert not Approval.objects.exists()


def test_declining_everything_declines_the_estimate(house: Shop) -> None:
    estimate = house.sent()
    decisions = dict.fromkeys(house.decisions(estimate), "DECLINED")

    decided = decide(house, estimate, decisions=decisions)

    assert decided.state == Estimate.State.DECLINED
    assert decided.project.state == Project.State.ESTIMATING
    assert not Approval.objects.exists()
    assert not JobCard.objects.exists()


def test_options_nobody_decided_are_declined(house: Shop) -> None:
    house.template.lines.filter(operation=house.paint).update(is_optional=True)
    estimate = house.sent()
    option = estimate.lines.get(operation=house.paint)
    decisions = house.decisions(estimate)
    del decisions[option.pk]

    decide(house, estimate, decisions=decisions)

    option.refresh_from_db()
    assert option.decision == "DECLINED"
    assert JobCard.objects.count() == 2

"""Nothing closes while something is open; then the dossier is sealed."""

from datetime import timedelta

import pytest

from restoration import commands
from restoration.models import ChecklistItem, DossierEntry, Project
from tests.restoration.shop import AT, Shop, key, shop
from workshop import commands as money
from workshop.models import Invoice

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=30)


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def hand_over(house: Shop, project: Project) -> Project:
    return commands.hand_over(project_id=project.pk, user_id=house.manager.pk, at=LATER)


def settle_everything(house: Shop, project: Project) -> None:
    for item in ChecklistItem.objects.filter(card__project=project):
        commands.check_item(
            item_id=item.pk,
            result="GOOD",
            technician_id=house.mechanic.pk,
            user_id=house.manager.pk,
            key=key(),
            at=LATER,
        )
    for invoice in Invoice.objects.filter(state="ISSUED"):
        money.record_payment(
            invoice_id=invoice.pk,
            amount=invoice.total,
            currency=invoice.currency,
            method="BANK_TRANSFER",
            external_id=key(),
            at=LATER,
            actor_id=house.manager.pk,
        )


def test_everything_open_is_named(house: Shop) -> None:
    project = house.approved()
    first = house.card(project, house.strip)
    house.start(first)
    original = commands.tag_removed_part(
        card_id=first.pk,
        text_en="Belt",
        user_id=house.manager.pk,
        key=key(),
        at=AT,
    )
    commands.finish_card(card_id=first.pk, user_id=house.manager.pk, key=key(), at=AT)

    with pytest.raises(commands.StillOpen) as refusal:
        hand_over(house, project)

    invoice = Invoice.objects.get()
    assert refusal.value.context["obstacles"] == [
        "“Paint” is not finished",
        "“Finish” is not finished",
        f"the original {original.tag} has no fate",
        "“Tension” is not checked",
        f"invoice {invoice.number} is not paid",
    ]
    project.refresh_from_db()
    assert (project.state, project.handed_over_at) == (Project.State.IN_WORK, None)
    assert not DossierEntry.objects.exists()


def test_a_closed_project_is_handed_over_once(house: Shop) -> None:
    project = house.approved()
    house.finish_all(project)
    settle_everything(house, project)

    hand_over(house, project)
    again = hand_over(house, project)

    assert (again.state, again.handed_over_at) == (Project.State.HANDED_OVER, LATER)
    kinds = list(
        DossierEntry.objects.order_by("sequence").values_list("kind", flat=True)
    )
    assert kinds == ["APPROVAL", "WORK", "WORK", "WORK", "SEAL"]


def test_work_after_the_hand_over_keeps_nothing_open(house: Shop) -> None:
    house.finish.is_after_hand_over = True
    house.finish.save()
    project = house.approved()
    for operation, who, at in (
        (house.strip, house.mechanic, AT),
        (house.paint, house.painter, AT + timedelta(days=2)),
    ):
        card = house.card(project, operation)
        house.start(card, who, at=at)
        commands.finish_card(
            card_id=card.pk, user_id=house.manager.pk, key=key(), at=at
        )
    settle_everything(house, project)

    assert hand_over(house, project).state == Project.State.HANDED_OVER


def test_a_project_that_was_never_in_work_is_not_handed_over(house: Shop) -> None:
    with pytest.raises(commands.WrongState):
        hand_over(house, house.project())


def test_a_project_is_given_up_with_its_cards_and_wishes() -> None:
    house = shop()
    project = house.approved()

    for _again in range(2):
        commands.cancel_project(
            project_id=project.pk,
            reason="Sold",
            user_id=house.manager.pk,
            at=LATER,
        )

    project.refresh_from_db()
    assert project.state == Project.State.CANCELLED
    assert set(project.job_cards.values_list("state", flat=True)) == {"CANCELLED"}
    states = {
        row.demand.state
        for card in project.job_cards.all()
        for row in card.parts.all()
        if row.demand
    }
    assert states == {"CANCELLED"}


def test_a_project_with_a_running_clock_is_not_given_up(house: Shop) -> None:
    project = house.approved()
    house.start(house.card(project, house.strip))

    with pytest.raises(commands.WrongState):
        commands.cancel_project(
            project_id=project.pk, reason="Sold", user_id=house.manager.pk, at=LATER
        )

    project.refresh_from_db()
    assert project.state == Project.State.IN_WORK

"""Estimates are drafted from a template and sealed when sent."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from common.errors import InvalidInput, NotFound
from common.models import OutboxEvent
from restoration import commands, queries
from restoration.models import (
    EngineMenu,
    EngineMenuLine,
    Estimate,
    EstimateLine,
    OperationPart,
    Project,
    TemplateOperation,
)
from tests import build
from tests.restoration.shop import AT, Shop, shop

pytestmark = pytest.mark.django_db
State = Estimate.State


@pytest.fixture
def house() -> Shop:
    return shop()


def lines_of(estimate: Estimate) -> list[tuple[str, str, Decimal, Decimal, Decimal]]:
    return [
        (line.kind, line.text_en, line.amount_low, line.amount_likely, line.amount_high)
        for line in estimate.lines.order_by("position")
    ]


def test_a_draft_holds_work_and_the_parts_it_takes_in_order(house: Shop) -> None:
    estimate = house.draft()

    assert lines_of(estimate) == [
        ("LABOUR", "Strip", Decimal(10000), Decimal(20000), Decimal(40000)),
        ("PART", "Timing belt", Decimal(5000), Decimal(5000), Decimal(5000)),
        ("LABOUR", "Paint", Decimal(10000), Decimal(80000), Decimal(100000)),
        ("LABOUR", "Finish", Decimal(10000), Decimal(10000), Decimal(40000)),
    ]
    assert estimate.project.state == Project.State.ESTIMATING


def test_a_part_without_a_price_says_so_and_stays_out_of_the_sum(house: Shop) -> None:
    nameless = build.part(name_en="Grommet")
    OperationPart.objects.create(operation=house.paint, part=nameless, quantity=4)

    page = queries.estimate_page(house.manager, estimate_id=house.draft().pk)

    assert page.totals.likely == 115000
    assert page.totals.unpriced_lines == 1


def test_a_part_that_may_be_refused_widens_the_range_only(house: Shop) -> None:
    OperationPart.objects.filter(part=house.belt).update(need="IF_REJECTED")

    line = house.draft().lines.get(kind="PART")

    assert line.is_contingent
    assert (line.amount_low, line.amount_likely, line.amount_high) == (
        Decimal(0), Decimal(0), Decimal(5000),
    )  # fmt: skip


def test_parts_of_other_generations_and_templates_stay_out(house: Shop) -> None:
    for other in ({"generation": "R32"}, {"template_code": "OTHER"}):
        OperationPart.objects.create(
            operation=house.paint, part=build.part(), quantity=1, **other
        )

    assert house.draft().lines.filter(kind="PART").count() == 1


def test_what_is_for_scale_only_stays_out(house: Shop) -> None:
    scale = build.operation(is_reference_only=True)
    TemplateOperation.objects.create(template=house.template, operation=scale)

    assert house.draft().lines.count() == 4


def test_outside_work_has_no_price_of_ours(house: Shop) -> None:
    dip = build.operation("OP9", name_en="Dip", is_outside=True, outside_days=14)
    TemplateOperation.objects.create(template=house.template, operation=dip)

    line = house.draft().lines.get(operation=dip)

    assert (line.kind, line.amount_high, line.is_price_known) == (
        "OUTSIDE", Decimal(0), False,
    )  # fmt: skip


def test_an_engine_menu_adds_its_operations_and_parts(house: Shop) -> None:
    menu = EngineMenu.objects.create(code="S2", name_en="Stage 2")
    port = build.operation("OP4", name_en="Port match")
    block = build.part("A1000-24U00", name_en="N1 block")
    EngineMenuLine.objects.create(menu=menu, operation=port)
    EngineMenuLine.objects.create(menu=menu, operation=house.strip, part=block)

    estimate = commands.draft_estimate(
        project_id=house.project().pk,
        template_code="belt",
        engine_menu="s2",
        user_id=None,
        at=AT,
    )

    assert estimate.engine_menu == menu
    texts = [line.text_en for line in estimate.lines.order_by("position")]
    assert sorted(texts) == [
        "Finish", "N1 block", "Paint", "Port match", "Strip", "Timing belt",
    ]  # fmt: skip


def test_drafting_again_replaces_the_draft(house: Shop) -> None:
    project = house.project()
    house.draft(project)

    again = house.draft(project)

    assert list(project.estimates.all()) == [again]


def test_a_new_draft_replaces_a_sent_version(house: Shop) -> None:
    project = house.project()
    first = house.sent(project)

    second = house.draft(project)

    first.refresh_from_db()
    assert (first.state, second.version) == (State.REPLACED, 2)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"template_code": "NONE"}, "template"), ({"engine_menu": "NO"}, "engine_menu")],
)
def test_unknown_templates_and_menus_are_refused(
    house: Shop, given: dict[str, str], field: str
) -> None:
    project = house.project()

    with pytest.raises(InvalidInput) as refusal:
        commands.draft_estimate(
            project_id=project.pk,
            **{"template_code": "BELT", "user_id": None, "at": AT} | given,  # type: ignore[arg-type]
        )

    assert refusal.value.field == field
    assert project.estimates.count() == 0


def test_no_such_project_is_not_found(house: Shop) -> None:
    with pytest.raises(NotFound):
        commands.draft_estimate(project_id=0, template_code="BELT", user_id=None, at=AT)


def test_sending_seals_and_mails_once(house: Shop) -> None:
    estimate = house.sent()
    again = commands.send_estimate(
        estimate_id=estimate.pk, user_id=house.manager.pk, at=AT
    )

    assert again.content_hash == estimate.content_hash
    assert len(estimate.content_hash) == 64
    assert estimate.project.state == Project.State.AWAITING_APPROVAL
    mails = OutboxEvent.objects.filter(task="restoration.mail_estimate")
    assert [m.payload for m in mails] == [{"estimate_id": estimate.pk}]


def test_a_sealed_line_cannot_be_changed(house: Shop) -> None:
    estimate = house.sent()

    with pytest.raises(IntegrityError), transaction.atomic():
        estimate.lines.update(amount_high=1)

    assert EstimateLine.objects.filter(amount_high=1).count() == 0


def test_an_empty_estimate_is_not_sent(house: Shop) -> None:
    estimate = house.draft()
    estimate.lines.all().delete()

    with pytest.raises(commands.EmptyEstimate):
        commands.send_estimate(estimate_id=estimate.pk, user_id=None, at=AT)

    estimate.refresh_from_db()
    assert estimate.state == State.DRAFT


def test_a_customer_sees_a_sent_version_and_no_draft(house: Shop) -> None:
    estimate = house.draft()

    with pytest.raises(NotFound):
        queries.estimate_page(house.signer, estimate_id=estimate.pk)

    commands.send_estimate(estimate_id=estimate.pk, user_id=None, at=AT)
    assert len(queries.estimate_page(house.signer, estimate_id=estimate.pk).lines) == 4

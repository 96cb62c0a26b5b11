"""What commits set off: mail to customers and to the desk."""

from datetime import date
from typing import Any

import pytest

from restoration import commands, effects
from restoration.models import Project
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from workshop.commands import write_promise
from workshop.models import Promise, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def promise(project: Project, day: date, cause: str = "FIRST") -> Promise:
    return write_promise(
        subject_key=project.subject_key,
        promised_on=day,
        confidence="FIRM",
        cause=cause,
        at=AT,
    )


def test_a_sent_estimate_is_announced(house: Shop, mailoutbox: list[Any]) -> None:
    estimate = house.sent()

    effects.mail_estimate(estimate_id=estimate.pk)

    assert [m.to for m in mailoutbox] == [[house.signer.email]]
    assert mailoutbox[0].subject == f"{estimate.project.number}: your estimate is ready"
    assert "23 Dec 2026" in mailoutbox[0].body


def test_an_answered_estimate_is_not_announced(
    house: Shop, mailoutbox: list[Any]
) -> None:
    project = house.approved()

    effects.mail_estimate(estimate_id=project.estimates.get().pk)

    assert mailoutbox == []


def test_only_the_newest_date_is_mailed(house: Shop, mailoutbox: list[Any]) -> None:
    project = house.project()
    old = promise(project, date(2027, 1, 10))
    new = promise(project, date(2027, 1, 20), "PROGRESS")

    for each in (old, new):
        effects.mail_promise(promise_id=each.pk)

    assert [m.subject for m in mailoutbox] == [
        f"{project.number}: the date of your car has moved"
    ]
    assert "10 days later" in mailoutbox[0].body


def test_a_finding_reaches_the_managers(house: Shop, mailoutbox: list[Any]) -> None:
    card = house.card(house.approved(), house.strip)
    finding = commands.raise_finding(
        card_id=card.pk,
        severity="MUST",
        text="Rust behind the strut tower",
        language="en",
        user_id=house.mechanic.user_id or 0,
        key=key(),
        at=AT,
    )

    effects.mail_finding(finding_id=finding.pk)

    assert [m.to for m in mailoutbox] == [[house.manager.email]]
    assert "Rust behind the strut tower" in mailoutbox[0].body


def test_a_finding_is_told_in_each_managers_language(
    house: Shop, mailoutbox: list[Any]
) -> None:
    house.manager.language = "ja"
    house.manager.save()
    reader = build.user(Role.MANAGER, language="en")
    card = house.card(house.approved(), house.strip)
    card.title_ja = "取り外し"
    card.save()
    finding = commands.raise_finding(
        card_id=card.pk, severity="MUST", text="Rust", language="en",
        user_id=house.mechanic.user_id or 0, key=key(), at=AT,
    )  # fmt: skip

    effects.mail_finding(finding_id=finding.pk)

    told = {m.to[0]: (m.subject, m.body.splitlines()[0]) for m in mailoutbox}
    number = finding.project.number
    assert told == {
        house.manager.email: (f"{number}：追加で見つかった不具合（必須）", "取り外し"),
        reader.email: (f"{number}: a finding (Must be done)", "Strip"),
    }


def test_a_handed_over_car_is_thanked_for(house: Shop, mailoutbox: list[Any]) -> None:
    project = house.project()

    effects.mail_hand_over(project_id=project.pk)

    assert mailoutbox[0].subject == f"{project.number}: your car was handed over"


def test_the_same_date_is_not_promised_twice(house: Shop) -> None:
    project = house.project()

    first = promise(project, date(2027, 1, 10))
    again = promise(project, date(2027, 1, 10), "PROGRESS")

    assert (first, first.sequence) == (again, 1)


def test_a_first_date_needs_no_cause(house: Shop, mailoutbox: list[Any]) -> None:
    first = promise(house.project(), date(2027, 1, 10))

    effects.mail_promise(promise_id=first.pk)

    assert "10 Jan 2027" in mailoutbox[0].body
    assert "first promise" not in mailoutbox[0].body.lower()

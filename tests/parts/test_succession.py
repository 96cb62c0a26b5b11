"""What takes a number's place: for which car, since when, and never in a circle."""

from datetime import date, timedelta
from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from common.models import AuditEntry, OutboxEvent
from parts import commands, queries
from parts.commands import Circle, SuccessionTerms
from parts.models import Alternate, LifeChange, Part, Supersession
from parts.queries import AnyCar, Fit
from tests import build
from tests.parts.store import NOW, TODAY, Store, key, refused

pytestmark = pytest.mark.django_db
Life = Part.Life


def say(old: Part, new: Part, **fields: Any) -> Supersession:
    fields = {"source": "FAST 2026-10", "key": key(), "at": NOW} | fields
    return commands.add_supersession(old_id=old.pk, new_id=new.pk, **fields)


def under(old: Part, new: Part, **terms: Any) -> Supersession:
    return say(old, new, terms=SuccessionTerms(**terms))


def chain(part: Part, car: AnyCar | None = None) -> list[Part]:
    return list(queries.successors_of(part, car, TODAY).chain)


def test_a_chain_is_followed_to_its_end() -> None:
    one, two, three = (build.part(f"13020-05U0{n}") for n in range(3))
    say(one, two)
    say(two, three)

    found = queries.look_up_number("13020-05u00")
    assert found is not None
    assert (found.chain, found.newest) == ((two, three), three)
    assert not found.is_circle
    assert OutboxEvent.objects.filter(task="parts.check_availability").count() == 2
    assert AuditEntry.objects.filter(chain__subject=f"part:{one.pk}").count() == 1


def test_each_car_gets_the_successor_that_is_for_it() -> None:
    variant, other = build.variant(), build.variant()
    old, early, late = (build.part(f"13020-05U0{n}") for n in range(3))
    under(old, early, variant_id=variant.pk, last_frame=1999)
    under(old, late, variant_id=variant.pk, first_frame=2000)

    assert chain(old, AnyCar(variant.pk, 1999)) == [early]
    assert chain(old, AnyCar(variant.pk, 2000)) == [late]
    assert chain(old, AnyCar(other.pk, 2000)) == []
    leads = queries.successors_of(old, None, TODAY).leads
    assert [(lead.part, lead.step.first_frame) for lead in leads] == [
        (early, None),
        (late, 2000),
    ]


def test_months_count_whole() -> None:
    old, new = build.part("13020-05U00"), build.part("13020-05U01")
    under(old, new, built_from=date(1999, 2, 1), built_to=date(1999, 4, 1))

    assert chain(old, AnyCar(built_month=date(1999, 1, 31))) == []
    assert chain(old, AnyCar(built_month=date(1999, 2, 28))) == [new]
    assert chain(old, AnyCar(built_month=date(1999, 4, 30))) == [new]
    assert chain(old, AnyCar(built_month=date(1999, 5, 1))) == []


def test_a_condition_in_words_is_left_to_a_person() -> None:
    old, new, bracket = (build.part(f"13020-05U0{n}") for n in range(3))
    under(
        old,
        new,
        condition="only with the late bracket",
        condition_ja="後期ブラケットと同時のみ",
        only_with_id=bracket.pk,
    )

    found = queries.successors_of(old, None, TODAY)
    assert found.chain == ()
    lead = found.leads[0]
    assert (lead.part, lead.instead_of, lead.step.only_with) == (new, old, bracket.pk)
    assert lead.step.condition_ja == "後期ブラケットと同時のみ"


def test_a_step_holds_from_its_first_day_to_its_last() -> None:
    old, new = build.part("13020-05U00"), build.part("13020-05U01")
    row = under(old, new, starts_on=TODAY)
    day = timedelta(days=1)

    assert queries.successors_of(old, None, TODAY - day).chain == ()
    assert queries.successors_of(old, None, TODAY).chain == (new,)
    for _again in range(2):
        commands.end_supersession(
            supersession_id=row.pk, ends_on=TODAY + day, reason="made again", at=NOW
        )
    assert queries.successors_of(old, None, TODAY + day).chain == (new,)
    assert queries.successors_of(old, None, TODAY + day + day).chain == ()
    assert AuditEntry.objects.filter(command="end_supersession").count() == 1
    with pytest.raises(InvalidInput, match="before it begins"):
        commands.end_supersession(
            supersession_id=row.pk, ends_on=TODAY - day, reason="no", at=NOW
        )


def test_either_of_two_way_parts_stands_for_the_other() -> None:
    one, other = build.part("13070-42L00"), build.part("AY460-NS010")
    say(one, other, kind="TWO_WAY")

    assert queries.successors_of(one, None, TODAY).either == (other,)
    assert queries.successors_of(other, None, TODAY).either == (one,)
    assert chain(one) == []


def test_a_circle_is_refused_in_words_and_by_the_database() -> None:
    one, two, three = (build.part(f"13020-05U0{n}") for n in range(3))
    say(one, two)
    say(two, three)

    sentence = refused(
        Circle,
        commands.add_supersession,
        old_id=three.pk,
        new_id=one.pk,
        source="x",
        key=key(),
        at=NOW,
    )
    assert "13020-05U02 → 13020-05U00 → 13020-05U01 → 13020-05U02" in sentence
    assert Supersession.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"source": " "}, "source"),
        ({"kind": "MAYBE"}, "kind"),
        ({"terms": SuccessionTerms(first_frame=5)}, "variant"),
        (
            {"terms": SuccessionTerms(starts_on=TODAY, ends_on=date(2000, 1, 1))},
            "ends_on",
        ),
        (
            {"terms": SuccessionTerms(variant_id=1, first_frame=5, last_frame=4)},
            "last_frame",
        ),
        ({"terms": SuccessionTerms(condition="x" * 201)}, "condition"),
        ({"new_id": 0}, "new"),
    ],
)
def test_a_wrong_replacement_names_its_field(
    fields: dict[str, Any], field: str
) -> None:
    old, new = build.part("13020-05U00"), build.part("13020-05U01")
    fields = {"new_id": new.pk, "source": "x", "key": key(), "at": NOW} | fields
    fields["new_id"] = fields["new_id"] or old.pk

    with pytest.raises(InvalidInput) as error:
        commands.add_supersession(old_id=old.pk, **fields)
    assert error.value.context["field"] == field
    assert Supersession.objects.count() == 0


def test_the_same_replacement_twice_and_unknown_parts_are_refused() -> None:
    old, new = build.part("13020-05U00"), build.part("13020-05U01")
    once = key()
    assert say(old, new, key=once) == say(old, new, key=once)

    with pytest.raises(InvalidInput, match="stands already"):
        say(old, new)
    with pytest.raises(NotFound):
        say(old, Part(pk=0))
    with pytest.raises(NotFound):
        under(new, build.part(), variant_id=2**40)


def test_a_stand_in_is_entered_changed_and_taken_back() -> None:
    store = Store()
    other = build.part("AY100-NS007")
    fields = {"part_id": store.part.pk, "alternate_id": other.pk, "at": NOW}

    row = commands.add_alternate(source="FAST", **fields)
    again = commands.add_alternate(
        source="FAST", note="check the thread", needs_consent=False, **fields
    )
    assert row.pk == again.pk
    assert Alternate.objects.get().note == "check the thread"
    with pytest.raises(InvalidInput):
        commands.add_alternate(
            source="FAST", part_id=other.pk, alternate_id=other.pk, at=NOW
        )
    taken = {"alternate_id": row.pk, "reason": "does not fit", "at": NOW}
    assert commands.remove_alternate(**taken)
    assert not commands.remove_alternate(**taken)
    assert Alternate.objects.count() == 0


def test_a_part_lives_by_dated_steps_with_a_source() -> None:
    part = build.part("13020-05U00")

    def became(life: str, **fields: Any) -> LifeChange:
        fields = {"changed_on": TODAY, "source": "dealer", "key": key()} | fields
        return commands.change_life(part_id=part.pk, life=life, at=NOW, **fields)

    step = became(Life.PROVISIONALLY_DISCONTINUED)
    assert (step.was, step.became) == (Life.UNKNOWN, Life.PROVISIONALLY_DISCONTINUED)
    became(Life.DISCONTINUED)
    part.refresh_from_db()
    assert part.life == Life.DISCONTINUED
    for wrong, field in (
        ({"life": Life.DISCONTINUED}, "life"),
        ({"life": "GONE"}, "life"),
        ({"life": Life.CURRENT, "source": ""}, "source"),
        ({"life": Life.CURRENT, "changed_on": TODAY + timedelta(days=9)}, "changed_on"),
    ):
        with pytest.raises(InvalidInput) as error:
            became(**wrong)  # type: ignore[arg-type]  # of several kinds
        assert error.value.context["field"] == field
    assert LifeChange.objects.count() == 2


def test_following_is_pure_and_marks_a_circle() -> None:
    one = queries.read_steps([])
    assert one == {}
    step = queries.conditions.Step
    steps = {1: [(step(2, ""), False)], 2: [(step(1, ""), False)]}

    found = queries.follow(1, steps, AnyCar(), TODAY)

    assert [each.part_id for each in found.chain] == [2]
    assert found.is_circle
    assert found.leads == []
    assert Fit.YES in Fit


def test_many_parts_are_resolved_in_three_statements(
    django_assert_num_queries: Any,
) -> None:
    olds = [build.part(f"13020-05U{n:02}") for n in range(10)]
    news = [build.part(f"13020-06U{n:02}") for n in range(10)]
    for old, new in zip(olds, news, strict=True):
        old.superseded_by.create(new=new)

    with django_assert_num_queries(3):
        found = queries.successions_of(olds, None, TODAY)
    assert [found[old.pk].newest for old in olds] == news

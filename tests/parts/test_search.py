"""Finding parts: every spelling of a number, every kind of kana, best first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from parts import queries
from parts.models import Part, PartNumber, finding
from parts.models.finding import fold, pieces_of
from tests import build
from workshop.models import Role

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return list(Part.objects.matching(text).values_list("code", flat=True))


@pytest.mark.parametrize(
    "spelling",
    [
        "13020-05U00", "1302005u00", "１３０２０－０５Ｕ００", "13020−05U00",
        "13020ー05U00", "13020‐05U00", "13020–05u00", "13020 05U00", "05U00",
        "020-05", "13020", "13020/05U", "ﾀｲﾐﾝｸﾞ", "たいみんぐ", "タイミング", "timing",
        "TIMING belt", "belt　ﾍﾞﾙﾄ", "ベルト 13020", "ぎあ", "13", "ti", "ベ", "歯",
    ],
)  # fmt: skip
def test_any_piece_in_any_spelling_finds_the_part(spelling: str) -> None:
    build.part(
        "13020-05U00",
        code="belt",
        name_en="Timing belt",
        name_ja="タイミングベルト（歯車）",
        name_kana="タイミングベルトギア",
    )
    build.part("99999-77777", code="other", name_en="Hose", name_ja="ホース")

    assert found(spelling) == ["belt"]


@pytest.mark.parametrize(
    "nothing", ["belt hose", "13020-05U01", "軸", "zz", "%", "_", "ー", "\x00x\x00y"]
)
def test_what_no_part_holds_finds_none(nothing: str) -> None:
    build.part("13020-05U00", code="belt", name_en="Timing belt")
    build.part("99999-77777", code="other", name_en="Hose")

    assert found(nothing) == []


def test_empty_text_finds_everything() -> None:
    build.part(code="one", name_en="One")

    assert found("  ") == ["one"]


def test_the_exact_number_stands_first_then_its_successors_then_what_begins_so() -> (
    None
):
    build.part("X1302005U00", code="aa-holds", name_en="Holds the number")
    build.part("13020-05U00-K1", code="bb-begins", name_en="Begins so")
    newer = build.part("77777-05U01", code="cc-newer", name_en="Newer")
    newest = build.part("77777-05U02", code="dd-newest", name_en="Newest")
    old = build.part("13020-05U00", code="zz-exact", name_en="Old")
    old.superseded_by.create(new=newer)
    newer.superseded_by.create(new=newest)

    assert found("1302005u00") == ["zz-exact", "cc-newer", "dd-newest", "bb-begins"]
    assert found("302005u00") == ["aa-holds", "bb-begins", "zz-exact"]
    ranks = Part.objects.matching("1302005u00").values_list("match_rank", flat=True)
    assert list(ranks) == [0, 1, 1, 2]


def test_a_successor_whose_day_is_over_or_to_come_is_not_found_by_the_old_number() -> (
    None
):
    today = timezone.localdate()
    old = build.part("13020-05U00", code="old", name_en="Old")
    past = build.part("77777-05U01", code="past", name_en="Past")
    later = build.part("77777-05U02", code="later", name_en="Later")
    old.superseded_by.create(new=past, ends_on=today - timedelta(days=2))
    old.superseded_by.create(new=later, starts_on=today + timedelta(days=2))

    assert found("13020-05U00") == ["old"]


def test_a_search_stays_within_the_rows_it_was_asked_of() -> None:
    build.part("13020-05U00", code="belt", name_en="Belt", category="engine")
    build.part("13020-05U01", code="hose", name_en="Belt hose", category="body")
    body = Part.objects.filter(category="body")

    assert [row.code for row in body.matching("belt")] == ["hose"]
    assert [row.code for row in body.matching("13020")] == ["hose"]
    assert body.matching("13020").count() == 1


def test_a_word_that_everything_holds_finds_so_many_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 20)
    parts = Part.objects.bulk_create(
        [
            Part(code=f"bench-{n}", name_en=f"Gasket {n}", search_text="")
            for n in range(25)
        ]
    )
    PartNumber.objects.bulk_create(
        [
            PartNumber(part=part, as_printed=f"BENCH-{n}", normalised=f"BENCH{n}")
            for n, part in enumerate(parts)
        ]
    )

    assert Part.objects.matching("gasket").count() == 20
    assert Part.objects.matching("bench").count() == 20
    assert Part.objects.matching("BENCH-24").count() == 1


@pytest.mark.parametrize(
    "text", ["n1 engine", "13020-05u00", "たいみんぐ", "軸", "ab軸cd", "x-y_z"]
)
def test_the_index_has_every_piece_that_a_word_is_looked_up_by(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT parts_fold(%s), parts_grams(parts_fold(%s))", [text] * 2)
        folded, indexed = cursor.fetchone()
    assert folded == fold(text)
    for word in folded.split():
        assert set(pieces_of(word)) <= set(indexed)


def test_the_desk_and_the_api_show_the_best_first(client) -> None:
    build.part("13020-05U0", code="zz-exact", name_en="Exact")
    build.part("13020-05U00", code="aa-begins", name_en="Begins so")
    client.force_login(build.user(Role.PARTS))

    answer = client.get("/api/v1/parts/", {"search": "１３０２０－０５Ｕ０"}).json()
    assert [row["code"] for row in answer["results"]] == ["zz-exact", "aa-begins"]
    page = client.get("/admin/parts/part/", {"q": "13020ー05u0"})
    rows = page.context["cl"].result_list
    assert [row.code for row in rows] == ["zz-exact", "aa-begins"]
    offered = client.get(
        "/admin/autocomplete/",
        {
            "term": "13020-05U0",
            "app_label": "parts",
            "model_name": "supplieroffer",
            "field_name": "part",
        },
    ).json()
    assert len(offered["results"]) == 2
    assert offered["results"][0]["text"].startswith("13020-05U0 ")


def test_what_is_looked_for_once_is_the_same_in_the_same_order() -> None:
    build.part("X1302005U00", code="aa-holds", name_en="Holds the number")
    build.part("13020-05U00-K1", code="bb-begins", name_en="Begins so")
    newer = build.part("77777-05U01", code="cc-newer", name_en="Newer")
    old = build.part("13020-05U00", code="zz-exact", name_en="Old", category="engine")
    old.superseded_by.create(new=newer)

    for text in ("1302005u00", "302005u00", "old", "o", "zzz", "", "13"):
        lazy = Part.objects.matching(text)
        once = Part.objects.found(text)
        assert list(once.values_list("code")) == list(lazy.values_list("code")), text
        assert once.count() == lazy.count(), text
    engine = Part.objects.filter(category="engine").found("13020")
    assert [row.code for row in engine] == ["zz-exact"]


def test_categories_are_found_in_order_each_once() -> None:
    assert queries.categories() == []
    for category in ("oil", "", "body", "oil", "engine"):
        build.part(category=category)

    assert queries.categories() == ["", "body", "engine", "oil"]

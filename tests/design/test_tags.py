"""What the tags write: safe, labelled, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation


def render(source: str, **context: object) -> str:
    request = RequestFactory().get("/list/?q=belt&page=2")
    template = Template("{% load house %}" + source)
    return template.render(Context({"request": request, **context})).strip()


def test_a_state_has_a_mark_and_a_word() -> None:
    html = render('{% state "RUNNING" %}')

    assert 'class="state is-running"' in html
    assert "#state-running" in html
    assert "<span>Running</span>" in html


def test_an_unknown_state_waits_and_keeps_its_word() -> None:
    html = render('{% state "SEALED" %}')

    assert 'class="state is-waiting"' in html
    assert "<span>SEALED</span>" in html


def test_a_label_is_escaped() -> None:
    html = render('{% state "DONE" label=text %}', text="<b>done</b>")

    assert "&lt;b&gt;done&lt;/b&gt;" in html


def test_an_instant_is_printed_with_the_workshops_clock_only_where_it_differs() -> None:
    at = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)

    with timezone.override(ZoneInfo("America/New_York")):
        away = render("{% instant at %}", at=at)
    at_home = render("{% instant at %}", at=at)

    assert "instant--away" in away
    assert "00:30 in the workshop (Asia/Tokyo)" in away
    assert "instant--away" not in at_home


@pytest.mark.parametrize(
    "source",
    ["{% day None %}", "{% instant None %}", "{% minutes None %}", "{% money None %}"],
)
def test_a_missing_value_is_a_dash_to_see_and_words_to_hear(source: str) -> None:
    html = render(source)

    assert "—" in html
    assert "not set" in html


def test_money_has_its_currency_and_no_empty_decimals() -> None:
    assert "¥1,480,000<" in render("{% money n 'JPY' %}", n=Decimal("1480000.00"))


def test_money_below_zero_is_marked() -> None:
    assert "money--minus" in render("{% money n 'USD' %}", n=Decimal(-5))


def test_the_readers_language_comes_first_in_a_name() -> None:
    source = '{% bilingual "Timing belt" "タイミングベルト" %}'

    with translation.override("ja"):
        japanese = render(source)
    with translation.override("en"):
        english = render(source)

    assert '<span lang="ja">タイミングベルト</span>' in japanese
    assert '<small lang="en">Timing belt</small>' in japanese
    assert '<span lang="en">Timing belt</span>' in english


def test_a_name_known_in_one_language_stands_alone() -> None:
    with translation.override("ja"):
        html = render('{% bilingual "Timing belt" "" %}')

    assert html == '<span class="pair"><span lang="en">Timing belt</span></span>'


def test_a_promise_says_how_far_it_moved_and_why() -> None:
    html = render(
        '{% promise on before=before cause="the panel is late" url="/ledger/" %}',
        on=date(2026, 11, 21),
        before=date(2026, 11, 15),
    )

    assert 'href="/ledger/"' in html
    assert "6 days later: the panel is late" in html


def test_phases_point_at_the_one_that_runs() -> None:
    items = [
        {"name": "Body", "state": "DONE"},
        {"name": "Paint", "state": "RUNNING"},
        {"name": "Engine", "state": "WAITING"},
    ]

    html = render("{% phases items %}", items=items)

    assert '<li class="is-running" aria-current="step"' in html
    assert "2 of 3" in html


def test_phases_of_nothing_draw_nothing() -> None:
    assert render("{% phases items %}", items=[]) == ""


def test_pages_keep_the_filter() -> None:
    page = Paginator(range(120), 50).page(2)

    html = render("{% pages page %}", page=page)

    assert "?q=belt&amp;page=1" in html
    assert "?q=belt&amp;page=3" in html
    assert "51–100 of 120" in html


def test_a_sorted_column_says_so_and_turns_around() -> None:
    request = RequestFactory().get("/list/?sort=name&page=4")

    html = Template('{% load house %}{% sort_header "name" "Name" %}').render(
        Context({"request": request})
    )

    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-name"' in html


def test_a_button_passes_its_attributes_on() -> None:
    html = render('{% button "Go" hx_post="/x/" data_id=7 disabled=True %}')

    assert 'hx-post="/x/"' in html
    assert 'data-id="7"' in html
    assert " disabled" in html


class Arrival(forms.Form):
    due_on = forms.DateField(label="Due on", help_text="The day it arrives.")
    grade = forms.ChoiceField(
        label="Grade", widget=forms.RadioSelect, choices=[("N", "New")]
    )


def test_a_date_field_uses_the_browsers_calendar_with_an_iso_value() -> None:
    form = Arrival(initial={"due_on": date(2026, 11, 21)})

    with translation.override("ja"):
        html = render("{% field form.due_on %}", form=form)

    assert 'type="date"' in html
    assert 'value="2026-11-21"' in html
    assert 'aria-describedby="id_due_on_help"' in html


def test_a_field_with_an_error_names_it_for_the_ear() -> None:
    html = render("{% field form.due_on %}", form=Arrival({}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_due_on_error id_due_on_help"' in html
    assert 'id="id_due_on_error"' in html


def test_radios_are_a_group_with_a_legend() -> None:
    html = render("{% field form.grade %}", form=Arrival())

    assert '<legend class="field__label">Grade</legend>' in html
    assert 'type="radio"' in html


def test_two_forms_never_share_a_key() -> None:
    assert render("{% once %}") != render("{% once %}")


def test_a_dialog_holds_what_stands_between_its_tags() -> None:
    html = render(
        '{% dialog "d" title %}<p>{{ x }}</p>{% enddialog %}', title="T", x="<"
    )

    assert '<dialog id="d" aria-labelledby="d-title">' in html
    assert "<p>&lt;</p>" in html


def test_a_part_without_a_number_says_so() -> None:
    assert "number unknown" in render('{% part_line "" "Clip" "クリップ" %}')

"""The desk reads values to people: numbers, money, keys, sentences of the house."""

from decimal import Decimal

import pytest
from django.utils import translation

from common import sentences
from common.formats import plural
from common.reading import PlainDecimalField, column, key_text, money_text, title_of
from parts.models import Demand, Part, StockLevel, SupplierOffer
from parts.names import category_name, unit_name
from tests import build
from tests.parts.store import Store
from workshop.models import Account, AccountEntry, Posting, Role


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("2.000"), "2"), (Decimal("600.0000"), "600"), (Decimal("0.50"), "0.5")],
)
def test_a_number_to_enter_starts_without_zeros(value: Decimal, shown: str) -> None:
    assert PlainDecimalField().prepare_value(value) == shown


def test_what_a_person_typed_wrong_is_given_back_as_it_was() -> None:
    assert PlainDecimalField().prepare_value("2.000x") == "2.000x"


def test_quantities_and_money_are_told_apart_by_their_columns() -> None:
    offer = SupplierOffer(
        price=Decimal("1600.00"), currency="JPY", minimum_quantity=Decimal("2.000")
    )
    price = column(SupplierOffer, "price", None)
    least = column(SupplierOffer, "minimum_quantity", None)

    assert price is not None
    assert least is not None
    assert (price(offer), least(offer)) == ("¥1,600", "2")


def test_a_generated_quantity_is_read_as_one() -> None:
    available = column(StockLevel, "available", None)

    assert available is not None
    assert available(StockLevel(available=Decimal("3.000"))) == "3"


def test_no_amount_is_no_text() -> None:
    assert money_text(None, "JPY") == ""


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Invoice 2026-00003", "請求 2026-00003"),
        ("Demo opening stock", "デモの期首在庫"),
        ("to be checked: RB twin cam", "要確認：RBツインカム"),
        ("アクセルを磨いた", "アクセルを磨いた"),
        ("Found behind the shelf", "Found behind the shelf"),
    ],
)
def test_sentences_of_the_house_are_read_in_japanese(stored: str, read: str) -> None:
    with translation.override("ja"):
        assert sentences.read(stored) == read


def test_sentences_of_the_house_stay_in_english() -> None:
    with translation.override("en"):
        assert sentences.read("Void 2026-00003") == "Void 2026-00003"


def test_units_and_categories_have_names() -> None:
    part = Part(unit="EACH")
    with translation.override("ja"):
        assert unit_name(part) == "個"
        assert category_name("engine/timing") == "エンジン › タイミング"
    with translation.override("en"):
        assert unit_name(part, 1) == "pc"
        assert unit_name(part, 2) == "pcs"
        assert category_name("engine/timing") == "Engine › Timing"


@pytest.mark.parametrize(
    ("quantity", "form"), [(1, 1), (Decimal("1.000"), 1), (Decimal("0.5"), 2), (0, 2)]
)
def test_one_is_singular_and_all_else_plural(quantity: Decimal, form: int) -> None:
    assert plural(quantity) == form


@pytest.mark.django_db
def test_a_key_is_a_link_where_its_reader_may_follow_it() -> None:
    wish = Store().want(1)
    key = f"demand:{wish.pk}"
    row = Demand(pk=0)

    row.read_by = build.user(Role.TECHNICIAN)  # type: ignore[attr-defined]
    assert key_text(row, key) == title_of(wish)
    row.read_by = build.user(Role.PARTS)  # type: ignore[attr-defined]
    assert key_text(row, key) == (
        f'<a href="/admin/parts/demand/{wish.pk}/change/">{title_of(wish)}</a>'
    )


def test_an_account_and_its_entries_are_called_by_words() -> None:
    posting = Posting(memo="Payment 2026-00010")
    entry = AccountEntry(posting=posting, amount=Decimal("-464889.00"), currency="JPY")
    with translation.override("ja"):
        assert title_of(Account(kind="SALES", currency="JPY")) == "売上 · JPY"
        assert title_of(entry) == "入金 2026-00010 · -¥464,889"

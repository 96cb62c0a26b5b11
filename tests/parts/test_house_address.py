"""What a site is called and where it is stands on every paper."""

import pytest
from django.utils import translation

from parts import queries
from tests.parts.selling import confirmed, listed, packed, shipped
from tests.parts.store import Store

pytestmark = pytest.mark.django_db
ADDRESS = {
    "address": "1-2-3 Daikoku\nTsurumi-ku, Yokohama\n",
    "address_ja": "横浜市鶴見区大黒1-2-3",
    "phone": "+81 45 123 4567",
    "name_ja": "本工場",
}


@pytest.mark.parametrize("kind", ["packing_list", "invoice"])
def test_papers_say_where_the_house_is_in_their_language(kind: str) -> None:
    store = Store()
    store.receive(2)
    for name, value in ADDRESS.items():
        setattr(store.site, name, value)
    store.site.save()
    order = confirmed(store, 2)
    parcel = shipped(packed(listed(order)))
    asked = {"kind": kind, "number": parcel.number}

    in_english = queries.paper(order.customer.user, **asked).contents["house"]
    with translation.override("ja"):
        in_japanese = queries.paper(order.customer.user, **asked).contents["house"]

    assert in_english == [
        "Main works", "1-2-3 Daikoku", "Tsurumi-ku, Yokohama", "JP", "+81 45 123 4567",
    ]  # fmt: skip
    assert in_japanese == ["本工場", "横浜市鶴見区大黒1-2-3", "JP", "+81 45 123 4567"]


def test_a_site_without_an_address_is_named_alone() -> None:
    store = Store()

    assert store.site.address_lines == []

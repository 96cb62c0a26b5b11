from datetime import date
from decimal import Decimal

import pytest

from common.canonical import canonical_json, digest


def test_equal_values_have_one_spelling():
    assert canonical_json({"b": [1, (2, 3)], "a": "é車"}) == '{"a":"é車","b":[1,[2,3]]}'
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, 0.5]}, r"\.a\[1\]: float"),
        ({"a": {"b": Decimal(1)}}, r"\.a\.b: Decimal"),
        (date(2026, 11, 21), "value: date"),
        ({1: 2}, "key 1 is not a string"),
    ],
)
def test_what_is_not_json_is_refused_by_its_path(value, path):
    with pytest.raises(TypeError, match=path):
        canonical_json(value)


def test_the_digest_is_sha256():
    assert digest("abc").startswith("ba7816bf8f01cfea")

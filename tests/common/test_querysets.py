import pytest

from common.errors import NotFound
from common.querysets import ScopedQuerySet, get_visible
from tests import build
from workshop.models import Customer, User

pytestmark = pytest.mark.django_db


def test_a_row_of_ones_own_is_found():
    customer = build.customer()

    assert get_visible(Customer, customer.user, pk=customer.pk) == customer
    assert get_visible(Customer.objects, customer.user, pk=customer.pk) == customer
    assert get_visible(Customer.objects.all(), customer.user, pk=customer.pk)


@pytest.mark.parametrize("key", [0, "abc", 10**30])
def test_missing_and_impossible_keys_are_not_found(key):
    customer = build.customer()

    with pytest.raises(NotFound):
        get_visible(Customer, customer.user, pk=key)


def test_a_foreign_row_looks_like_a_missing_one():
    mine, theirs = build.customer(), build.customer()

    with pytest.raises(NotFound) as foreign:
        get_visible(Customer, mine.user, pk=theirs.pk)
    with pytest.raises(NotFound) as missing:
        get_visible(Customer, mine.user, pk=0)

    assert str(foreign.value) == str(missing.value)
    assert foreign.value.context == missing.value.context


def test_a_queryset_that_does_not_say_who_sees_what_hands_out_nothing():
    with pytest.raises(NotImplementedError):
        ScopedQuerySet(User).visible_to(build.user())

"""Whatever a machine sends to an act of the parts house, it is answered, not crashed.

Bodies are drawn from each act's own fields: likely values, and ones made to hurt.
"""

import random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework import serializers

from common.invariants import violations
from parts.api.base import PartsViewSet
from tests.parts.store import key
from tests.policy.routes import Route, named_routes
from tests.policy.world import build_world, kwargs_of

pytestmark = pytest.mark.django_db
TRIES = 8
HURTFUL = (
    None, "", " ", "\x00", "\ud800", "x" * 5_000, -1, 0, 2**31, 2**63, 2**70, 1e308,
    "NaN", "Infinity", "9" * 400, "1e9", "0.0000001", [], {}, [[]], [None], {"a": {}},
    True, "0001-01-01", "9999-12-31", "2026-02-30", "=1+1", "Ω", "１２", "../../etc",
)  # fmt: skip
LIKELY: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[Any, ...]], ...]
LIKELY = (
    (serializers.BooleanField, (True, False)),
    (serializers.IntegerField, (1, 2, 7)),
    (serializers.DecimalField, ("1", "2", "0.5")),
    (serializers.DateTimeField, ("2026-12-01T09:00:00Z",)),
    (serializers.DateField, ("2026-12-01", "2020-01-01")),
    (serializers.RegexField, ("JPY", "JP")),
    (serializers.CharField, ("x", "T-1")),
)


def value_for(field: Any, dice: random.Random) -> Any:
    """Return a likely value of a field, or one that hurts."""
    if dice.random() < 0.15:
        return dice.choice(HURTFUL)
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        return [value_for(field.child, dice) for _ in range(dice.choice((0, 1, 2)))]
    if isinstance(field, serializers.DictField):
        return {str(dice.choice(HURTFUL)): value_for(field.child, dice)}
    if isinstance(field, serializers.Serializer):
        return body_for(field, dice)
    if isinstance(field, serializers.ChoiceField):
        return dice.choice(list(field.choices))
    for kind, values in LIKELY:
        if isinstance(field, kind):
            return dice.choice(values)
    return dice.choice(HURTFUL)


def body_for(shape: Any, dice: random.Random) -> dict[str, Any]:
    return {
        name: value_for(field, dice)
        for name, field in shape.fields.items()
        if field.required or dice.random() < 0.6
    }


def acts() -> list[Route]:
    """Every act of the parts house that takes a body."""
    return [
        route
        for route in named_routes()
        if route.is_api
        and "post" in route.methods
        and issubclass(route.view.cls, PartsViewSet)
    ]


def shape_of(route: Route) -> Any:
    """Return the body that an act takes."""
    view = route.view.cls(**route.view.initkwargs)
    view.action, view.request, view.format_kwarg = (
        route.view.actions["post"], None, None,
    )  # fmt: skip
    return view.get_serializer_class()()


def test_no_body_makes_an_act_fall_over() -> None:
    world = build_world()
    client = Client(raise_request_exception=False)
    client.force_login(world.users["MANAGER"])
    dice = random.Random(20261121)
    fallen, tried = [], 0
    # The world is put together from pieces of its own; no act may break more.
    broken = {law.name for law in violations()}

    for route in acts():
        shape = shape_of(route)
        path = reverse(route.name, kwargs=kwargs_of(route, world, world.mine))
        for _ in range(TRIES):
            body: Any = body_for(shape, dice)
            if dice.random() < 0.1:
                body = dice.choice(([], 1, "x", None, [{}]))
            answer = client.post(
                path, body, content_type="application/json",
                headers={"Idempotency-Key": key(), "If-Match": '"1"'},
            )  # fmt: skip
            tried += 1
            if answer.status_code >= 500:
                fallen.append(f"{answer.status_code} {route.name} {body!r:.200}")

    assert fallen == []
    assert tried >= TRIES * 60
    assert [law for law in violations() if law.name not in broken] == []

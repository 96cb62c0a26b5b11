"""Every route answers every kind of caller as the policy table says."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from common import gate
from common.gate import Answer, Rule, Subject, rule_for
from tests import build
from tests.policy.routes import Route, all_routes, named_routes
from tests.policy.world import World, build_world, desk_of, kwargs_of, query_of
from workshop.models import Customer, Role, User

pytestmark = pytest.mark.django_db

PEOPLE = ["ANONYMOUS", "CUSTOMER", "TECHNICIAN", "PARTS", "MANAGER"]
# The last word of an admin page's name and the right its desk asks for.
DESK_RIGHTS = {
    "changelist": "has_view_permission",
    "export": "has_view_permission",
    "history": "has_view_permission",
    "change": "has_view_permission",
    "add": "has_add_permission",
    "delete": "has_delete_permission",
}
# Pages of the admin that look at the rights to a model their query names.
ANSWERED_INSIDE = {"admin:autocomplete", "admin:app_list"}
# The second half of a sign-in: whoever has not begun one is led back to its start.
SECOND_HALF = {"mfa_authenticate", "mfa_login_webauthn"}


@pytest.fixture
def world() -> World:
    return build_world()


def caller(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def call(
    client: Client,
    route: Route,
    method: str,
    world: World,
    owner: Customer | None,
    **headers: str,
) -> HttpResponse:
    path = reverse(
        route.name,
        kwargs=kwargs_of(route, world, owner),
        query=query_of(route, world),
    )
    body: dict[str, Any] = {"content_type": "application/json"} if route.is_api else {}
    answer = getattr(client, method)(path, headers=headers, **body)
    if answer.status_code == 405 and not route.is_api:
        answer = client.post(path, headers=headers)
    return answer


def told(answer: HttpResponse) -> str:
    """Name what a caller was answered, in the table's words."""
    status = answer.status_code
    if status == 503 and answer.wsgi_request.path == "/readyz":
        # It says that workers and relay are not running here.
        return "OK"
    if status >= 500:
        return f"FAULT {status}"
    signs_in = status in (301, 302) and answer["Location"].startswith(
        "/accounts/login/"
    )
    if status == 401 or signs_in:
        return "LOGIN"
    return {403: "FORBIDDEN", 404: "MISSING"}.get(status, "OK")


def expected(route: Route, rule: Rule, user: User | None) -> str:
    """Return what the table says, narrowed by the desk's own rights in the admin."""
    answer = rule.answer(gate.subject_of(user or AnonymousUser()))
    right = DESK_RIGHTS.get(route.name.rpartition("_")[2])
    desk = desk_of(route)
    if answer == Answer.OK and desk is not None and right is not None:
        request = RequestFactory().get("/")
        request.user = user or AnonymousUser()
        if not getattr(desk, right)(request):
            return "FORBIDDEN"
    return answer.value


def mismatches(world: World, subject: str, routes: list[Route]) -> list[str]:
    """Return each route and method that answers a caller otherwise than declared."""
    user = world.users.get(subject)
    client = caller(user)
    found = []
    for route in routes:
        for method in route.methods:
            rule = rule_for(route.name, method.upper())
            if rule is None:
                found.append(f"{route.name}: undeclared")
                continue
            wanted = expected(route, rule, user)
            if wanted == "OK" and route.name in ANSWERED_INSIDE:
                continue
            got = told(call(client, route, method, world, world.mine))
            if route.name.endswith("logout"):
                client = caller(user)
            if got == "LOGIN" and route.name in SECOND_HALF:
                continue
            if got != wanted:
                found.append(f"{method} {route.name}: {got} instead of {wanted}")
    return found


def test_every_route_is_declared() -> None:
    assert [r.name for r in all_routes() if rule_for(r.name) is None] == []


def test_every_row_of_the_table_is_a_route() -> None:
    names = {route.name for route in all_routes()}

    # A row may be for one method of a route.
    rows = {row.rpartition(" ")[2] for row in gate.policy() if not row.endswith("*")}
    stale = sorted(rows - names)

    assert stale == []


@pytest.mark.parametrize("subject", PEOPLE)
def test_every_route_answers_as_declared(world: World, subject: str) -> None:
    assert mismatches(world, subject, named_routes()) == []


@pytest.mark.parametrize("scope", ["READ", "WRITE"])
def test_a_machine_reads_and_writes_as_far_as_its_token_goes(
    world: World, scope: str
) -> None:
    found = []
    for route in named_routes():
        if not route.is_api:
            continue
        for method in route.methods:
            rule = rule_for(route.name, method.upper())
            assert rule is not None
            answer = call(
                caller(None),
                route,
                method,
                world,
                world.mine,
                authorization=f"Token {world.tokens[scope]}",
            )
            allowed = {rule.token, rule.manager} == {Answer.OK}
            may = allowed and (method == "get" or scope == "WRITE")
            if (told(answer) == "OK") != may:
                found.append(f"{scope} {method} {route.name}: {told(answer)}")
    assert found == []


def test_a_token_opens_no_page(world: World) -> None:
    for route in named_routes():
        rule = rule_for(route.name)
        assert rule is not None
        if route.is_api or rule.admits_everyone:
            continue
        answer = call(
            caller(None),
            route,
            "get",
            world,
            world.mine,
            authorization=f"Token {world.tokens['WRITE']}",
        )
        assert told(answer) in ("LOGIN", "MISSING"), route.name


def bare(answer: HttpResponse) -> str:
    """Return an answer's body without what differs from request to request."""
    body = answer.content.decode()
    if answer["Content-Type"].startswith("application/"):
        return json.dumps(json.loads(body), sort_keys=True)
    body = re.sub(r'value="[^"]*"', "", body)
    return re.sub(r'X-CSRFToken": "[^"]*"', "", body)


def test_somebody_elses_object_answers_like_a_missing_one(world: World) -> None:
    found = []
    for route in named_routes():
        own = kwargs_of(route, world, world.mine)
        if own == kwargs_of(route, world, world.theirs):
            continue
        for method in route.methods:
            rule = rule_for(route.name, method.upper())
            assert rule is not None
            if rule.customer != Answer.OK:
                continue
            client = caller(world.mine.user)
            foreign = call(client, route, method, world, world.theirs)
            missing = call(client, route, method, world, None)
            same = (foreign.status_code, bare(foreign)) == (404, bare(missing))
            if told(foreign) != rule.other.value or not same:
                found.append(f"{method} {route.name}: {foreign.status_code}")
    assert found == []


@pytest.mark.parametrize("subject", ["TECHNICIAN", "PARTS", "MANAGER"])
def test_staff_without_a_second_factor_set_one_up_first(
    world: World, subject: str, settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    Authenticator.objects.all().delete()
    client = caller(world.users[subject])
    found = []
    for route in named_routes():
        rule = rule_for(route.name)
        assert rule is not None
        if rule.admits_everyone or rule.without_mfa:
            continue
        for method in route.methods:
            rule = rule_for(route.name, method.upper())
            assert rule is not None
            if rule.answer(Subject(subject)) != Answer.OK:
                continue
            answer = call(client, route, method, world, world.mine)
            led = answer.headers.get("Location") == reverse("mfa_activate_totp")
            if not (answer.status_code == 403 if route.is_api else led):
                found.append(f"{method} {route.name}: {answer.status_code}")
    assert found == []


def test_the_walk_sees_a_missing_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = {name: rule for name, rule in gate.policy().items() if name != "house:home"}
    monkeypatch.setattr(gate, "policy", lambda: rest)

    found = mismatches(world, "MANAGER", named_routes_of("house:home"))

    assert found == ["house:home: undeclared"]
    assert caller(world.users["MANAGER"]).get("/").status_code == 404
    assert [error.id for error in gate.check_policy()] == ["common.E001"]


def test_the_walk_sees_a_row_that_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = dict(gate.policy()) | {"house:styleguide": Rule(customer=Answer.OK)}
    routes = named_routes_of("house:styleguide")
    assert mismatches(world, "CUSTOMER", routes) == []
    honest = rule_for("house:styleguide")
    monkeypatch.setattr(gate, "policy", lambda: wrong)

    assert honest is not None
    assert rule_for("house:styleguide") != honest
    assert told(caller(build.user(Role.MANAGER)).get("/styleguide/")) == "FORBIDDEN"


def named_routes_of(*names: str) -> list[Route]:
    return [route for route in named_routes() if route.name in names]

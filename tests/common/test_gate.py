import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from knox.models import get_token_model

from common import gate
from common.gate import Answer, Subject, declared_routes, rule_for, subject_of
from tests import build

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.house")]

ROLES = ["CUSTOMER", "TECHNICIAN", "PARTS", "MANAGER"]


@pytest.fixture(autouse=True)
def small_house(settings):
    settings.ROUTE_POLICY = "tests.common.house.ROUTES"
    gate.policy.cache_clear()
    yield
    gate.policy.cache_clear()


def answers(client, path):
    """Return what each caller is answered at a path."""
    found = [client.get(path).status_code]
    for role in ROLES:
        client.force_login(build.user(role))
        found.append(client.get(path).status_code)
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", [200, 200, 200, 200, 200]),
        ("/mine/", [302, 200, 200, 200, 200]),
        ("/desk/", [302, 403, 403, 200, 200]),
        ("/hidden/", [302, 404, 403, 403, 200]),
        ("/forgotten/", [404, 404, 404, 404, 404]),
        ("/api/customers/", [401, 200, 200, 200, 200]),
        ("/api/desk/", [401, 403, 403, 200, 200]),
    ],
)
def test_who_may_enter(client, path, expected):
    assert answers(client, path) == expected


def test_an_undeclared_route_is_logged(client, caplog):
    client.get("/forgotten/")

    assert "Route forgotten is not declared" in caplog.text


def test_an_undeclared_route_fails_the_check():
    with pytest.raises(SystemCheckError, match=r"'forgotten' is not declared"):
        call_command("check", tags=["urls"])


def test_the_sign_in_leads_back(client):
    assert client.get("/desk/?q=1")["Location"] == "/login/?next=/desk/%3Fq%3D1"
    assert client.post("/desk/")["Location"] == "/login/?next=/"


def test_htmx_moves_the_page_to_the_sign_in(client):
    response = client.get("/desk/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/login/?next=/desk/"


def test_a_program_without_credentials_is_challenged(client):
    response = client.get("/api/customers/")

    assert response["WWW-Authenticate"] == "Token"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "sign_in_required"


def token(role="CUSTOMER", scope="READ", **fields):
    user = build.user(role)
    instance, key = get_token_model().objects.create(user=user)
    instance.scope = scope
    instance.save()
    return {"Authorization": f"Token {key}"}


@pytest.mark.parametrize(
    ("role", "scope", "method", "path", "status"),
    [
        ("CUSTOMER", "READ", "get", "/api/customers/", 200),
        ("CUSTOMER", "READ", "delete", "/api/orders/", 403),
        ("CUSTOMER", "WRITE", "delete", "/api/orders/", 409),
        ("MANAGER", "WRITE", "get", "/api/desk/", 403),
        ("MANAGER", "WRITE", "get", "/desk/", 302),
    ],
)
def test_a_token_acts_as_its_user_within_its_scope(
    client, role, scope, method, path, status
):
    response = getattr(client, method)(path, headers=token(role, scope))

    assert response.status_code == status


def test_a_wrong_token_is_challenged(client):
    headers = {"Authorization": "Token nonsense"}

    response = client.get("/api/customers/", headers=headers)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_a_revoked_role_stops_at_once(client):
    user = build.user("MANAGER")
    client.force_login(user)
    assert client.get("/desk/").status_code == 200

    user.role = "CUSTOMER"
    user.save()

    assert client.get("/desk/").status_code == 403


def test_a_barred_person_is_nobody(client):
    user = build.user("MANAGER")
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get("/desk/").status_code == 302


def test_staff_set_up_a_second_factor_first(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(build.user("PARTS"))

    assert client.get("/desk/")["Location"] == "/setup/"
    assert client.get("/setup/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/api/customers/").json()["code"] == "second_factor_missing"


@pytest.mark.parametrize("sent", ["Basic eDp4", "Token", "nonsense"])
def test_no_header_stands_in_for_the_second_factor(client, settings, sent):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(build.user("PARTS"))

    answer = client.get("/api/customers/", headers={"Authorization": sent})

    assert answer.status_code in (401, 403)


def test_customers_need_no_second_factor(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(build.user("CUSTOMER"))

    assert client.get("/mine/").status_code == 200


def test_staff_with_a_second_factor_enter(client, settings):
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - needs the apps

    settings.STAFF_MFA_REQUIRED = True
    user = build.user("PARTS")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    client.force_login(user)

    assert client.get("/desk/").status_code == 200


def test_the_longest_pattern_wins():
    assert rule_for("api:customer") is rule_for("api:customers")
    assert rule_for("api:nothing") is None


def test_routes_are_listed_with_their_namespaces():
    assert {"open", "api:orders", "forgotten"} <= set(declared_routes())


def test_a_user_without_a_known_role_is_nobody():
    user = build.user()
    user.role = "OWNER"

    assert subject_of(user) is Subject.ANONYMOUS
    assert rule_for("desk").answer(Subject.ANONYMOUS) is Answer.LOGIN

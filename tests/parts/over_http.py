"""Acts of the parts house as a machine calls them."""

from typing import Any

from django.apps import apps
from rest_framework.test import APIClient

from common.invariants import violations
from common.models import AuditEntry, IdempotentRequest, OutboxEvent
from tests import build
from tests.parts.store import key
from workshop.models import Role

API = "/api/v1"


def caller(role: str = Role.PARTS) -> APIClient:
    client = APIClient()
    client.force_login(build.user(role))
    return client


def send(client: APIClient, path: str, status: int, **body: Any) -> Any:
    """Call an act with a key of its own; return what it answers."""
    return send_as(client, path, status, {"Idempotency-Key": key()}, body)


def send_as(
    client: APIClient, path: str, status: int, headers: dict[str, str], body: Any
) -> Any:
    answer = client.post(f"{API}/{path}/", body, format="json", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def read(client: APIClient, path: str) -> Any:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def twice(
    client: APIClient,
    path: str,
    status: int,
    *,
    version: int | None = None,
    **body: Any,
) -> Any:
    """Call an act, and again with the same key: the same answer, and nothing more."""
    headers = {"Idempotency-Key": key()}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    first = send_as(client, path, status, headers, body)
    before = picture()
    assert send_as(client, path, status, headers, body) == first
    assert picture() == before
    return first


def picture() -> dict[str, Any]:
    """Everything the parts house holds: what a refusal must leave as it was."""
    rows: dict[str, Any] = {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("parts").get_models()
    }
    for model in (AuditEntry, IdempotentRequest, OutboxEvent):
        rows[model.__name__] = model._default_manager.count()
    return rows


def refused(
    client: APIClient,
    path: str,
    status: int,
    *,
    headers: dict[str, str] | None = None,
    **body: Any,
) -> Any:
    """Call an act that is refused, prove that nothing changed, return the problem."""
    before = picture()
    told = send_as(
        client, path, status, {"Idempotency-Key": key()} | (headers or {}), body
    )
    assert picture() == before
    assert violations() == []
    return told


def fields(problem: Any) -> list[str]:
    """Return the fields that a refusal names."""
    return [each["field"] for each in problem.get("errors", [])]

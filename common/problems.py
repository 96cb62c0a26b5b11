"""The one shape in which the API says no (RFC 9457)."""

from typing import Any

from django.http import JsonResponse

from common.errors import DomainError, InvalidInput, NotFound, TemporarilyUnavailable

PROBLEM_JSON = "application/problem+json"


def problem_body(
    *, status: int, code: str, title: str, detail: str, **extra: Any
) -> dict[str, Any]:
    """Return the members of a problem document."""
    return {
        "type": f"urn:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def refusal_body(error: DomainError) -> dict[str, Any]:
    """Return the problem document of a refusal; one of a value names its field."""
    extra: dict[str, Any] = {}
    field = error.context.get("field")
    if field and isinstance(error, InvalidInput | NotFound):
        extra["errors"] = [{"field": str(field), "message": error.sentence}]
    if "error_id" in error.context:
        extra["error_id"] = error.context["error_id"]
    return problem_body(
        status=error.status,
        code=error.code,
        title=str(error.title),
        detail=error.sentence,
        **extra,
    )


def refusal_headers(error: DomainError) -> dict[str, str]:
    """Return the headers that go with a refusal."""
    if isinstance(error, TemporarilyUnavailable):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def problem_response(error: DomainError) -> JsonResponse:
    """Answer with a problem document, outside of the REST framework."""
    return JsonResponse(
        refusal_body(error),
        status=error.status,
        content_type=PROBLEM_JSON,
        headers=refusal_headers(error),
    )

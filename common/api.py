"""What every API answer has in common: problems, keys and versions."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from common.canonical import JSON
from common.errors import (
    DomainError,
    InvalidInput,
    KeyMissing,
    NotAllowed,
    NotFound,
    SignInRequired,
    TemporarilyUnavailable,
    Text,
    VersionRequired,
)
from common.idempotency import run_once
from common.pages import unavailable
from common.problems import (
    PROBLEM_JSON,
    problem_body,
    refusal_body,
    refusal_headers,
)

LONGEST_KEY = 200
LONGEST_VERSION = 18


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal into an RFC 9457 problem document.

    What it does not know is a fault of ours: it goes up and is logged as one.
    """
    if isinstance(exc, OperationalError | InterfaceError):
        exc = unavailable(exc)
    elif isinstance(exc, Http404):
        exc = NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        most = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
        exc = exceptions.ParseError(
            _("The body is too long; at most %(most)s bytes are read.") % {"most": most}
        )
    if isinstance(exc, DomainError):
        return domain_problem(exc)
    if isinstance(exc, exceptions.APIException):
        return request_problem(exc)
    return None


def domain_problem(error: DomainError) -> Response:
    """Answer with a refusal of our own."""
    return Response(
        refusal_body(error),
        status=error.status,
        headers=refusal_headers(error),
        content_type=PROBLEM_JSON,
    )


# What the framework refuses, as the house calls it.
TITLES: dict[int, Text] = {
    HTTPStatus.BAD_REQUEST: InvalidInput.title,
    HTTPStatus.UNAUTHORIZED: SignInRequired.title,
    HTTPStatus.FORBIDDEN: NotAllowed.title,
    HTTPStatus.NOT_FOUND: NotFound.title,
    HTTPStatus.METHOD_NOT_ALLOWED: gettext_lazy("Not done at this address"),
    HTTPStatus.NOT_ACCEPTABLE: gettext_lazy("Not to be had in this form"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: gettext_lazy("Not readable in this form"),
    HTTPStatus.TOO_MANY_REQUESTS: TemporarilyUnavailable.title,
}


def title_of(status: int) -> str:
    """Return what a refusal of the framework is called, in the reader's language."""
    return str(TITLES.get(status) or HTTPStatus(status).phrase)


def request_problem(error: exceptions.APIException) -> Response:
    """Answer with what the framework found wrong in the request."""
    status = error.status_code
    code = error.default_code
    extra: dict[str, Any] = {}
    if isinstance(error, exceptions.ValidationError):
        code = "invalid_input"
        extra["errors"] = list(field_errors(error.detail))
        detail = _("One of the values cannot be used.")
    else:
        detail = str(error.detail)
    body = problem_body(
        status=status,
        code=code,
        title=title_of(status),
        detail=detail,
        **extra,
    )
    return Response(
        body,
        status=status,
        headers=request_headers(error),
        content_type=PROBLEM_JSON,
    )


def request_headers(error: exceptions.APIException) -> dict[str, str]:
    """Return the headers that go with the framework's refusals."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def field_errors(detail: Any, field: str = "") -> list[dict[str, str]]:
    """Flatten the framework's nested errors to one line per field and fault."""
    if isinstance(detail, dict):
        return [
            line
            for key, item in detail.items()
            for line in field_errors(item, _inside(field, str(key)))
        ]
    if isinstance(detail, list):
        return [
            line
            for index, item in enumerate(detail)
            for line in field_errors(
                item, f"{field}[{index}]" if isinstance(item, dict | list) else field
            )
        ]
    return [{"field": field, "message": str(detail)}]


def _inside(field: str, key: str) -> str:
    """Return what a field within a field is called; a fault of the whole names it."""
    if key == api_settings.NON_FIELD_ERRORS_KEY:
        return field
    return f"{field}.{key}" if field else key


class CommandSerializer(serializers.Serializer[Any]):
    """The shape of one command's body. A field it does not know is refused."""

    @classmethod
    def read(cls, request: Request, **context: Any) -> dict[str, Any]:
        """Return the body's values as the command takes them.

        Raises:
            rest_framework.exceptions.ValidationError: names each field and its fault.
        """
        body = cls(data=request.data, context={"request": request, **context})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                fault = _("There is no such field.")
                raise exceptions.ValidationError({name: [fault] for name in unknown})
        return super().to_internal_value(data)


def run_command(
    request: Request,
    *,
    command: str,
    work: Callable[[], JSON],
    body: Mapping[str, object] | None = None,
) -> JSON:
    """Run a command once under the request's ``Idempotency-Key``; return its answer.

    Args:
        request: an authenticated request.
        command: the command's name.
        work: calls the command and returns its answer as JSON.
        body: what the command depends on besides the request's data and path.

    Raises:
        KeyMissing: the request carries no usable key.
        KeyReused: the key was used for another request.
    """
    depends_on = {"path": request.path, "data": request.data, **(body or {})}
    return run_once(
        key=idempotency_key(request),
        actor_id=request.user.pk,
        command=command,
        body=depends_on,
        work=work,
    )


def idempotency_key(request: Request | HttpRequest) -> str:
    """Return the key of a request that must have its effect once.

    An API call sends it as the ``Idempotency-Key`` header, a form as a hidden field
    ``idempotency_key``.

    Raises:
        KeyMissing: there is none, or it is not 1 to 200 visible ASCII characters.
    """
    key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key")
    if not key or len(key) > LONGEST_KEY or not all("!" <= sign <= "~" for sign in key):
        raise KeyMissing(field="Idempotency-Key")
    return str(key)


def etag(version: int) -> str:
    """Return the ETag of a document's version."""
    return f'"{version}"'


def expected_version(request: Request | HttpRequest) -> int:
    """Return the version the caller has read, from ``If-Match: "<version>"``.

    A form sends it as a hidden field ``version``. The command compares it with the
    row it has locked and raises `StaleVersion`.

    Raises:
        VersionRequired: the request names no version.
        InvalidInput: it is not one of ours.
    """
    sent = request.headers.get("If-Match") or request.POST.get("version", "")
    if not sent:
        raise VersionRequired
    number = sent.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_VERSION):
        raise InvalidInput(
            _("“%(sent)s” is no version; a number in quotes was expected."),
            field="If-Match",
            sent=sent[:LONGEST_KEY],
        )
    return int(number)

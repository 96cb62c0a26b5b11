"""The door: every route says who may enter, and nobody enters an undeclared one.

The table itself names routes and so lives above, in ``settings.ROUTE_POLICY``. Whose
object it is (own or someone else's) is the view's question, asked of `visible_to`.
"""

import enum
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import checks
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from common import pages
from common.errors import NotAllowed, NotFound, SecondFactorMissing, SignInRequired

logger = logging.getLogger(__name__)


class Subject(enum.Enum):
    """Who stands at the door."""

    ANONYMOUS = "ANONYMOUS"
    CUSTOMER = "CUSTOMER"
    TECHNICIAN = "TECHNICIAN"
    PARTS = "PARTS"
    MANAGER = "MANAGER"
    TOKEN = "TOKEN"  # noqa: S105 - a kind of caller


STAFF = (Subject.TECHNICIAN, Subject.PARTS, Subject.MANAGER)


class Answer(enum.Enum):
    """What the door answers."""

    OK = "OK"
    LOGIN = "LOGIN"
    FORBIDDEN = "FORBIDDEN"
    MISSING = "MISSING"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One route's answers.

    Attributes:
        anonymous: for someone not signed in; LOGIN leads a page to the sign-in and
            answers an API call with 401.
        customer: for a customer at the route itself, with an object of their own.
        technician: for a technician.
        parts: for parts staff.
        manager: for a manager.
        token: for a machine token, which besides needs its user's own entry.
        other: what a customer gets for someone else's object; given by the view.
        without_mfa: staff enter it before they have set up a second factor.
    """

    anonymous: Answer = Answer.LOGIN
    customer: Answer = Answer.FORBIDDEN
    technician: Answer = Answer.FORBIDDEN
    parts: Answer = Answer.FORBIDDEN
    manager: Answer = Answer.FORBIDDEN
    token: Answer = Answer.FORBIDDEN
    other: Answer = Answer.MISSING
    without_mfa: bool = False

    @property
    def admits_everyone(self) -> bool:
        """Whether the answer is OK without looking at who calls."""
        return all(self.answer(subject) == Answer.OK for subject in Subject)

    def answer(self, subject: Subject) -> Answer:
        """Return what this subject is answered."""
        return cast("Answer", getattr(self, subject.value.lower()))


def public() -> Rule:
    """Everyone enters, signed in or not."""
    ok = Answer.OK
    return Rule(
        anonymous=ok, customer=ok, technician=ok, parts=ok, manager=ok, token=ok,
        other=ok, without_mfa=True,
    )  # fmt: skip


def signed_in(*, without_mfa: bool = False) -> Rule:
    """Every person who has signed in enters."""
    ok = Answer.OK
    return Rule(
        customer=ok, technician=ok, parts=ok, manager=ok, without_mfa=without_mfa
    )


@cache
def policy() -> Mapping[str, Rule]:
    """Return the table the settings point at."""
    return cast("Mapping[str, Rule]", import_string(settings.ROUTE_POLICY))


def rule_for(route: str, method: str = "") -> Rule | None:
    """Return the rule of a route, or None when it is undeclared.

    Args:
        route: its name with namespaces, such as ``portal:project``. A key of the
            table may end in ``*``; an exact key wins, then the longest pattern.
        method: of the request; a key such as ``POST api:orders`` is a row of its own
            where fewer may write than read.
    """
    table = policy()
    if f"{method} {route}" in table:
        return table[f"{method} {route}"]
    if route in table:
        return table[route]
    patterns = [key for key in table if key.endswith("*") and fnmatchcase(route, key)]
    return table[max(patterns, key=len)] if patterns else None


def subject_of(user: Any) -> Subject:
    """Return who a user is; a user without a role of ours is nobody."""
    if not getattr(user, "is_authenticated", False):
        return Subject.ANONYMOUS
    try:
        return Subject(user.role)
    except (AttributeError, ValueError):
        return Subject.ANONYMOUS


class Gate:
    """Middleware: asks the policy before any view runs; default deny.

    A call with an ``Authorization`` header is let through to an API view whose rule
    admits tokens; `RoutePermission` asks again once the user is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        rule = rule_for(route, request.method or "")
        if rule is None:
            logger.error("Route %s is not declared in the policy", route)
            return pages.refuse(request, NotFound())
        if rule.admits_everyone:
            return None
        if pages.wants_problem(request) and "Authorization" in request.headers:
            return turn_away(request, rule.token)
        try:
            return refusal(request, rule)
        except (OperationalError, InterfaceError) as error:
            return pages.refuse(request, pages.unavailable(error))


def refusal(request: HttpRequest, rule: Rule) -> HttpResponseBase | None:
    """Return what a person is answered instead of the view, or None."""
    if answered := turn_away(request, rule.answer(subject_of(request.user))):
        return answered
    if lacks_second_factor(request.user, rule):
        if pages.wants_problem(request):
            return pages.refuse(request, SecondFactorMissing())
        return redirect("mfa_activate_totp")
    return None


def lacks_second_factor(user: Any, rule: Rule) -> bool:
    """Return whether a person has to set up a second factor before they enter."""
    if not settings.STAFF_MFA_REQUIRED or rule.without_mfa:
        return False
    return subject_of(user) in STAFF and not is_mfa_enabled(user)


def turn_away(request: HttpRequest, answer: Answer) -> HttpResponseBase | None:
    """Return the answer as a response; None for an open door."""
    if answer == Answer.LOGIN:
        return ask_to_sign_in(request)
    if answer == Answer.MISSING:
        return pages.refuse(request, NotFound())
    if answer == Answer.FORBIDDEN:
        return pages.refuse(request, NotAllowed())
    return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead a person to the sign-in and back; tell a program with 401."""
    if pages.wants_problem(request):
        answer = pages.refuse(request, SignInRequired())
        answer["WWW-Authenticate"] = "Token"
        return answer
    back = request.get_full_path() if request.method == "GET" else "/"
    answer = redirect_to_login(back)
    if getattr(request, "htmx", False):
        # A redirect would be followed inside the fragment; this moves the page.
        answer.status_code = 200
        answer["HX-Redirect"] = answer["Location"]
        del answer["Location"]
    return answer


def declared_routes(
    resolver: URLResolver | None = None, namespaces: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the name of every route the URL configuration knows.

    A route without a name goes by its view's dotted path.
    """
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = (entry.namespace,) if entry.namespace else ()
            yield from declared_routes(entry, namespaces + inner)
        elif isinstance(entry, URLPattern):
            yield ":".join((*namespaces, entry.name or entry.lookup_str))


def check_policy(**kwargs: object) -> list[checks.CheckMessage]:
    """System check: every route has a row in the policy table."""
    return [
        checks.Error(
            f"Route {route!r} is not declared in {settings.ROUTE_POLICY}.",
            hint="Add its row: nobody can enter it until then.",
            id="common.E001",
        )
        for route in sorted(set(declared_routes()))
        if rule_for(route) is None
    ]

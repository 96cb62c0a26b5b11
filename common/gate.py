"""The door: every route says who may enter, and nobody enters an undeclared one.

The table itself names routes and so lives above, in ``settings.ROUTE_POLICY``. Whose
object it is (own or someone else's) is the view's question, asked of `visible_to`.
"""

import enum
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

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


def rule_for(route: str) -> Rule | None:
    """Return the rule of a route, or None when it is undeclared.

    Args:
        route: its name with namespaces, such as ``portal:project``. A key of the
            table may end in ``*``; an exact key wins, then the longest pattern.
    """
    table = policy()
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

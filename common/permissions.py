"""Who may call which view of the API, asked once a token has said who calls.

The framework loads this module while it loads itself: nothing here may import its
views.
"""

from typing import TYPE_CHECKING

from rest_framework import permissions
from rest_framework.request import Request

from common.errors import NotFound, SecondFactorMissing
from common.gate import Answer, Subject, lacks_second_factor, rule_for, subject_of

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RoutePermission(permissions.BasePermission):
    """The route policy, asked again once a token has said who calls.

    The gate has let a token through to here without knowing its user.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        match = request.resolver_match
        rule = rule_for(match.view_name, request.method or "") if match else None
        if rule is None:
            raise NotFound
        subject = subject_of(request.user)
        answers = [rule.answer(subject)]
        if request.auth is not None:
            answers.append(rule.answer(Subject.TOKEN))
            if not token_may(request):
                return False
        elif lacks_second_factor(request.user, rule):
            # Any Authorization header passes the gate; only a token stands for more.
            raise SecondFactorMissing
        if Answer.MISSING in answers:
            raise NotFound
        return all(answer == Answer.OK for answer in answers)


def token_may(request: Request) -> bool:
    """Return whether the token's scope covers the request's method."""
    if request.method in permissions.SAFE_METHODS:
        return True
    return getattr(request.auth, "scope", None) == "WRITE"

"""Each person reads the house in their own language and on their own clock."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation


class OwnLanguageAndZone:
    """Middleware: a signed-in person's language and time zone for this request.

    Someone not signed in reads what the switch's cookie or the browser asks for, and
    the workshop's clock.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        # Not undone afterwards: LocaleMiddleware names the language in its header and
        # sets the next request's own.
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(user.time_zone)):
            return self.get_response(request)

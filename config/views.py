"""The pages that belong to no face: the door and the language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.errors import InvalidInput
from config.faces import faces_of
from workshop import commands


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Lead each role to the face it works in."""
    return redirect(faces_of(request.user.role)[0].url)


@require_POST
def set_language(request: HttpRequest) -> HttpResponseRedirect:
    """Switch the language, for this browser and for the person signed in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(
            _("“%(language)s” is no language of this house; en or ja was expected."),
            field="language",
            language=language,
        )
    if request.user.is_authenticated:
        commands.choose_language(user_id=request.user.pk, language=language)
    answer = redirect(back_to(request))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def back_to(request: HttpRequest) -> str:
    """Return the page of ours the form names, else the start."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"

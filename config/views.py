"""The pages that belong to no face: the door, an invitation, the language."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from common import labels
from common.errors import InvalidInput, NotFound
from config.faces import faces_of
from config.forms import AcceptForm
from workshop import commands, queries
from workshop.models import Invitation, role_of


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Lead each role to the face it works in."""
    return redirect(faces_of(role_of(request.user) or "")[0].url)


@never_cache
@require_safe
def scanned(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Follow a label's code to the page that suits the reader's role."""
    found = labels.labels_of(kind, [pk])
    if not found:
        raise NotFound
    page = labels.page_of(kind, pk, role_of(request.user) or "")
    if page is not None:
        return redirect(page)
    name = labels.kinds()[kind].name
    return render(request, "config/label.html", {"label": found[0], "kind": name})


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


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person open their login, once."""
    now = timezone.now()
    found = queries.open_invitation(token=token, at=now)
    form = AcceptForm(request.POST or None, initial=known_of(found))
    if request.method == "POST" and form.is_valid() and accepted(form, token, now):
        messages.success(
            request,
            _("Your login is open. Sign in with %(email)s and your new password.")
            % {"email": found.email},
        )
        return redirect("account_login")
    return render(
        request, "config/invitation.html", {"form": form, "invitation": found}
    )


def known_of(found: Invitation) -> dict[str, str]:
    """Return what the house knows already, for the form to begin with."""
    customer = found.customer
    return {
        "full_name": customer.name if customer else "",
        "language": found.language,
        "time_zone": customer.time_zone if customer else settings.TIME_ZONE,
    }


def accepted(form: AcceptForm, token: str, at: datetime) -> bool:
    """Try to open the login; a refused entry is shown at its field."""
    try:
        commands.accept_invitation(token=token, at=at, **form.answers())
    except InvalidInput as refusal:
        form.refuse(refusal.field, refusal.sentence)
        return False
    return True

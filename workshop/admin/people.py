"""Logins, invitations, tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import LedgerAdmin
from common.errors import DomainError
from common.reading import title
from workshop import commands
from workshop.admin.pages import (
    CommandAddAdmin,
    CommandAdmin,
    ReasonForm,
    actor,
    get_row,
    offer,
)
from workshop.models import (
    HOUSE_ROLES,
    ApiToken,
    Customer,
    Invitation,
    Role,
    RoleGrant,
    User,
)

# Roles stand in for groups; addresses and second factors are their owner's own.
admin.site.unregister([Group, EmailAddress, Authenticator])


@title(RoleGrant)
def grant_title(row: RoleGrant) -> str:
    return f"{row.user} → {row.get_role_display()}"


class RoleForm(ReasonForm):
    """The role a person gets, and why."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in Role if role in HOUSE_ROLES],
    )
    field_order = ["role", "reason"]


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """A page of a person that asks why and gives one command.

    Attributes:
        name: its part of the address.
        verb: on the button.
        command: takes the form's values.
        by: how the command calls the person who gives it.
        form: what is asked.
        sentence: what the command does.
    """

    name: str
    verb: Any
    command: Callable[..., object]
    by: str
    form: type[ReasonForm] = ReasonForm
    sentence: Any = ""


ROLE = PersonPage(
    name="role",
    verb=_("Change role"),
    command=commands.grant_role,
    by="granted_by_id",
    form=RoleForm,
)
FACTORS = PersonPage(
    name="second-factor",
    verb=_("Remove second factors"),
    command=commands.remove_second_factors,
    by="removed_by_id",
    sentence=_("For a lost phone or key. Staff set up a new one at once."),
)
CLOSE = PersonPage(
    name="close",
    verb=_("Close login"),
    command=commands.deactivate_person,
    by="deactivated_by_id",
    sentence=_("Sessions end at the next click; machine tokens are gone."),
)
OPEN = PersonPage(
    name="open",
    verb=_("Open login"),
    command=commands.reactivate_person,
    by="reactivated_by_id",
)


@admin.register(User)
class UserAdmin(CommandAdmin[User]):
    """Who may sign in. People come by invitation; their rights change by command."""

    exclude = ["password"]
    list_display = ["full_name", "email", "role", "language", "is_active", "last_login"]
    list_filter = ["role", "is_active", "is_demo"]
    ordering = ["full_name", "pk"]
    search_fields = ["full_name", "email"]

    def get_urls(self) -> list[URLPattern]:
        pages = (ROLE, FACTORS, CLOSE, OPEN)
        own = [self.row_page(page.name, partial(self.ask_why, page)) for page in pages]
        return [*own, *super().get_urls()]

    def buttons(self, request: HttpRequest, row: User) -> list[tuple[str, Any]]:
        if row.pk == request.user.pk:
            return []
        role = [ROLE] if row.is_house else []
        pages = [*role, FACTORS, CLOSE] if row.is_active else [*role, OPEN]
        return [(page.name, page.verb) for page in pages]

    def ask_why(
        self, page: PersonPage, request: HttpRequest, object_id: str
    ) -> HttpResponse:
        """Ask for a reason and give the page's command."""
        person = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            given = {**values, page.by: actor(request)}
            page.command(user_id=person.pk, at=timezone.now(), **given)
            return self.to_row(person)

        return self.command_page(
            request,
            form=page.form(request.POST or None, initial={"role": person.role}),
            title=person,
            verb=page.verb,
            sentence=page.sentence,
            run=run,
        )


@admin.register(RoleGrant)
class RoleGrantAdmin(LedgerAdmin[RoleGrant]):
    """Who got which role from whom, and why."""

    list_display = ["user", "role", "granted_by", "reason", "granted_at"]
    list_filter = ["role"]
    list_select_related = ["user", "granted_by"]
    ordering = ["-granted_at", "-pk"]
    read_as = {"reason": lambda row: sentences.read(row.reason)}
    search_fields = ["user__full_name", "user__email"]


class InviteForm(forms.Form):
    """Whom to let in, and as what."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("Customer"),
        required=False,
        help_text=_("For a customer's login: whose cars it opens."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Customer.objects.visible_to(user).filter(user=None)
        offer(self, "customer", waiting.order_by("name_kana", "name", "pk"))


@admin.register(Invitation)
class InvitationAdmin(CommandAddAdmin[Invitation]):
    """Who was invited, and whether they came."""

    actions = ["resend", "revoke"]
    exclude = ["token_hash", "token_salt"]
    list_display = ["email", "role", "customer", "invited_at", "expires_at", "used_at"]
    list_filter = ["role"]
    list_select_related = ["customer"]
    ordering = ["-invited_at", "-pk"]
    search_fields = ["email"]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def run(values: Any) -> HttpResponse:
            customer = values["customer"]
            commands.invite_person(
                email=values["email"],
                role=values["role"],
                customer_id=customer.pk if customer else None,
                invited_by_id=actor(request),
                at=timezone.now(),
            )
            self.message_user(request, _("The invitation is on its way."))
            return self.to_list()

        return self.command_page(
            request,
            form=InviteForm(request.POST or None, user=request.user),
            title=_("Invite a person"),
            verb=_("Send the invitation"),
            sentence=_("They get a link by mail that works once, for seven days."),
            run=run,
        )

    @admin.action(description=_("Send the selected invitations again"))
    def resend(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """Mail each selected person a fresh link."""
        for pk in rows.values_list("pk", flat=True):
            give(
                self,
                request,
                lambda pk=pk: commands.resend_invitation(
                    invitation_id=pk, resent_by_id=actor(request), at=timezone.now()
                ),
            )

    @admin.action(description=_("Withdraw the selected invitations"))
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """Close each selected link."""
        for pk in rows.values_list("pk", flat=True):
            give(
                self,
                request,
                lambda pk=pk: commands.revoke_invitation(
                    invitation_id=pk, revoked_by_id=actor(request), at=timezone.now()
                ),
            )


class TokenForm(forms.Form):
    """Which program acts as whom, how far and until when."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Acts as"))
    name = forms.CharField(label=_("What it is for"), max_length=80)
    scope = forms.ChoiceField(label=_("May"), choices=ApiToken.Scope)
    days = forms.IntegerField(
        label=_("Valid for, days"), min_value=1, max_value=366, initial=90
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True)
        offer(self, "user", people.order_by("full_name", "pk"))


@title(ApiToken)
def token_title(row: ApiToken) -> str:
    return str(row.name or row.token_key)


@admin.register(ApiToken)
class ApiTokenAdmin(CommandAddAdmin[ApiToken]):
    """Keys of programs. The key itself is shown once, when it is made."""

    actions = ["revoke"]
    exclude = ["digest"]
    list_display = ["name", "token_key", "user", "scope", "created", "expiry"]
    list_filter = ["scope"]
    list_select_related = ["user"]
    ordering = ["-created", "pk"]
    search_fields = ["name", "token_key", "user__email"]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def run(values: Any) -> HttpResponse:
            now = timezone.now()
            _token, text = commands.create_token(
                user_id=values["user"].pk,
                name=values["name"],
                scope=values["scope"],
                expires_at=end_of(now, values["days"]),
                created_by_id=actor(request),
                at=now,
            )
            return self.shown_once(request, text)

        return self.command_page(
            request,
            form=TokenForm(request.POST or None),
            title=_("Make a machine token"),
            verb=_("Make the token"),
            run=run,
        )

    def shown_once(self, request: HttpRequest, text: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The new token"),
            "text": text,
            "back": reverse(self.page_name("changelist")),
        }
        return TemplateResponse(request, "workshop/admin/token.html", context)

    @admin.action(description=_("Take the selected tokens back"))
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        """Refuse each selected key from now on."""
        for key in rows.values_list("token_key", flat=True):
            give(
                self,
                request,
                lambda key=key: commands.revoke_token(
                    token_key=key, revoked_by_id=actor(request), at=timezone.now()
                ),
            )


def end_of(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)


def give(desk: CommandAdmin[Any], request: HttpRequest, run: Any) -> None:
    """Give one command; a refusal becomes a message."""
    try:
        run()
    except DomainError as refusal:
        desk.message_user(request, refusal.sentence, messages.WARNING)

"""Customers, logins, invitations, tokens."""

from datetime import datetime, timedelta
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

from common.admin import LedgerAdmin
from common.errors import DomainError
from workshop import commands
from workshop.admin.pages import (
    CommandAddAdmin,
    CommandAdmin,
    ReasonForm,
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


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin[Customer]):
    """Who cars and parts are worked for."""

    list_display = ["name", "name_kana", "email", "phone", "country", "currency"]
    list_filter = ["country", "language", "is_demo"]
    ordering = ["name_kana", "name", "pk"]
    readonly_fields = ["user", "is_demo", "created_at"]
    search_fields = ["name", "name_kana", "email", "phone"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoleForm(ReasonForm):
    """The role a person gets, and why."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in Role if role in HOUSE_ROLES],
    )
    field_order = ["role", "reason"]


@admin.register(User)
class UserAdmin(CommandAdmin[User]):
    """Who may sign in. People come by invitation; their rights change by command."""

    exclude = ["password"]
    list_display = ["full_name", "email", "role", "language", "is_active", "last_login"]
    list_filter = ["role", "is_active", "is_demo"]
    ordering = ["full_name", "pk"]
    search_fields = ["full_name", "email"]

    def get_urls(self) -> list[URLPattern]:
        return [
            self.row_page("role", self.role_view),
            self.row_page("second-factor", self.factor_view),
            self.row_page("close", self.close_view),
            self.row_page("open", self.open_view),
            *super().get_urls(),
        ]

    def buttons(self, request: HttpRequest, row: User) -> list[tuple[str, Any]]:
        if row.pk == request.user.pk:
            return []
        role = [("role", _("Change role"))] if row.is_house else []
        factor = ("second-factor", _("Remove second factors"))
        if row.is_active:
            return [*role, factor, ("close", _("Close login"))]
        return [*role, ("open", _("Open login"))]

    def role_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give a person another role, with a reason."""
        person = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.grant_role(
                user_id=person.pk,
                role=values["role"],
                reason=values["reason"],
                granted_by_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(person)

        return self.command_page(
            request,
            form=RoleForm(request.POST or None, initial={"role": person.role}),
            title=person,
            verb=_("Change role"),
            run=run,
        )

    def factor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove a person's second factors, with a reason."""
        person = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.remove_second_factors(
                user_id=person.pk,
                reason=values["reason"],
                removed_by_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(person)

        return self.command_page(
            request,
            form=ReasonForm(request.POST or None),
            title=person,
            verb=_("Remove second factors"),
            sentence=_("For a lost phone or key. Staff set up a new one at once."),
            run=run,
        )

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Close a login, with a reason."""
        person = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.deactivate_person(
                user_id=person.pk,
                reason=values["reason"],
                deactivated_by_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(person)

        return self.command_page(
            request,
            form=ReasonForm(request.POST or None),
            title=person,
            verb=_("Close login"),
            sentence=_("Sessions end at the next click; machine tokens are gone."),
            run=run,
        )

    def open_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open a closed login again, with a reason."""
        person = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.reactivate_person(
                user_id=person.pk,
                reason=values["reason"],
                reactivated_by_id=actor(request),
                at=timezone.now(),
            )
            return self.to_row(person)

        return self.command_page(
            request,
            form=ReasonForm(request.POST or None),
            title=person,
            verb=_("Open login"),
            run=run,
        )


@admin.register(RoleGrant)
class RoleGrantAdmin(LedgerAdmin[RoleGrant]):
    """Who got which role from whom, and why."""

    list_display = ["user", "role", "granted_by", "reason", "granted_at"]
    list_filter = ["role"]
    list_select_related = ["user", "granted_by"]
    ordering = ["-granted_at", "-pk"]
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


def actor(request: HttpRequest) -> int:
    """Return who gives the command; the gate has let nobody else in."""
    return int(request.user.pk or 0)


def give(desk: CommandAdmin[Any], request: HttpRequest, run: Any) -> None:
    """Give one command; a refusal becomes a message."""
    try:
        run()
    except DomainError as refusal:
        desk.message_user(request, refusal.sentence, messages.WARNING)

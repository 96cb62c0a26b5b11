"""A desk page that asks a few values and gives one command."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin
from common.errors import DomainError, InvalidInput, NotFound

M = TypeVar("M", bound=Model)
Run = Callable[[Mapping[str, Any]], HttpResponse]


class CommandAdmin(LedgerAdmin[M]):
    """Rows that only commands write; what can be done stands beside the title."""

    change_form_template = "workshop/admin/change_form.html"

    def buttons(self, request: HttpRequest, row: M) -> list[tuple[str, Any]]:
        """Return the command pages of a row as pairs of page name and label."""
        return []

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        buttons = self.buttons(request, row) if row is not None else []
        links = [
            {"url": reverse(self.page_name(page), args=[object_id]), "label": label}
            for page, label in buttons
        ]
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "commands": links}
        )

    def row_page(self, page: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """Return the address of a row's command page."""
        return path(
            f"<path:object_id>/{page}/",
            self.admin_site.admin_view(view),
            name=self.page_name(page).removeprefix("admin:"),
        )

    def command_page(
        self,
        request: HttpRequest,
        *,
        form: forms.Form,
        title: Any,
        verb: Any,
        run: Run,
        sentence: Any = "",
        back: str = "",
    ) -> HttpResponse:
        """Show the form; when it is sent and fits, give the command.

        A refusal is shown at the entry it speaks of, and nothing was changed.

        Args:
            request: the desk's request.
            form: bound to the request when it was sent.
            title: of the page.
            verb: on the button.
            run: gives the command and returns the answer.
            sentence: what the command does.
            back: where "cancel" leads; by default the list.
        """
        if form.is_bound and form.is_valid():
            try:
                return run(form.cleaned_data)
            except InvalidInput as refusal:
                known = refusal.field in form.fields
                form.add_error(refusal.field if known else None, refusal.sentence)
            except DomainError as refusal:
                form.add_error(None, f"{refusal.sentence} {refusal.todo}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "verb": verb,
            "sentence": sentence,
            "back": back or reverse(self.page_name("changelist")),
        }
        return TemplateResponse(request, "workshop/admin/command.html", context)

    def to_row(self, row: Model) -> HttpResponseRedirect:
        return redirect(self.page_name("change"), row.pk)

    def to_list(self) -> HttpResponseRedirect:
        return redirect(self.page_name("changelist"))


class CommandAddAdmin(CommandAdmin[M]):
    """Rows that begin with a command as well."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)


class ReasonForm(forms.Form):
    """Why a command is given; it is kept."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


def actor(request: HttpRequest) -> int:
    """Return who gives the command; the gate has let nobody else in."""
    return int(request.user.pk or 0)


def get_row(desk: admin.ModelAdmin[M], request: HttpRequest, object_id: str) -> M:
    """Return the row of a desk page.

    Raises:
        PermissionDenied: the person may not see such rows.
        NotFound: there is no such row.
    """
    row = desk.get_object(request, object_id)
    if not desk.has_view_permission(request, row):
        raise PermissionDenied
    if row is None:
        raise NotFound
    return row


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Offer these rows, and no others, in a form's choice."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows

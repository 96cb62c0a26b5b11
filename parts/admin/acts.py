"""Buttons of the desk: each asks what its command needs and calls it once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.api import idempotency_key
from common.desk import HouseAdmin
from common.errors import DomainError

M = TypeVar("M", bound=Model)
Text = str | Promise


class ActForm(forms.Form):
    """What a button asks. The row it stands on is given as ``row``."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)


@dataclass(frozen=True)
class Given:
    """What a person has entered, and what a command wants to know besides."""

    row: Any
    values: dict[str, Any]
    key: str
    actor_id: int
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        """Actor and instant, as commands name them."""
        return {"actor_id": self.actor_id, "at": self.at}

    @property
    def once(self) -> dict[str, Any]:
        """The same with the key under which the command runs once."""
        return {**self.who, "key": self.key}


@dataclass(frozen=True, kw_only=True)
class Act:
    """One button.

    Attributes:
        name: its part of the address.
        label: the verb on it.
        form: what it asks.
        run: calls the command.
        done: what is said afterwards.
        suits: whether the row can take it; the command has the last word.
        is_danger: whether it takes something away.
        is_rare: whether it stands in a menu, away from the buttons of every day.
        onward: the page where what its command made is worked on next.
    """

    name: str
    label: Text
    form: type[ActForm]
    run: Callable[[Given], object]
    done: Text
    suits: Callable[[Any], bool] = lambda _row: True
    is_danger: bool = False
    is_rare: bool = False
    onward: Callable[[Any], str] = lambda _made: ""


class ActsAdmin(HouseAdmin[M]):
    """A model's pages with buttons that call commands."""

    acts: ClassVar[Sequence[Act]] = ()
    change_form_template = "admin/parts/change_form.html"
    show_full_result_count = False
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        if not self.acts:
            return super().get_urls()
        act = path(
            "<int:pk>/act/<slug:name>/",
            self.admin_site.admin_view(self.act_view),
            name=self.page_name("act").removeprefix("admin:"),
        )
        return [act, *super().get_urls()]

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may press buttons here."""
        return request.user.has_perm(
            f"{self.opts.app_label}.change_{self.opts.model_name}"
        )

    def act_url(self, row: Any, act: Act) -> str:
        return self.page_url("act", row.pk, act.name)

    def pages_of(self, row: Any) -> Iterable[tuple[Any, str]]:
        """Return label and address of the pages that a row leads to now."""
        return ()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if row is not None and self.has_act_permission(request):
            extra["acts"] = [
                {
                    "label": act.label,
                    "url": self.act_url(row, act),
                    "is_rare": act.is_rare,
                }
                for act in self.acts
                if act.suits(row)
            ]
            extra["pages"] = [
                {"label": label, "url": url} for label, url in self.pages_of(row)
            ]
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("do"))
    def buttons(self, row: Any) -> SafeString:
        """The row's buttons, for lists."""
        links = [
            (self.act_url(row, act), act.label) for act in self.acts if act.suits(row)
        ]
        return format_html(
            '<span class="nowrap">{}</span>',
            format_html_join(" · ", '<a href="{}">{}</a>', links),
        )

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Ask what a button needs; on POST call its command once."""
        row = self.get_queryset(request).filter(pk=pk).first()
        act = next((act for act in self.acts if act.name == name), None)
        if row is None or act is None or not self.has_act_permission(request):
            raise Http404
        back = back_to(request) or self.page_url("change", row.pk)
        if not act.suits(row):
            text = _("This cannot be done in the row's present state.")
            self.message_user(request, str(text), messages.WARNING)
            return redirect(back)
        form = act.form(request.POST or None, row=row)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                made = act.run(given(request, row, form))
            except DomainError as refusal:
                form.add_error(field_of(form, refusal), refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, str(act.done), messages.SUCCESS)
                return redirect(back_to(request) or act.onward(made) or back)
        return self.ask(
            request,
            form,
            act.label,
            row=self.describe(row),
            back=back,
            status=status,
            kind="danger" if act.is_danger else "primary",
        )

    def ask(
        self,
        request: HttpRequest,
        form: forms.Form,
        label: Text,
        *,
        back: str,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        """Show a form that a command stands behind."""
        return TemplateResponse(
            request,
            "admin/parts/act.html",
            {
                **self.admin_site.each_context(request),
                "title": label,
                "subtitle": context.get("row"),
                "form": form,
                "label": label,
                "do": label,
                "back": back,
                "opts": self.opts,
                "media": self.media + form.media,
                **context,
            },
            status=status,
        )


def field_of(form: forms.Form, refusal: DomainError) -> str | None:
    """Return the field of a form that a refusal speaks of, if it has it."""
    name = getattr(refusal, "field", "")
    return name if name in form.fields else None


def back_to(request: HttpRequest) -> str:
    """Return the page of ours that an address names as where it came from, if any."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else ""


def given(request: HttpRequest, row: Any, form: forms.Form) -> Given:
    """Gather what a command is told."""
    if request.user.pk is None:
        raise Http404
    return Given(
        row=row,
        values=form.cleaned_data,
        key=idempotency_key(request),
        actor_id=request.user.pk,
        at=timezone.now(),
    )

"""Files on their way in: handed in, matched, checked, looked at, written."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common import exporting
from common.api import idempotency_key
from common.desk import LedgerAdmin
from common.errors import DomainError
from common.reading import title
from parts.commands import importing
from parts.importing.encodings import OFFERED
from parts.importing.problems import FileRefused
from parts.importing.reading import MOST_BYTES, MOST_ROWS, Table
from parts.models import Import, ImportRow, Supplier
from workshop.models import Site

State = Import.State
ROWS_SHOWN = 50
ENCODINGS = {
    "utf-8": "UTF-8", "cp932": "Shift_JIS (CP932)", "utf-16": "UTF-16",
    "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP", "cp1252": "Windows-1252",
}  # fmt: skip
# Where what a file has written can be looked at.
LISTS = {
    Import.Kind.CATALOGUE: "part", Import.Kind.PRICES: "part",
    Import.Kind.OFFERS: "supplieroffer", Import.Kind.COUNTS: "count",
    Import.Kind.ORDERS: "purchaseorder",
}  # fmt: skip


@title(Import)
def import_title(row: Import) -> str:
    return row.file_name


class FileForm(forms.Form):
    """A file, and what its rows may leave unsaid."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in it"), choices=Import.Kind)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV (UTF-8, Shift_JIS, UTF-16) or XLSX; at most %(size)s MB and"
            " %(rows)s rows. Empty cells leave what there is."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    site = forms.ModelChoiceField(
        Site.objects.order_by("code"),
        label=gettext_lazy("Site"),
        required=False,
        help_text=gettext_lazy("For counts and orders whose rows name none."),
    )
    supplier = forms.ModelChoiceField(
        Supplier.objects.order_by("code"),
        label=gettext_lazy("Supplier"),
        required=False,
        help_text=gettext_lazy("For offers and orders whose rows name none."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {"size": MOST_BYTES // 1024 // 1024, "rows": f"{MOST_ROWS:,}"}
        self.fields["file"].help_text = str(self.fields["file"].help_text) % limits

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            most = str(MOST_BYTES // 1024 // 1024)
            raise forms.ValidationError(FileRefused("too_big", most=most).sentence)
        return file


@admin.register(Import)
class ImportAdmin(LedgerAdmin[Import]):
    """Files that were read in, and the way to read another."""

    list_display = [
        "file_name", "kind", "state", "created_at", "created_by", "rows_new",
        "rows_changed", "rows_refused",
    ]  # fmt: skip
    list_filter = ["kind", "state"]
    list_select_related = ["created_by"]
    ordering = ["-pk"]
    search_fields = ["file_name"]

    def get_urls(self) -> list[URLPattern]:
        pages: tuple[tuple[str, str, Callable[..., HttpResponseBase]], ...] = (
            ("<int:pk>/progress/", "progress", self.progress_view),
            ("<int:pk>/reasons/<slug:form>/", "reasons", self.reasons_view),
            ("sample/<slug:kind>/", "sample", self.sample_view),
        )
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"{prefix}_{name}")
                for route, name, view in pages
            ),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("parts.add_import"))

    # --- Handing in ---
    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Take a file; the next page asks what its columns are."""
        if not self.has_add_permission(request):
            raise Http404
        form = FileForm(request.POST or None, request.FILES or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                run = hand_in(request, form.cleaned_data)
            except DomainError as refusal:
                form.add_error("file", refusal.sentence)
                status = refusal.status
            else:
                return redirect(self.page_name("change"), run.pk)
        samples = [
            {"label": label, "url": self.page_url("sample", kind)}
            for kind, label in Import.Kind.choices
        ]
        context = {"title": _("Read a file"), "form": form, "samples": samples}
        return self._page(request, "import_new.html", context, status)

    # --- One file ---
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far a file is and what it asks; POST does the next step."""
        if not self.has_view_permission(request):
            raise Http404
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if request.method == "POST":
            return self._do(request, run)
        wants_columns = run.state == State.UPLOADED or (
            "columns" in request.GET and run.state in (State.CHECKED, State.FAILED)
        )
        context: dict[str, Any] = {"run": run, "title": run.file_name, "states": State}
        context["steps"] = importing.steps_of(run)
        if wants_columns:
            context |= columns_of(run)
        elif run.state in (State.CHECKING, State.WRITING):
            context |= progress_of(run)
        context |= {"wants_columns": wants_columns, "failure": importing.failure(run)}
        if run.state in (State.CHECKED, State.DONE, State.CANCELLED, State.FAILED):
            context |= preview_of(run, request)
        context["list_url"] = f"admin:parts_{LISTS[Import.Kind(run.kind)]}_changelist"
        return self._page(request, "import.html", context)

    def _do(self, request: HttpRequest, run: Import) -> HttpResponse:
        do = DEEDS.get(request.POST.get("do", ""))
        if do is None or not self.has_add_permission(request):
            raise Http404
        try:
            do(request, run)
        except (DomainError, FileRefused) as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
        return redirect(self.page_name("change"), run.pk)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say how far a worker is; a page that waits for it is then loaded anew."""
        run = self._seen(request, pk)
        if run.state not in (State.CHECKING, State.WRITING):
            answer = HttpResponse(status=204)
            answer["HX-Refresh"] = "true"
            return answer
        return TemplateResponse(
            request,
            "admin/parts/import_progress.html",
            {"run": run, **progress_of(run)},
        )

    def reasons_view(
        self, request: HttpRequest, pk: int, form: str
    ) -> HttpResponseBase:
        """Give all refusals of a file as a file."""
        run = self._seen(request, pk)
        return exporting.download(
            f"reasons-{run.pk}", form, importing.reason_lines(run)
        )

    def sample_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """Give an empty file with all the columns of a kind."""
        if kind not in importing.KINDS or not self.has_view_permission(request):
            raise Http404
        header = [str(each.label) for each in importing.KINDS[kind].fields.all]
        return exporting.download(kind.lower(), exporting.CSV, [header])

    def _seen(self, request: HttpRequest, pk: int) -> Import:
        run = Import.objects.visible_to(request.user).filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def _page(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/parts/{name}",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "back": self.page_url("changelist"),
                **context,
            },
            status=status,
        )


def hand_in(request: HttpRequest, values: dict[str, Any]) -> Import:
    """Hand over the file that a person has chosen."""
    site, supplier = values["site"], values["supplier"]
    return importing.start_import(
        kind=values["kind"],
        data=values["file"].read(),
        name=values["file"].name,
        site_id=site.pk if site else None,
        supplier_id=supplier.pk if supplier else None,
        key=idempotency_key(request),
        actor_id=request.user.pk,
        at=timezone.now(),
    )


# --- What a person may do with a file -------------------------------------------
def who(request: HttpRequest) -> dict[str, Any]:
    """Actor and instant, as commands name them."""
    return {"actor_id": request.user.pk, "at": timezone.now()}


def match(request: HttpRequest, run: Import) -> None:
    mapping = {
        name: request.POST.get(f"column-{place}", "")
        for place, name in enumerate(importing.table_of(run).header)
    }
    importing.match_columns(import_id=run.pk, mapping=mapping, **who(request))


def read_again(request: HttpRequest, run: Import) -> None:
    importing.read_again(
        import_id=run.pk,
        encoding=request.POST.get("encoding", ""),
        sheet=request.POST.get("sheet", ""),
        **who(request),
    )


def approve(request: HttpRequest, run: Import) -> None:
    importing.approve_import(
        import_id=run.pk, mode=request.POST.get("mode", ""), **who(request)
    )


def ask_check(request: HttpRequest, run: Import) -> None:
    importing.ask_check(import_id=run.pk, **who(request))


def give_up(request: HttpRequest, run: Import) -> None:
    importing.cancel_import(import_id=run.pk, **who(request))


DEEDS: dict[str, Callable[[HttpRequest, Import], None]] = {
    "match": match,
    "read": read_again,
    "write": approve,
    "check": ask_check,
    "cancel": give_up,
}


# --- What the page says ------------------------------------------------------------
def columns_of(run: Import) -> dict[str, Any]:
    """Return the file's columns with their first values and what they may be."""
    fields = importing.KINDS[run.kind].fields.all
    choices = [("", _("not read")), *((each.name, each.label) for each in fields)]
    try:
        table = importing.table_of(run)
    except FileRefused as refusal:
        return {"unreadable": refusal.sentence}
    columns = [
        {
            "name": name,
            "place": place,
            "chosen": run.mapping.get(name, ""),
            "sample": _first_values(table, place),
        }
        for place, name in enumerate(table.header)
    ]
    encodings = [(code, ENCODINGS[code]) for code in OFFERED]
    if run.encoding and run.encoding not in OFFERED:
        encodings.append((run.encoding, run.encoding))
    return {
        "table": table,
        "columns": columns,
        "choices": choices,
        "encodings": encodings,
        "delimiter": DELIMITERS.get(table.delimiter, ""),
    }


def _first_values(table: Table, place: int) -> list[str]:
    values = (cells[place] for cells in table.sample if place < len(cells))
    return [value for value in values if value.strip()][:3]


DELIMITERS = {
    ",": pgettext_lazy("between columns", "comma"),
    "\t": pgettext_lazy("between columns", "tab"),
    ";": pgettext_lazy("between columns", "semicolon"),
    "|": pgettext_lazy("between columns", "bar"),
}


def progress_of(run: Import) -> dict[str, Any]:
    """Return how many rows a worker has done, of how many."""
    done, total = importing.progress(run)
    return {"done": done, "total": total}


def preview_of(run: Import, request: HttpRequest) -> dict[str, Any]:
    """Return one page of rows, of one result if asked for."""
    counts = {
        "NEW": run.rows_new,
        "CHANGED": run.rows_changed,
        "SAME": run.rows_same,
        "REFUSED": run.rows_refused,
    }
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in counts else ""
    rows = run.rows.order_by("line")
    rows = rows.filter(verdict=verdict) if verdict else rows
    page = Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page"))
    names = dict(ImportRow.Verdict.choices)
    tabs = [
        {
            "label": _("All"),
            "url": "?",
            "here": not verdict,
            "count": sum(counts.values()),
        }
    ]
    tabs += [
        {
            "label": names[code],
            "url": f"?verdict={code}",
            "here": code == verdict,
            "count": count,
        }
        for code, count in counts.items()
    ]
    return {
        "page": page,
        "rows": importing.shown_rows(run, page.object_list),
        "tabs": tabs,
        "to_write": run.rows_new + run.rows_changed,
        "forms": exporting.FORMS.items(),
    }

"""Papers of orders, parcels and returns: links on a row's page, and the PDF."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.desk import HouseAdmin
from parts import papers, queries
from parts.queries.paper_layout import Paper
from workshop.models import Viewer

M = TypeVar("M", bound=Model)
# Kind and name of each.
Papers = Iterable[tuple[str, Any]]
LANGUAGES = (("ja", "日本語"), ("en", "English"))


def pdf(paper: Paper) -> HttpResponse:
    """Return a paper as the answer to a request."""
    answer = HttpResponse(
        papers.press(paper.template, paper.contents), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{paper.filename}"'
    return answer


class PaperAdmin(HouseAdmin[M]):
    """Rows with papers. The first kind is the one that every row has.

    Attributes:
        kinds_of: gives kind and name of each paper that a row has now.
    """

    kinds_of: ClassVar["staticmethod[[Any], Papers]"]

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<path:object_id>/paper/",
            self.admin_site.admin_view(self.paper_view),
            name=self.page_name("paper").removeprefix("admin:"),
        )
        return [page, *super().get_urls()]

    def paper_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Print a paper of a row: ``?kind=…&lang=ja|en``."""
        row = self.get_object(request, object_id)
        if row is None:
            return redirect(self.page_name("changelist"))
        kinds = [kind for kind, _name in type(self).kinds_of(row)]
        kind = request.GET.get("kind", kinds[0])
        language = request.GET.get("lang", "en")
        with override(language if language in dict(LANGUAGES) else "en"):
            return pdf(find_paper(request.user, kind, row))

    @admin.display(description=_("papers"))
    def papers(self, row: Any) -> SafeString:
        url = self.page_url("paper", row.pk)
        links = [
            (f"{url}?kind={kind}&lang={code}", name, code, language)
            for kind, name in type(self).kinds_of(row)
            for code, language in LANGUAGES
        ]
        return format_html_join(
            " · ",
            '<a class="nowrap" href="{}">{} (<span lang="{}">{}</span>)</a>',
            links,
        )


def find_paper(user: Viewer, kind: str, row: Any) -> Paper:
    """Return a paper of a row.

    Raises:
        NotFound: there is no such paper.
    """
    return queries.paper(user, kind=kind, number=row.number)

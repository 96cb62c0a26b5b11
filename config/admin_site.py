"""The admin that parts staff and managers work in: what needs a hand comes first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import labels
from common.models import OutboxEvent
from common.reading import title_of
from parts import queries as parts_queries
from restoration import queries as restoration_queries
from restoration.desk.urls import CLAIMS
from workshop.models import Role, Site

COUNT_EVERY = timedelta(days=90)
LINES_SHOWN = 8


@dataclass(frozen=True)
class Number:
    """One number of the first page; it opens its list."""

    count: int
    label: Promise
    url: str
    state: str


class Named(AutocompleteJsonView):
    """Offers rows under the names that lists and headings call them by."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": title_of(obj)}


@method_decorator(secure_admin_login, name="login")
class HouseAdminSite(admin.AdminSite):
    """The desk. Its first page answers: what needs a hand?

    Its door is the house's: rate limits and the second step hold here.
    """

    site_title = _("Desk")
    index_title = _("What needs a hand")
    index_template = "admin/house_index.html"
    enable_nav_sidebar = True

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast("HttpResponse", Named.as_view(admin_site=self)(request))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the pages that need cars or the plan; parts cannot know of either."""
        own = [
            path(f"claims/{where}", self.admin_view(view), name=f"claims_{name}")
            for where, view, name in CLAIMS
        ]
        search = path("search/", self.admin_view(self.search_view), name="search")
        return [search, *own, *super().get_urls()]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what the reader may open, by name.

        Each name is translated once: Django's own list does it at every comparison
        of its sort, which took half as long as the rest of a page.
        """
        found = self._build_app_dict(request, app_label)
        for app in found.values():
            named = [{**each, "name": str(each["name"])} for each in app["models"]]
            app["models"] = sorted(named, key=itemgetter("name"))
        return sorted(found.values(), key=lambda app: str(app["name"]).lower())

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Find in one box whatever the reader may see; a scanned label leads on."""
        text = request.GET.get("q", "").replace("\x00", "")[:100]
        if labels.read_path(text):
            return redirect(
                reverse("admin:parts_stocklevel_scan", query={"code": text})
            )
        everything = parts_queries.search_everything(text, request.user)
        found = everything.found
        context: dict[str, Any] = {
            "title": _("Search"),
            "text": text,
            "found": found,
            "groups": [self._hits(request, hits, text) for hits in everything.hits],
        }
        if found is not None and found.chain:
            context |= {
                "newest": title_of(found.newest),
                "replaced": gettext("%(old)s was replaced by")
                % {"old": title_of(found.part)},
            }
        return TemplateResponse(
            request, "admin/search.html", {**self.each_context(request), **context}
        )

    def _hits(
        self, request: HttpRequest, hits: parts_queries.Hits, text: str
    ) -> dict[str, Any]:
        """Name what was found of one kind, and lead to what the reader may open."""
        desk = self._registry.get(hits.model)
        opens = desk is not None and desk.has_view_permission(request)
        meta = hits.model._meta
        route = f"admin:{meta.app_label}_{meta.model_name}"
        every = f"{reverse(f'{route}_changelist')}?{urlencode({'q': text})}"
        return {
            "name": capfirst(str(meta.verbose_name_plural)),
            "more": every if opens and hits.has_more else "",
            "rows": [
                {
                    "title": title_of(row),
                    "url": reverse(f"{route}_change", args=[row.pk]) if opens else "",
                }
                for row in hits.rows
            ],
        }

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        today = timezone.localdate()
        soon = parts_queries.incoming(until=today + timedelta(days=7))
        dashboard = {
            "numbers": list(_numbers(request)),
            "cars": restoration_queries.shortages(request.user)[:LINES_SHOWN],
            "coming": soon[:LINES_SHOWN],
            "today": today,
            "sites": Site.objects.order_by("pk"),
        }
        return super().index(request, {**dashboard, **(extra_context or {})})


def _numbers(request: HttpRequest) -> Iterator[Number]:
    today = timezone.localdate()
    counts = parts_queries.desk_counts(today)
    lines = reverse("admin:parts_purchaseorderline_changelist")
    yield Number(counts.arrivals_today, _("Arrivals today"), f"{lines}?due=today", "")
    yield Number(counts.overdue_lines, _("Late orders"), f"{lines}?due=late", "BLOCKED")
    wishes = reverse("admin:parts_demand_changelist")
    yield Number(counts.short_demands, _("Shortages"), f"{wishes}?short=yes", "BLOCKED")
    orders = reverse("admin:parts_partsorder_changelist")
    yield Number(
        counts.orders_to_pick, _("Orders to pick"), f"{orders}?pick=yes", "READY"
    )
    levels = reverse("admin:parts_stocklevel_changelist")
    yield Number(
        counts.parts_to_put_away,
        _("To put away"),
        reverse("admin:parts_stocklevel_put_away"),
        "READY",
    )
    due = parts_queries.counts_due(timezone.now() - COUNT_EVERY).count()
    yield Number(due, _("Counts due"), f"{levels}?count=due", "WAITING")
    watch = reverse("admin:parts_watch_changelist")
    yield Number(
        counts.watch_alerts, _("Watch alerts"), f"{watch}?alert=yes", "WAITING"
    )
    yield _dead_letters(request)


def _dead_letters(request: HttpRequest) -> Number:
    """Events the house gave up; managers may send them again."""
    states = (OutboxEvent.State.DEAD, OutboxEvent.State.UNKNOWN)
    count = OutboxEvent.objects.filter(state__in=states).count()
    is_manager = getattr(request.user, "role", None) == Role.MANAGER
    events = reverse("admin:common_outboxevent_changelist")
    url = f"{events}?state__in={','.join(states)}" if is_manager else ""
    return Number(count, _("Undone work"), url, "BLOCKED")

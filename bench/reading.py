"""What pages cost: statements, CPU of the web process, SQL."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Model

from bench.figures import Figure
from bench.serving import Caller, Cost

MOST_STATEMENTS = 8
API_CPU_MS = 30
OURS_CPU_MS = 45
ADMIN_CPU_MS = 120
SEARCH_SQL_MS = 20


@dataclass(frozen=True)
class Page:
    """One page and what it may cost.

    Attributes:
        name: for the table.
        path: with its query.
        cpu_ms: the bound of CPU.
        is_search: whether the bound of SQL is a search's.
    """

    name: str
    path: str
    cpu_ms: float
    is_search: bool = False


def api_pages(part: int, level: int, order: int) -> Iterator[Page]:
    """Yield the lists of the API, fifty rows each, and details."""
    for name, path in (
        ("parts, list", "parts/?"),
        ("parts, filter", "parts/?life=DISCONTINUED"),
        ("stock, list", "stock-levels/?"),
        ("stock, filter", f"stock-levels/?part={part}"),
        ("movements, list", "stock-movements/?"),
        ("movements, filter", f"stock-movements/?part={part}"),
        ("movements, by kind", "stock-movements/?kind=RECEIPT"),
        ("demands, list", "demands/?"),
        ("demands, filter", "demands/?subject_key=BENCH-subject:7"),
        ("order lines, list", "purchase-order-lines/?"),
        ("orders to suppliers", "purchase-orders/?"),
        ("orders of customers", "parts-orders/?"),
    ):
        yield Page(f"API {name}", f"/api/v1/{path}", API_CPU_MS)
    for name, text in (
        ("number", "BENCH-0012"),
        ("whole number", "BENCH000123"),
        ("name", "gasket 12"),
        ("nothing", "turbine"),
    ):
        path = f"/api/v1/parts/?search={text.replace(' ', '+')}"
        yield Page(f"API search, {name}", path, API_CPU_MS, is_search=True)
    yield Page("API part", f"/api/v1/parts/{part}/", API_CPU_MS)
    yield Page("API position", f"/api/v1/stock-levels/{level}/", API_CPU_MS)
    yield Page("API order", f"/api/v1/parts-orders/{order}/", API_CPU_MS)


def desk_pages() -> Iterator[Page]:
    """Yield the lists of the desk, with a filter and a search for the largest."""
    for name, path in (
        ("parts", "part/"),
        ("parts, filter", "part/?life__exact=DISCONTINUED"),
        ("stock", "stocklevel/"),
        ("stock, filter", "stocklevel/?bin__kind__exact=STORE"),
        ("movements", "stockmovement/"),
        ("movements, filter", "stockmovement/?kind__exact=RECEIPT"),
        ("wishes", "demand/"),
        ("holds", "reservation/"),
        ("numbers", "partnumber/"),
        ("offers", "supplieroffer/"),
        ("order lines", "purchaseorderline/"),
        ("orders to suppliers", "purchaseorder/"),
        ("orders of customers", "partsorder/"),
    ):
        yield Page(f"desk {name}", f"/admin/parts/{path}", ADMIN_CPU_MS)
    for name, path in (
        ("parts", "part/?q=BENCH-0012"),
        ("stock", "stocklevel/?q=BENCH-0012"),
        ("movements", "stockmovement/?q=BENCH-0012"),
        ("wishes", "demand/?q=BENCH-0012"),
    ):
        page = f"/admin/parts/{path}"
        yield Page(f"desk search, {name}", page, ADMIN_CPU_MS, is_search=True)
    yield Page("desk, first page", "/admin/", OURS_CPU_MS)


def desk_rows(rows: Iterable[Model]) -> Iterator[Page]:
    """Yield the page of each row."""
    for row in rows:
        meta = row._meta
        path = f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/"
        yield Page(f"desk, one {meta.verbose_name}", path, ADMIN_CPU_MS)


def portal_pages(order: str) -> Iterator[Page]:
    """Yield the pages of a customer with fifty orders."""
    yield Page("portal, orders", "/portal/orders/", OURS_CPU_MS)
    yield Page("portal, order", f"/portal/orders/{order}/", OURS_CPU_MS)


def figures_of(page: Page, caller: Caller, calibration: Cost) -> Iterator[Figure]:
    """Measure one page."""
    cost = caller.usual(page.path)
    ratio = cost.cpu_ms / calibration.cpu_ms
    yield Figure(f"{page.name}: CPU", cost.cpu_ms, "ms", page.cpu_ms, ratio=ratio)
    yield Figure(
        f"{page.name}: statements",
        cost.statements,
        "",
        MOST_STATEMENTS,
        note=f"and {cost.door} for the session",
    )
    most = SEARCH_SQL_MS if page.is_search else None
    yield Figure(f"{page.name}: SQL", cost.sql_ms, "ms", most)


def calibrated(page: Page, caller: Caller, calibration: Cost) -> Iterator[Figure]:
    """Measure one page that is told, not bound: its cost beside one row's."""
    cost = caller.usual(page.path)
    yield Figure(
        f"{page.name}: CPU",
        cost.cpu_ms,
        "ms",
        ratio=cost.cpu_ms / calibration.cpu_ms,
        note=f"{cost.statements} statements, SQL {cost.sql_ms:.0f} ms",
    )

"""Late cars and promises at risk: the worst at once, all on demand."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from restoration.models import PlanRun, Project
from tests.board.test_pages import text_of
from tests.restoration.shop import AT, Shop, shop
from tests.restoration.test_query_counts import copy_rows, count

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HEALTH, LATE, RISK = (f"/board/plan/health/{part}" for part in ("", "late/", "risk/"))


def cars(house: Shop, many: int) -> list[Project]:
    """Make cars that are promised ever farther after their wish, and end ever later."""
    copy_rows(house, Project.objects.first() or house.project(), many)
    found = list(Project.objects.filter(number__startswith="X-").order_by("pk"))
    for n, project in enumerate(found, start=1):
        project.wished_on = AT.date() - timedelta(days=n)
    Project.objects.bulk_update(found, ["wished_on"])
    run = PlanRun.objects.get()
    run.detail = {
        "late": [
            {
                "vehicle": str(project.pk),
                "due_by": "PROMISE",
                "due_on": f"{AT.date()}",
                "end_on": f"{AT.date() + timedelta(days=n)}",
            }
            for n, project in reversed(list(enumerate(found, start=1)))
        ]
    }
    run.save()
    return found


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def listed(client: Client, path: str, what: str, **headers: str) -> list[str]:
    """Return the numbers of the cars that a page lists, in their order."""
    page = client.get(path, headers=headers).content.decode()
    start = page.index(f'id="{what}-cars"')
    lines = page[start : page.index("</table>", start)]
    return re.findall(r"/board/projects/([^/]+)/", lines)


@pytest.mark.parametrize("what", ["late", "risk"])
def test_the_worst_are_shown_at_once_and_all_on_a_press(
    house: Shop, manager: Client, what: str
) -> None:
    worst_first = [project.number for project in reversed(cars(house, 30))]

    whole = f"/board/plan/health/{what}/"
    page = manager.get(HEALTH).content.decode()

    assert listed(manager, HEALTH, what) == worst_first[:25]
    assert f'href="{whole}?site={house.site.code}"' in page
    assert f'hx-get="{whole}?site={house.site.code}&amp;after=25"' in page
    assert page.count("Show all 30") == 4
    assert page.count("The worst 25 of 30.") == 2
    assert listed(manager, whole, what) == worst_first
    assert "<h1" in manager.get(whole).content.decode()
    assert "Show all" not in manager.get(whole).content.decode()


@pytest.mark.parametrize("what", ["late", "risk"])
def test_by_keys_one_goes_on_at_the_first_line_that_came(
    house: Shop, manager: Client, what: str
) -> None:
    worst_first = [project.number for project in reversed(cars(house, 30))]

    path = f"/board/plan/health/{what}/?after=25"
    answer = manager.get(path, headers=HTMX)

    page = answer.content.decode()
    assert listed(manager, path, what, **HTMX) == worst_first
    assert re.findall(r"<a autofocus[^>]*>([^<]+)", page) == [worst_first[25]]
    assert "<h1" not in page
    assert "HX-Request" in answer["Vary"]


def test_a_list_that_is_short_is_whole(house: Shop, manager: Client) -> None:
    cars(house, 25)

    page = text_of(manager.get(HEALTH))

    assert "The worst" not in page
    # A phone folds it.
    assert page.count("Show all 25") == 2


def test_more_cars_cost_no_more_statements_and_few_lines(
    house: Shop, manager: Client
) -> None:
    cars(house, 30)
    manager.get(HEALTH)
    few = count(lambda: manager.get(HEALTH))
    length = len(manager.get(HEALTH).content)
    cars(house, 60)

    assert count(lambda: manager.get(HEALTH)) == few
    assert len(manager.get(HEALTH).content) < length * 1.05


def test_an_empty_list_says_so(house: Shop, manager: Client) -> None:
    assert "No plan yet" in text_of(manager.get(LATE))
    assert "No promise is at risk." in text_of(manager.get(RISK))
    cars(house, 1)
    PlanRun.objects.update(detail={})
    assert "None: the plan ends every car by its promise." in text_of(manager.get(LATE))

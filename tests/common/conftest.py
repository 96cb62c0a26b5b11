"""What the tests of the ground share."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection


def in_parallel(*works: Callable[[], Any]) -> list[Any]:
    """Run each work in a thread of its own; return results or errors in order."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001
            results[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, work))
        for place, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.fixture
def parallel() -> Callable[..., list[Any]]:
    return in_parallel

"""The desk's pages of this face: path, view, name. The admin site takes them in."""

from collections.abc import Callable

from django.http import HttpResponse

from restoration.desk import shortages

View = Callable[..., HttpResponse]

CLAIMS: tuple[tuple[str, View, str], ...] = (
    ("shortages/", shortages.shortages, "shortages"),
)

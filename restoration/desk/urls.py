"""The desk's pages of this face: path, view, name. The admin site takes them in."""

from collections.abc import Callable

from django.http import HttpResponse

from restoration.desk import buying, cars, scarcity, shortages

View = Callable[..., HttpResponse]

CLAIMS: tuple[tuple[str, View, str], ...] = (
    ("shortages/", shortages.shortages, "shortages"),
    ("buy-now/<int:site_id>/", buying.buy_now, "buy_now"),
    ("buy-now/<int:site_id>/<int:part_id>/draft/", buying.draft, "draft"),
    ("scarce/", scarcity.scarce, "scarce"),
    ("scarce/<int:part_id>/<int:site_id>/", scarcity.weigh, "weigh"),
    ("scarce/<int:part_id>/<int:site_id>/propose/", scarcity.propose, "propose"),
    ("scarce/<int:part_id>/<int:site_id>/decide/", scarcity.decide, "decide"),
    ("scarce/rules/<int:site_id>/", scarcity.rules, "rules"),
    ("cars/<int:pk>/", cars.cars_for_part, "cars"),
)

"""Which workshop a page of the board speaks of."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from workshop.models import Site


def chosen_site(request: HttpRequest) -> Site | None:
    """Return the site that ``?site=`` names, else the first; None in an empty house.

    Raises:
        InvalidInput: no site has this code.
    """
    sites = Site.objects.order_by("pk")
    # PostgreSQL takes no such character, and no code has one.
    code = request.GET.get("site", "").replace("\0", "�")
    if not code:
        return sites.first()
    site = sites.filter(code=code).first()
    if site is None:
        raise InvalidInput(
            _("There is no workshop “%(code)s”; there are %(known)s."),
            field="site",
            code=code[:20],
            known=", ".join(sites.values_list("code", flat=True)),
        )
    return site

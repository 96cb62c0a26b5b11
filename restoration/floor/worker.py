"""Whose clock a page of the floor is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from common.querysets import get_visible
from workshop.models import Role, Technician


@dataclass(frozen=True, slots=True)
class Worker:
    """The technician of a page, and who looks at it."""

    technician: Technician | None
    # A manager looks over a technician's shoulder; the address names whose.
    is_own: bool
    colleagues: Sequence[Technician]

    @property
    def query(self) -> str:
        """What every address carries so that the page stays about the same person."""
        if self.is_own or self.technician is None:
            return ""
        return f"?technician={self.technician.pk}"

    @property
    def technician_id(self) -> int | None:
        return self.technician.pk if self.technician else None

    def url(self, name: str, *args: int) -> str:
        """Return a page of the floor, still about the same person."""
        return reverse(f"floor:{name}", args=args) + self.query


def worker_of(request: HttpRequest) -> Worker:
    """Return whose page is asked for: one's own, or the one a manager names.

    Raises:
        NotFound: the manager names nobody who works here.
    """
    user = request.user
    known = Technician.objects.employed().select_related("site")
    if getattr(user, "role", "") != Role.MANAGER:
        own = known.visible_to(user).filter(user_id=int(user.pk or 0)).first()
        return Worker(own, is_own=True, colleagues=())
    colleagues = list(known.visible_to(user).order_by("name_kana", "name", "pk"))
    named = request.GET.get("technician", "")
    if not named:
        return Worker(None, is_own=False, colleagues=colleagues)
    technician = get_visible(known, user, pk=named)
    return Worker(technician, is_own=False, colleagues=colleagues)

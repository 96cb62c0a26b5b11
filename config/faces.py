"""Which face each role works in. The first one is where it lands."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workshop.models import Role


@dataclass(frozen=True)
class Face:
    """One face of the house and where it begins."""

    name: Promise
    url: str


PORTAL = Face(_("My cars"), "/portal/")
FLOOR = Face(_("Floor"), "/floor/")
BOARD = Face(_("Board"), "/board/")
DESK = Face(_("Desk"), "/admin/")

FACES = {
    Role.CUSTOMER: (PORTAL,),
    Role.TECHNICIAN: (FLOOR,),
    Role.PARTS: (DESK,),
    Role.MANAGER: (BOARD, DESK, FLOOR),
}


def faces_of(role: str) -> tuple[Face, ...]:
    """Return the faces a role works in, the one it lands in first."""
    return FACES.get(Role(role), ()) if role in Role.values else ()

"""What every page knows about its reader."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.faces import faces_of
from config.seeding.demo import demo_logins
from workshop.models import Role


def reader(request: HttpRequest) -> dict[str, Any]:
    """Name the reader's role and the faces it opens.

    Returns:
        ``role``: one of `workshop.models.Role`, or '' for someone not signed in;
        ``faces``: the faces of this role, each with ``name``, ``url`` and ``is_here``;
        ``demo_logins``: one login per role, each with ``role``, ``email`` and
        ``password``; nothing where this is no demo. Read only by the page that asks.
    """
    user = getattr(request, "user", None)
    role = getattr(user, "role", "") if user and user.is_authenticated else ""
    return {
        "role": role,
        "faces": [
            {
                "name": face.name,
                "url": face.url,
                "is_here": request.path.startswith(face.url),
            }
            for face in faces_of(role)
        ],
        "demo_logins": named_logins if settings.DEMO else (),
    }


def named_logins() -> list[dict[str, str]]:
    """Return the demo's logins with each role as people call it."""
    return [{**row, "role": str(Role(row["role"]).label)} for row in demo_logins()]

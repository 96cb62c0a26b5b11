"""What every page knows about its reader."""

from typing import Any

from django.http import HttpRequest

from config.faces import faces_of


def reader(request: HttpRequest) -> dict[str, Any]:
    """Name the reader's role and the faces it opens.

    Returns:
        ``role``: one of `workshop.models.Role`, or '' for someone not signed in;
        ``faces``: the faces of this role, each with ``name``, ``url`` and ``is_here``.
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
    }

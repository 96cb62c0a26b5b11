"""Files of people handed to a browser: as what we know them to be, and nothing else."""

from django.http import HttpResponse

from common.models import Attachment

# Nothing in a file of ours may run or call out, whatever it holds.
SAFE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def handed_out(stored: Attachment, name: str) -> HttpResponse:
    """Return a stored file; the caller has asked whether this person may have it.

    Args:
        stored: its bytes and what they are.
        name: what it is called when it is kept, without its ending. Pictures are
            shown, everything else is kept.
    """
    is_picture = stored.media_type.startswith("image/")
    with stored.file.open("rb") as kept:
        answer = HttpResponse(kept.read(), content_type=stored.media_type)
    ending = "jpg" if is_picture else "pdf"
    how = "inline" if is_picture else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}.{ending}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = SAFE
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer

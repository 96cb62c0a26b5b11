"""Photos and papers of parts: checked, drawn anew, kept."""

import hashlib
import io
import struct
import warnings
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from common import audit
from common.errors import InvalidInput
from common.models import Attachment
from common.retry import retrying
from parts.commands.refusals import missing, needed_reason
from parts.commands.running import once
from parts.models import Part, PartFile

MOST_BYTES = 20 * 1024 * 1024
# More than a camera makes; a small file can hold far more and would fill the memory.
MOST_PIXELS = 60_000_000
LONGEST_EDGE = 2400
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_TITLE = 200


def attach_part_file(
    *,
    part_id: int,
    content: bytes,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    title: str = "",
) -> PartFile:
    """Keep a photo or a PDF with a part.

    What a file is, its bytes say and not its name. A photo is drawn anew: upright, at
    most 2,400 points long, without the place and camera that it was taken with.

    Args:
        part_id: the part.
        content: the file's bytes, at most 20 MB.
        key: the caller's key.
        at: when, aware.
        actor_id: who hands it in.
        title: what it shows.

    Raises:
        InvalidInput: empty, too large, or neither a JPEG, PNG or WebP nor a PDF.
        NotFound: no such part.
        KeyReused: the key was used with another file.

    Source: docs/domain/catalogue.md C22.
    """
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(_("Give at most 200 characters."), field="title")
    if not content or len(content) > MOST_BYTES:
        raise InvalidInput(_("A file of at most 20 MB was expected."), field="file")

    def work(_command_id: UUID) -> dict[str, int]:
        if not Part.objects.filter(pk=part_id).exists():
            raise missing("part")
        kind, kept = _kept(content)
        is_photo = kind == PartFile.Kind.PHOTO
        stored = Attachment(
            sha256=hashlib.sha256(kept).hexdigest(),
            media_type="image/jpeg" if is_photo else "application/pdf",
            byte_size=len(kept),
            uploaded_at=at,
            uploaded_by_id=actor_id,
            owner_key=f"part:{part_id}",
        )
        name = "photo.jpg" if is_photo else "paper.pdf"
        stored.file.save(name, ContentFile(kept), save=True)
        row = PartFile.objects.create(
            part_id=part_id, attachment=stored, kind=kind, title=title.strip()
        )
        audit.record(
            subject=f"part:{part_id}",
            command="attach_part_file",
            actor_id=actor_id,
            at=at,
            detail={"file": row.pk, "sha256": stored.sha256, "kind": kind},
        )
        return {"file": row.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="attach_part_file",
        body={
            "part": part_id,
            "sha256": hashlib.sha256(content).hexdigest(),
            "title": title,
        },
        work=work,
    )
    return PartFile.objects.select_related("attachment").get(pk=answer["file"])


@retrying
@transaction.atomic
def remove_part_file(
    *, file_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Take a photo or paper off a part. Returns whether this call did it.

    The stored bytes go once the removal is sure.

    Raises:
        InvalidInput: no reason is given.
    """
    why = needed_reason(reason)
    rows = PartFile.objects.select_related("attachment").select_for_update(of=("self",))
    row = rows.filter(pk=file_id).first()
    if row is None:
        return False
    stored, part_id = row.attachment, row.part_id
    row.delete()
    stored.delete()
    transaction.on_commit(lambda: stored.file.delete(save=False))
    audit.record(
        subject=f"part:{part_id}",
        command="remove_part_file",
        actor_id=actor_id,
        at=at,
        detail={"file": file_id, "sha256": stored.sha256, "reason": why},
    )
    return True


# What Pillow raises at bytes that were made to do harm, and at odd notes of cameras.
_UNREADABLE = (
    OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip


def _kept(content: bytes) -> tuple[PartFile.Kind, bytes]:
    if content.startswith(b"%PDF-"):
        return PartFile.Kind.DOCUMENT, content
    return PartFile.Kind.PHOTO, redrawn(content)


def redrawn(content: bytes) -> bytes:
    """Return a photo as a JPEG of our own, upright and without its metadata.

    Raises:
        InvalidInput: it is no picture that we read, or one of too many points.
    """
    unreadable = InvalidInput(
        _("A JPEG, PNG or WebP picture, or a PDF, was expected."), field="file"
    )
    try:
        with warnings.catch_warnings():
            # Its size is checked below, before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise InvalidInput(
                _("A picture of at most 60 million points was expected."), field="file"
            )
        upright = ImageOps.exif_transpose(picture)
    except _UNREADABLE as error:
        raise unreadable from error
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    flat = Image.new("RGB", upright.size, "white")
    clear = upright.convert("RGBA")
    flat.paste(clear, mask=clear.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()

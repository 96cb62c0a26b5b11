"""A file's way in: handed in, its columns matched, checked, approved, or given up."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.canonical import JSON
from common.errors import InvalidInput
from common.models import Attachment
from common.retry import retrying
from parts.commands.importing.kinds import KINDS
from parts.commands.importing.tables import suggested, table_in, table_of
from parts.commands.refusals import WrongState, missing, needed_reason
from parts.commands.running import once
from parts.importing.encodings import OFFERED
from parts.importing.problems import FileRefused
from parts.importing.reading import Table
from parts.models import Import, Supplier
from workshop.models import Site

State = Import.State
BEFORE_CHECK = (State.UPLOADED, State.CHECKED, State.FAILED)
ENDS = (State.DONE, State.CANCELLED)
MEDIA_TYPES = {
    True: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    False: "text/csv",
}


class UnusableFile(InvalidInput):
    """A file that is no table, or too large, or made to do harm."""

    title = _("This file cannot be read")
    todo = _("Save it as CSV or XLSX and hand it in again.")


def start_import(
    *,
    kind: str,
    data: bytes,
    name: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    site_id: int | None = None,
    supplier_id: int | None = None,
) -> Import:
    """Take a file in, look at its header and suggest what its columns are.

    Nothing of ours changes by it. Idempotent by ``key``.

    Args:
        kind: one of `Import.Kind`.
        data: the whole file.
        name: what it is called; shown, never used as a path.
        key: the caller's key.
        at: when, aware.
        actor_id: who hands it in.
        site_id: for rows that name no site.
        supplier_id: for rows that name no supplier.

    Raises:
        UnusableFile: it is no table, or too large.
        InvalidInput: an unknown kind.
        NotFound: no such site or supplier.
    """
    if kind not in KINDS:
        raise InvalidInput(_("There is no such kind of file."), field="kind")
    if site_id is not None and not Site.objects.filter(pk=site_id).exists():
        raise missing("site")
    if supplier_id is not None and not Supplier.objects.filter(pk=supplier_id).exists():
        raise missing("supplier")
    table = _usable(data, kind)
    sha256 = hashlib.sha256(data).hexdigest()

    def work(_command_id: UUID) -> dict[str, int]:
        stored = Attachment(
            sha256=sha256,
            media_type=MEDIA_TYPES[bool(table.sheet)],
            byte_size=len(data),
            uploaded_by_id=actor_id,
            uploaded_at=at,
        )
        stored.file.save(
            "table.xlsx" if table.sheet else "table.csv", ContentFile(data)
        )
        run = Import.objects.create(
            kind=kind,
            file=stored,
            file_name=_plain_name(name),
            encoding=table.encoding,
            sheet=table.sheet[:60],
            mapping=suggested(kind, table.header),
            site_id=site_id,
            supplier_id=supplier_id,
            created_by_id=actor_id,
            created_at=at,
        )
        stored.owner_key = f"import:{run.pk}"
        stored.save(update_fields=["owner_key"])
        return {"import": run.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="start_import",
        body={"kind": kind, "sha256": sha256, "site": site_id, "supplier": supplier_id},
        work=work,
    )
    return Import.objects.get(pk=answer["import"])


def _usable(data: bytes, kind: str) -> Table:
    try:
        return table_in(data, kind)
    except FileRefused as refusal:
        raise unusable(refusal) from refusal


def unusable(refusal: FileRefused, field: str = "file") -> UnusableFile:
    """Return the refusal that people and machines are told."""
    return UnusableFile(refusal.sentence, field=field)


def _plain_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-200:] or "-"


@retrying
@transaction.atomic
def read_again(
    *,
    import_id: int,
    encoding: str,
    sheet: str,
    at: datetime,
    actor_id: int | None = None,
) -> Import:
    """Read a file's header in another encoding or from another sheet.

    Args:
        import_id: the file.
        encoding: one of those offered; '' to find it out.
        sheet: of a workbook; '' for the first.
        at: when, aware.
        actor_id: who reads it so.

    Raises:
        UnusableFile: it cannot be read so.
        InvalidInput: an encoding or a sheet that is not there.
        WrongState: it is being worked on or done with.
        NotFound: no such import.
    """
    run = locked_import(import_id, BEFORE_CHECK)
    if encoding and encoding not in (*OFFERED, run.encoding):
        raise InvalidInput(_("This encoding is not known."), field="encoding")
    run.encoding, run.sheet = encoding, sheet
    try:
        table = table_of(run)
    except FileRefused as refusal:
        raise unusable(refusal, "encoding") from refusal
    if sheet and sheet not in table.sheets:
        raise InvalidInput(_("There is no such sheet in the file."), field="sheet")
    run.encoding, run.sheet = table.encoding, table.sheet[:60]
    run.mapping = suggested(run.kind, table.header)
    run.state = State.UPLOADED
    run.save(update_fields=["encoding", "sheet", "mapping", "state"])
    _note(run, "read_again", actor_id, at, encoding=run.encoding)
    return run


@retrying
@transaction.atomic
def match_columns(
    *,
    import_id: int,
    mapping: Mapping[str, str],
    at: datetime,
    actor_id: int | None = None,
) -> Import:
    """Say which column is which field, and have the rows checked by a worker.

    Args:
        import_id: the file.
        mapping: a field, or '', by the header's names.
        at: when, aware.
        actor_id: who says so.

    Raises:
        InvalidInput: a field twice, an unknown one, or one missing.
        WrongState: it is being worked on or done with.
        NotFound: no such import.
    """
    run = locked_import(import_id, BEFORE_CHECK)
    kind = KINDS[run.kind]
    wanted = [name for name in mapping.values() if name]
    twice = [name for name, count in Counter(wanted).items() if count > 1]
    labels = {each.name: each.label for each in kind.fields.all}
    if set(wanted) - labels.keys() or set(mapping) != set(run.mapping):
        raise InvalidInput(_("These columns are not the file's."), field="mapping")
    if twice:
        raise InvalidInput(
            _("Two columns cannot both be “%(field_name)s”."),
            field="mapping",
            field_name=labels[twice[0]],
        )
    for group in kind.needs_one_of:
        if not set(group) & set(wanted):
            raise InvalidInput(
                _("A column for “%(field_name)s” is needed."),
                field="mapping",
                field_name=labels[group[0]],
            )
    run.mapping = dict(mapping)
    _ask_check(run)
    _note(run, "match_columns", actor_id, at, fields=sorted(wanted))
    return run


@retrying
@transaction.atomic
def ask_check(*, import_id: int, at: datetime, actor_id: int | None = None) -> Import:
    """Have the rows checked anew: the house may have changed since.

    Args:
        import_id: the file.
        at: when, aware.
        actor_id: who asks for it.

    Raises:
        WrongState: it is being worked on or done with.
        NotFound: no such import.
    """
    run = locked_import(import_id, (State.CHECKED, State.FAILED))
    _ask_check(run)
    _note(run, "ask_check", actor_id, at)
    return run


def _ask_check(run: Import) -> None:
    run.rows.all().delete()
    run.state, run.failure = State.CHECKING, ""
    run.rows_total = run.rows_done = run.rows_new = run.rows_changed = 0
    run.rows_same = run.rows_refused = 0
    run.save()
    outbox.write("parts.check_import", subject=f"import:{run.pk}", import_id=run.pk)


@retrying
@transaction.atomic
def approve_import(
    *, import_id: int, mode: str, at: datetime, actor_id: int | None = None
) -> Import:
    """Have a checked file written by a worker. Approving again changes nothing.

    Args:
        import_id: the file.
        mode: the whole file or nothing, or valid rows only.
        at: when, aware.
        actor_id: who approves it.

    Raises:
        WrongState: it has not been checked, or has refused rows and is to be whole.
        NotFound: no such import.
    """
    run = locked_import(import_id, (State.CHECKED, State.WRITING, State.DONE))
    if run.state != State.CHECKED:
        return run
    if mode not in Import.Mode.values:
        raise InvalidInput(_("Say which rows are to be written."), field="mode")
    if mode == Import.Mode.ALL_OR_NOTHING and run.rows_refused:
        raise WrongState(
            _("%(rows)s rows are refused, so the whole file is."), rows=run.rows_refused
        )
    run.mode, run.state, run.rows_done = mode, State.WRITING, 0
    run.save(update_fields=["mode", "state", "rows_done"])
    outbox.write("parts.write_import", subject=f"import:{run.pk}", import_id=run.pk)
    _note(run, "approve_import", actor_id, at, mode=mode)
    return run


def _note(
    run: Import, command: str, actor_id: int | None, at: datetime, **detail: JSON
) -> None:
    """Write down who did a step; the last statement of each command."""
    audit.record(
        subject=f"import:{run.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"kind": run.kind, **detail},
    )


@retrying
@transaction.atomic
def cancel_import(
    *, import_id: int, at: datetime, reason: str = "", actor_id: int | None = None
) -> bool:
    """Give a file up before it is written; a worker that is at it stops and undoes.

    Returns whether this call did it.

    Args:
        import_id: the file.
        at: when, aware.
        reason: why; may be empty.
        actor_id: who gives it up.

    Raises:
        WrongState: it is written.
        InvalidInput: a long reason.
        NotFound: no such import.
    """
    run = locked_import(import_id, State.values)
    if run.state == State.CANCELLED:
        return False
    if run.state == State.DONE:
        raise WrongState(_("The file is written already."))
    run.state, run.finished_at = State.CANCELLED, at
    run.save(update_fields=["state", "finished_at"])
    audit.record(
        subject=f"import:{run.pk}",
        command="cancel_import",
        actor_id=actor_id,
        at=at,
        detail={"kind": run.kind}
        | ({"reason": needed_reason(reason)} if reason.strip() else {}),
    )
    return True


def locked_import(import_id: int, states: "tuple[str, ...] | list[str]") -> Import:
    """Return one import, locked, in one of some states.

    Raises:
        WrongState: it is in another.
        NotFound: no such import.
    """
    rows = Import.objects.filter(pk=import_id).select_for_update(no_key=True)
    run = rows.first()
    if run is None:
        raise missing("import")
    if run.state not in states:
        raise WrongState(
            _("The file is in another state: %(state)s."), state=run.get_state_display()
        )
    return run

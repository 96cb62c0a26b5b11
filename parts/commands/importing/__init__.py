"""Reading files into the house: matched, checked, looked at, then written."""

from parts.commands.importing.checking import check_import
from parts.commands.importing.flow import (
    approve_import,
    ask_check,
    cancel_import,
    match_columns,
    read_again,
    start_import,
    unusable,
)
from parts.commands.importing.kinds import KINDS, kind_of
from parts.commands.importing.tables import table_of
from parts.commands.importing.telling import (
    failure,
    progress,
    reason_lines,
    shown_rows,
    steps_of,
)
from parts.commands.importing.writing import progress_key, write_import

__all__ = [
    "KINDS",
    "approve_import",
    "ask_check",
    "cancel_import",
    "check_import",
    "failure",
    "kind_of",
    "match_columns",
    "progress",
    "progress_key",
    "read_again",
    "reason_lines",
    "shown_rows",
    "start_import",
    "steps_of",
    "table_of",
    "unusable",
    "write_import",
]

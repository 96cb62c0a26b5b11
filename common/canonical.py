"""JSON values and one way to write them down, so that equal things hash equally."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

# Fractions travel as strings: a float would not come back from the database, nor
# from another language, as it went in.
JSON: TypeAlias = bool | int | str | Sequence["JSON"] | Mapping[str, "JSON"] | None


def refuse_floats(value: object, path: str = "") -> None:
    """Raise unless the value is made of what `JSON` names.

    Raises:
        TypeError: a float, date, Decimal or other object, named by its path.
    """
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{path}: key {key!r} is not a string")
            refuse_floats(item, f"{path}.{key}")
        return
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            refuse_floats(item, f"{path}[{index}]")
        return
    raise TypeError(
        f"{path or 'value'}: {type(value).__name__} is not JSON here; write it as text"
    )


def canonical_json(value: object) -> str:
    """Return the one spelling of a JSON value: sorted keys, no spaces, UTF-8.

    Raises:
        TypeError: the value holds something that is not JSON, or a float.
    """
    refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()

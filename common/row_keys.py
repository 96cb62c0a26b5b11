"""Keys of rows as people and addresses write them."""

# So many digits fit into the column of a key.
DIGITS = 18


def row_key(text: str | None) -> int:
    """Return the key that a text names; 0, which no row has, for what is none."""
    said = text or ""
    return int(said) if said.isdecimal() and len(said) <= DIGITS else 0

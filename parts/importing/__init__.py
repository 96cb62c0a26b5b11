"""Files as they come: their bytes, columns and values. Nothing here writes a row."""

"""Set one paper: ``python compile.py FOLDER TEMPLATE FONTS``; the PDF goes to stdout.

A process of its own, so that a time limit can end it. It knows nothing of the house.
"""

import sys
from pathlib import Path

import typst


def main(folder: str, template: str, fonts: str) -> None:
    pdf = typst.compile(  # type: ignore[misc]  # its types leave one open
        str(Path(folder) / template),
        root=Path(folder),
        font_paths=[fonts],
        ignore_system_fonts=True,
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main(*sys.argv[1:4])

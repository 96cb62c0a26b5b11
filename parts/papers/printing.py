"""The press: a template and its contents become a PDF, within a time limit."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts" / "noto-sans-jp"
SECONDS = 30


class PaperFailed(DomainError):
    """The press did not finish."""

    status = 503
    title = _("The paper could not be made")
    default_sentence = _("The paper could not be made in time.")
    todo = _("Try again in a moment.")


def press(
    template: str, contents: Mapping[str, Any], *, seconds: int = SECONDS
) -> bytes:
    """Return a paper as PDF. Only our own font is used, and nothing is fetched.

    Args:
        template: the name of a template, such as ``quote``.
        contents: what it says, as JSON: words and amounts as people read them.
        seconds: the time limit.

    Raises:
        PaperFailed: it took longer, or the template does not fit the contents.
    """
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        for name in ("frame.typ", f"{template}.typ"):
            shutil.copy(TEMPLATES / name, folder)
        told = json.dumps(contents, ensure_ascii=False)
        (Path(folder) / "contents.json").write_text(told, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603  # our own script, fixed arguments
                [
                    sys.executable,
                    "-I",
                    str(HERE / "compile.py"),
                    folder,
                    f"{template}.typ",
                    str(FONTS),
                ],
                capture_output=True,
                timeout=seconds,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise PaperFailed from error
        except subprocess.CalledProcessError as error:
            raise PaperFailed(
                _("The paper could not be made; the house has been told."),
                fault=error.stderr.decode(errors="replace")[-500:],
            ) from error
    return done.stdout

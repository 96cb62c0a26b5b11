"""Whatever is recorded or sent has a name for people."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.utils import translation

from common.names import command_name, task_name
from config.celery import app as celery_app

APPS = ("workshop", "parts", "restoration")


def commands_of(app: str) -> Iterator[str]:
    """Yield what an app's commands are recorded as.

    A name is given as ``command=``, or is that of a public command and stands as a text
    among a call's values.
    """
    public: list[str] = import_module(f"{app}.commands").__all__
    given: set[str] = set()
    for path in (Path(settings.BASE_DIR) / app / "commands").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                values = [*node.args, *(each.value for each in node.keywords)]
                given |= set(texts(values))
                named = [each.value for each in node.keywords if each.arg == "command"]
                yield from texts(named)
    yield from given & {*public}


def texts(values: list[ast.expr]) -> Iterator[str]:
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_recorded_command_has_a_name(language: str) -> None:
    commands = {name for app in APPS for name in commands_of(app)}
    assert {"place_parts_order", "grant_role", "start_card"} <= commands

    with translation.override(language):
        unnamed = [name for name in sorted(commands) if command_name(name) == name]

    assert unnamed == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_registered_task_has_a_name(language: str) -> None:
    celery_app.loader.import_default_modules()
    ours = ("common.", *(f"{app}." for app in APPS))
    tasks = [name for name in current_app.tasks if name.startswith(ours)]
    assert "restoration.plan_site" in tasks

    with translation.override(language):
        unnamed = [name for name in sorted(tasks) if task_name(name) == name]

    assert unnamed == []

"""What commands and tasks are called: each floor names its own."""

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise

_commands: dict[str, Text] = {}
_tasks: dict[str, Text] = {}


def register(*, commands: Mapping[str, Text], tasks: Mapping[str, Text]) -> None:
    """Name commands and tasks.

    Args:
        commands: as written into audit entries → what was done, for people.
        tasks: as registered with Celery → what is to be done.
    """
    _commands.update(commands)
    _tasks.update(tasks)


def command_name(command: str) -> str:
    """Return what a command is called; a command nobody names is its own name."""
    return str(_commands.get(command, command))


def task_name(task: str) -> str:
    """Return what a task is called; a task nobody names is its own name."""
    return str(_tasks.get(task, task))


def commands_named() -> list[str]:
    """Return the commands that have a name, in the order of their names."""
    return sorted(_commands, key=command_name)


def tasks_named() -> list[str]:
    """Return the tasks that have a name, in the order of their names."""
    return sorted(_tasks, key=task_name)

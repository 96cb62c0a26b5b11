"""Commands that have their effect once, and answer with the key of their row."""

from collections.abc import Callable, Mapping

from common.idempotency import run_once


def once(
    *,
    key: str,
    user_id: int | None,
    command: str,
    body: Mapping[str, object],
    work: Callable[[], int],
) -> int:
    """Run the work under the caller's key; the same key and body run it once.

    Args:
        key: the caller's key.
        user_id: who asks; None for the house itself.
        command: the command's name.
        body: everything the work depends on.
        work: does it and returns the key of its row.

    Raises:
        KeyReused: the key belongs to another request.
    """
    answer = run_once(key=key, actor_id=user_id, command=command, body=body, work=work)
    if not isinstance(answer, int):
        raise TypeError(f"{command} has stored something other than its row's key")
    return answer

"""Health checks of the containers: ``python tools/probe.py web`` or ``canary QUEUE…``.

It asks without starting Django, so that asking costs little.
"""

import http.client
import os
import sys

import psycopg

SECONDS = 8
# A canary sings every 15 seconds, the relay shows itself every 10.
SILENCE = "60 seconds"


def web() -> bool:
    """Whether the web server answers, under a name it is allowed to have."""
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=SECONDS)
    connection.request("GET", "/healthz", headers={"Host": name or "localhost"})
    return connection.getresponse().status == 200


def canary(queues: list[str]) -> bool:
    """Whether a worker of one of these queues has shown itself lately."""
    query = (
        "SELECT count(*) FROM common_workercanary"
        " WHERE queue = ANY(%s) AND seen_at > now() - %s::interval"
    )
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, connect_timeout=SECONDS) as connection:
        row = connection.execute(query, (queues, SILENCE)).fetchone()
    return bool(row and row[0])


def main(arguments: list[str]) -> int:
    """Answer by the exit code."""
    match arguments:
        case ["web"]:
            return 0 if web() else 1
        case ["canary", *queues] if queues:
            return 0 if canary(queues) else 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

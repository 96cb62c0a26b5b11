"""Databases of the bench's own: one to fill, and an empty one beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg.sql import SQL, Identifier


def fresh_database(url: str, suffix: str, template: str = "template1") -> str:
    """Make a database on the same server; return its URL.

    Args:
        url: of a database, whose name the new one's starts with.
        suffix: what the new one's name ends with.
        template: the database it is a copy of; nobody may be connected to it.
    """
    place, _mark, options = url.partition("?")
    server_url, _slash, given = place.rpartition("/")
    name = given + suffix

    def named(database: str) -> str:
        return f"{server_url}/{database}" + (f"?{options}" if options else "")

    mine = Identifier(name)
    with psycopg.connect(named("postgres"), autocommit=True) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(mine))
        made = SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(made.format(mine, Identifier(template)))
    return named(name)


def name_of(url: str) -> str:
    """Return the name of a URL's database."""
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """Let a block work in another database of the same server."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own

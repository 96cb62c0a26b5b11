"""Databases of the bench's own: one to fill, and an empty one beside it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.sql import SQL, Identifier

Work = Callable[[], AbstractContextManager[None]]


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
def both_open(name: str) -> Iterator[tuple[Work, Work]]:
    """Keep a connection to another database open beside our own.

    Two that take turns every few milliseconds cannot make a new connection each time:
    the first statements of a connection cost several times as much as the next.

    Args:
        name: the other database of the same server.

    Yields:
        What lets a block work in the other one, and what in our own.
    """
    own = connections[DEFAULT_DB_ALIAS]
    other = own.copy()
    other.settings_dict["NAME"] = name

    @contextmanager
    def through(line: BaseDatabaseWrapper) -> Iterator[None]:
        connections[DEFAULT_DB_ALIAS] = line
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    try:
        yield lambda: through(other), lambda: through(own)
    finally:
        other.close()

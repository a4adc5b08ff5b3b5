"""The site's database as a whole: its server, a new database beside it, and the exchange of the two."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import pq, sql

LIBPQ = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
PATIENT = " -c statement_timeout=0 -c lock_timeout=60s"
LEAVE_SECONDS = 5.0  # a program that has just ended may still be connected
LOCALE = ("encoding", "datcollate", "datctype", "datlocprovider", "datlocale", "daticulocale", "daticurules")
PROVIDERS = {"b": "builtin", "i": "icu", "c": "libc"}

Admin = psycopg.Connection[dict[str, Any]]


def lift_limits() -> None:
    """Take this process out of the pool and free it of the time limits that DATABASE_POOL means for pages."""
    options = connection.settings_dict["OPTIONS"]
    if not options["options"].endswith(PATIENT):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # known to PostgreSQL's wrapper only
        options.pop("pool", None)
        options["options"] += PATIENT


def parameters() -> dict[str, str]:
    """Return the connection's parameters as PostgreSQL's own programs know them."""
    return {name: str(value) for name, value in connection.get_connection_params().items() if name in LIBPQ}


def server_major() -> int:
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]  # known to PostgreSQL's wrapper only


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django work on another database of the server for the block."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


@contextmanager
def administration() -> Iterator[Admin]:
    """Connect to a database beside the site's, because none can be renamed by a session that is in it."""
    beside = "template1" if connection.settings_dict["NAME"] == "postgres" else "postgres"
    to = parameters() | {"dbname": beside}
    with psycopg.connect(**to, autocommit=True, row_factory=psycopg.rows.dict_row) as admin:  # type: ignore[arg-type]
        yield admin


def may_create(admin: Admin, name: str) -> bool:
    """Return whether the role may create databases and rename this one."""
    row = admin.execute(
        "SELECT (rolcreatedb OR rolsuper) AND pg_has_role(datdba, 'MEMBER') AS may FROM pg_roles, pg_database"
        " WHERE rolname = current_user AND datname = %s",
        [name],
    ).fetchone()
    return bool(row and row["may"])


def wait_until_unused(admin: Admin, name: str) -> int:
    """Wait for a few seconds until nobody is connected to the database. Return how many still are."""
    deadline = time.monotonic() + LEAVE_SECONDS
    while (users := _users(admin, name)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return users


def _users(admin: Admin, name: str) -> int:
    row = admin.execute(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        " AND coalesce(backend_type, 'client backend') = 'client backend'",
        [name],
    ).fetchone()
    return int(row["n"]) if row else 0


def create_like(admin: Admin, name: str, model: str) -> None:
    """Create an empty database with the encoding and the locale of `model`."""
    template, options = _template(admin, model)
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} ").format(sql.Identifier(name), sql.Identifier(template)) + options
    )


def _template(admin: Admin, model: str) -> tuple[str, sql.Composed]:
    """Prefer template1, which may hold extensions that only a superuser can create, if its locale is the same."""
    own, usual = _locale(admin, model), _locale(admin, "template1")
    if own == usual:
        return "template1", sql.Composed([])
    options = {
        "ENCODING": own["encoding"],
        "LC_COLLATE": own["datcollate"],
        "LC_CTYPE": own["datctype"],
        "LOCALE_PROVIDER": PROVIDERS[own["datlocprovider"]],
        "BUILTIN_LOCALE": own["datlocale"] if own["datlocprovider"] == "b" else None,
        "ICU_LOCALE": (own["datlocale"] or own["daticulocale"]) if own["datlocprovider"] == "i" else None,
        "ICU_RULES": own["daticurules"],
    }
    given = [sql.SQL(f"{word} ") + sql.Literal(value) for word, value in options.items() if value is not None]
    return "template0", sql.SQL(" ").join(given)


def _locale(admin: Admin, name: str) -> dict[str, Any]:
    row = admin.execute(
        "SELECT to_jsonb(d) || jsonb_build_object('encoding', pg_encoding_to_char(encoding)) AS of"
        " FROM pg_database d WHERE datname = %s",
        [name],
    ).fetchone()
    return {column: row["of"].get(column) for column in LOCALE} if row else {}


def drop(admin: Admin, name: str) -> None:
    """Delete the database if it exists, and end what is connected to it."""
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def exchange(admin: Admin, new: str, name: str, old: str) -> None:
    """Give `new` the name of `name`, which becomes `old`: both or neither."""
    with admin.transaction():
        for one, other in ((name, old), (new, name)):
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            admin.execute(rename.format(sql.Identifier(one), sql.Identifier(other)))

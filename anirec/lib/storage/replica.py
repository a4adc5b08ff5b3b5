"""Large reads that may be some seconds old go to a replica of the database, if the site has one."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

ALIAS = "replica"


def replica() -> str:
    """Return the alias of the database to read from: `.using(replica())`."""
    return ALIAS if ALIAS in connections.settings else DEFAULT_DB_ALIAS

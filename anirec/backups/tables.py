"""The database's tables: their rows and their size."""

from __future__ import annotations

from django.db import connection

TABLES = """
    SELECT format('%I.%I', nspname, relname), pg_table_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'r' AND relpersistence = 'p' AND nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'
    ) ORDER BY 1
"""


def table_sizes() -> dict[str, int]:
    """Return {table: bytes without its indexes}, without tables of extensions. Names are quoted and hold the schema."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return dict(cursor.fetchall())


def count_rows() -> dict[str, int]:
    """Return {table: number of rows}."""
    return {table: int(_value(f"SELECT count(*) FROM {table}")) for table in table_sizes()}


def database_size() -> int:
    """Return the bytes that the database takes on its server's disk."""
    return int(_value("SELECT pg_database_size(current_database())"))


def _value(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]

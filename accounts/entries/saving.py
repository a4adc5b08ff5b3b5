"""Save thousands of rows in one statement: the database reads them from one JSON value.

Django's `bulk_create` sends a parameter for each value, which takes most of the time of a large import.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models


def insert_many(rows: Sequence[models.Model], *, conflict: Collection[str] = (), update: Collection[str] = ()) -> None:
    """Insert new rows of one model, and set their primary keys.

    conflict: fields of the unique constraint by which a row may be there; then its `update` fields are written.
    """
    if not rows:
        return
    model = rows[0]._meta
    fields = {field.column: field for field in model.concrete_fields if not field.primary_key}
    columns = ", ".join(map(_quoted, fields))
    types = ", ".join(f"{_quoted(column)} {field.db_type(connection)}" for column, field in fields.items())
    records = [{column: _plain(field, row) for column, field in fields.items()} for row in rows]
    statement = (
        f"INSERT INTO {_quoted(model.db_table)} ({columns}) SELECT {columns} "
        f"FROM jsonb_to_recordset(%s::jsonb) AS new ({types}) {_on_conflict(rows[0], conflict, update)} RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(records, default=str)])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding = pk, False


def _on_conflict(row: models.Model, conflict: Collection[str], update: Collection[str]) -> str:
    if not conflict:
        return ""
    columns = {field.name: _quoted(field.column) for field in row._meta.concrete_fields}
    written = ", ".join(f"{columns[name]} = EXCLUDED.{columns[name]}" for name in update)
    return f"ON CONFLICT ({', '.join(columns[name] for name in conflict)}) DO UPDATE SET {written}"


def _plain(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = field.pre_save(row, add=True)
    return value if isinstance(field, models.JSONField) else field.get_db_prep_save(value, connection)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")

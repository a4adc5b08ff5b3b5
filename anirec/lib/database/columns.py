"""Columns of a queryset as arrays, without a Python object per value."""

from __future__ import annotations

import numpy as np
from django.db import connections
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from numpy.typing import NDArray

Columns = tuple[NDArray[np.int64], ...]
BYTES_AT_ONCE = 1 << 22  # of text to parse at once


def flag(condition: Q) -> Case:
    """Return an expression that is 1 where the condition holds, else 0."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def copy_columns(rows: QuerySet, width: int) -> Columns:
    """Return the `width` integer columns of a queryset as arrays, streamed by COPY."""
    sql, params = rows.query.sql_with_params()
    text, parts = bytearray(), [np.zeros(0, dtype=np.int64)]
    with connections[rows.db].cursor() as cursor:
        statement = f"COPY ({cursor.mogrify(sql, params)}) TO STDOUT (DELIMITER ' ')"
        with cursor.copy(statement) as copy:
            for line in copy:
                text += line
                if len(text) > BYTES_AT_ONCE:
                    parts.append(_numbers(text))
                    text.clear()
    return tuple(np.concatenate([*parts, _numbers(text)]).reshape(-1, width).T)


def _numbers(text: bytearray) -> NDArray[np.int64]:
    return np.fromstring(bytes(text), dtype=np.int64, sep=" ")

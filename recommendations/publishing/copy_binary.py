"""Encodes rows of numbers and arrays in PostgreSQL's binary COPY format; numpy builds each array in one go.

Source: PostgreSQL manual, COPY, "Binary Format"; array layout from `array_send`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection, models
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
ARRAY_TYPES = {
    np.dtype("int32"): (23, ">i4"),
    np.dtype("float32"): (700, ">f4"),
}  # numpy → (PostgreSQL oid, big-endian)
Row = Sequence[bytes]


def bigint(value: int) -> bytes:
    return struct.pack(">iq", 8, value)


def integer(value: int) -> bytes:
    return struct.pack(">ii", 4, value)


def smallint(value: int) -> bytes:
    return struct.pack(">ih", 2, value)


def real(value: float) -> bytes:
    return struct.pack(">if", 4, value)


def timestamp(value: datetime) -> bytes:
    since = value - EPOCH
    return struct.pack(">iq", 8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def array(values: NDArray[Any]) -> bytes:
    """Encode a one-dimensional array without NULLs. Raises KeyError unless its dtype is int32 or float32."""
    oid, element = ARRAY_TYPES[values.dtype]
    if not len(values):
        return struct.pack(">iiii", 12, 0, 0, oid)
    elements = np.empty(len(values), dtype=[("length", ">i4"), ("value", element)])
    elements["length"] = 4
    elements["value"] = values
    body = struct.pack(">iiiii", 1, 0, oid, len(values), 1) + elements.tobytes()
    return struct.pack(">i", len(body)) + body


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Row]) -> int:
    """Append rows, one encoded value per field, to the model's table. Return the number of rows."""
    columns = ", ".join(
        connection.ops.quote_name(model._meta.get_field(name).column)  # type: ignore[union-attr, arg-type]
        for name in fields
    )
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(HEADER)
            for row in rows:
                copy.write(struct.pack(">h", len(row)) + b"".join(row))
            copy.write(END)
        return cursor.rowcount

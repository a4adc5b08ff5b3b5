"""Stream rows from CSV, Parquet and JSON files. Every file error becomes a CatalogueFileError."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import ijson
import pyarrow
import pyarrow.parquet
import zstandard

from catalog.importing.parsers.base import CatalogueFileError, Row

GZIP_MAGIC, ZSTANDARD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
LONGEST_LINE = 1 << 20  # bytes: far more than a title in JSON Lines, less than a minified file
LARGEST_WINDOW = 1 << 27  # bytes of memory that a Zstandard file may ask for
BATCH = 1_000
UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    csv.Error,
    UnicodeDecodeError,
    ijson.JSONError,
    json.JSONDecodeError,
    pyarrow.ArrowException,
    zstandard.ZstdError,
)


class Position:
    """The current row number of a reader, for error messages."""

    row = 0


@contextmanager
def naming_errors(path: Path) -> Iterator[Position]:
    position = Position()
    try:
        yield position
    except FileNotFoundError as error:
        raise CatalogueFileError(path, "there is no such file") from error
    except UNREADABLE as error:
        raise CatalogueFileError(path, reason_of(error), position.row + 1 if position.row else None) from error


def reason_of(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"the text is not UTF-8 (byte 0x{error.object[error.start]:02x})"
    if isinstance(error, (EOFError, ijson.IncompleteJSONError)):
        return "the file ends in the middle: it is truncated"
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open the file, decompressing gzip and Zstandard whatever its name."""
    with path.open("rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        with _decompressed(raw, start) as stream:
            yield stream


def _decompressed(raw: IO[bytes], start: bytes) -> IO[bytes]:
    if start == ZSTANDARD_MAGIC:
        reader = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
        return io.BufferedReader(reader.stream_reader(raw, read_across_frames=True))  # type: ignore[type-var]
    return gzip.GzipFile(fileobj=raw) if start.startswith(GZIP_MAGIC) else raw  # type: ignore[return-value,arg-type]


def require_columns(path: Path, present: Collection[str], required: Collection[str]) -> None:
    if missing := [name for name in required if name not in present]:
        raise CatalogueFileError(path, f"the columns {', '.join(missing)} are missing: is it another format?")


def csv_rows(path: Path, required: Collection[str]) -> Iterator[tuple[int, Row]]:
    with naming_errors(path) as position, open_bytes(path) as stream:
        reader = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""), strict=True)
        require_columns(path, reader.fieldnames or [], required)
        for number, row in enumerate(reader, start=1):
            if None in row or None in row.values():
                count = sum(value is not None for value in row.values()) + len(row.get(None, [])) - (None in row)
                raise CatalogueFileError(path, f"{count} values for {len(reader.fieldnames or [])} columns", number)
            yield number, row
            position.row = number


def parquet_rows(path: Path, required: Collection[str]) -> Iterator[tuple[int, Row]]:
    with naming_errors(path) as position, pyarrow.parquet.ParquetFile(path) as file:
        require_columns(path, file.schema_arrow.names, required)
        for batch in file.iter_batches(BATCH):
            for row in batch.to_pylist():
                position.row += 1
                yield position.row, {name: None if is_nan(value) else value for name, value in row.items()}


def is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def json_rows(path: Path, prefix: str) -> Iterator[tuple[int, Row]]:
    """Yield (row number, object) of the list at `prefix` ("data.item") or, in JSON Lines, of each line."""
    with naming_errors(path) as position, open_bytes(path) as stream:
        items = enumerate(ijson.items(stream, prefix, use_float=True), start=1)
        for number, item in _objects(path, json_lines(stream) if is_json_lines(path) else items):
            yield number, item
            position.row = number
        if not position.row:
            raise CatalogueFileError(path, f"it holds no {prefix.removesuffix('.item')!r} list of titles")


def is_json_lines(path: Path) -> bool:
    """Return whether the file is JSON Lines: a complete first line followed by another."""
    with open_bytes(path) as stream:
        first, second = stream.readline(LONGEST_LINE), stream.readline(LONGEST_LINE)
    if not second.strip():
        return False
    try:
        json.loads(first)
    except ValueError:
        return False
    return True


def json_lines(stream: IO[bytes]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield number, json.loads(line)


def _objects(path: Path, items: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    for number, item in items:
        if not isinstance(item, dict):
            raise CatalogueFileError(path, f"a title was expected, found {type(item).__name__}", number)
        yield number, item

"""Rating archives: files of a community's ratings, validated and stored as Parquet for training.

Accepts CSV or Parquet with columns for the user, the MAL id and the score (1–10; 0, -1 or empty for "watched, not
scored"). Users may be numbers or names; only numbers are stored.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from numpy.typing import NDArray

from recommendations.models import RatingArchive

COLUMNS = {
    "user": ("user_id", "user", "username", "uid"),
    "title": ("mal_id", "anime_id", "title_id", "item_id", "title"),
    "score": ("score", "rating", "my_score"),
}


class ArchiveError(ValueError):
    """A ratings file is invalid. The message names the file, and the row if one is at fault."""


def import_archive(path: Path, name: str, progress: Callable[[int], None] = lambda rows: None) -> RatingArchive:
    """Validate a ratings file and store it as the archive `name`, replacing an earlier one. All or nothing.

    progress: called with the number of rows read so far. Raises ArchiveError.
    """
    users, titles, scores = read_ratings(path, progress)
    table = pa.table({"user_id": users, "mal_id": titles, "score": scores})
    fingerprint = hashlib.sha256()
    for column in (users, titles, scores):
        fingerprint.update(np.ascontiguousarray(column).data)
    with transaction.atomic():
        archive, _ = RatingArchive.objects.update_or_create(
            name=name,
            defaults={
                "fingerprint": fingerprint.hexdigest(),
                "n_ratings": len(users),
                "n_members": len(np.unique(users)),
                "n_titles": len(np.unique(titles)),
            },
        )
        target = archive.file
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        pq.write_table(table, partial, compression="zstd")
        os.replace(partial, target)
    _remove_unused_files()
    return archive


def read(archive: RatingArchive) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (user ids, MAL ids, scores, 0 for none). Raises ArchiveError if the stored file is missing or damaged."""
    return read_ratings(archive.file)


def _remove_unused_files() -> None:
    used = {archive.file for archive in RatingArchive.objects.all()}
    for path in set(settings.ARCHIVE_DIR.iterdir()) - used:
        path.unlink()


def read_ratings(
    path: Path, progress: Callable[[int], None] = lambda rows: None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (user ids, MAL ids, scores, 0 for none) of a CSV or Parquet file. Raises ArchiveError."""
    parts: list[tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]] = []
    first_row = 1
    try:
        for batch in _batches(path):
            parts.append(_checked(batch, path, first_row))
            first_row += batch.num_rows
            progress(first_row - 1)
    except (pa.ArrowException, OSError, UnicodeDecodeError, EOFError) as error:
        raise ArchiveError(f"{path}: after row {first_row - 1}: {error}") from error
    if first_row == 1:
        raise ArchiveError(f"{path}: no ratings found")
    users = _as_numbers(pa.chunked_array([part[0] for part in parts]))
    titles, scores = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    return users, titles, scores


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if not path.is_file():
        raise ArchiveError(f"{path}: no such file")
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        parquet = pq.ParquetFile(path)
        columns = _columns_of(path, parquet.schema_arrow.names)
        yield from (_renamed(batch, columns) for batch in parquet.iter_batches(columns=list(columns)))
        return
    with gzip.open(path) if magic[:2] == b"\x1f\x8b" else path.open("rb") as file:
        # Read everything as text, so that errors can name the bad value and its row.
        header = file.readline().decode("utf-8-sig").strip().split(",")
        names = [name.strip().strip('"').lower() for name in header]
        columns = _columns_of(path, names)
        reader = pyarrow.csv.open_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(column_names=names),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=list(columns),
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=True,
            ),
        )
        yield from (_renamed(batch, columns) for batch in reader)


def _columns_of(path: Path, names: list[str]) -> dict[str, str]:
    """Return {column in the file: "user" | "title" | "score"}. Raises ArchiveError if one is missing."""
    columns = {}
    for role, accepted in COLUMNS.items():
        column = next((name for name in accepted if name in names), None)
        if column is None:
            raise ArchiveError(
                f"{path}: no column for the {role} ({', '.join(accepted)}) among {', '.join(names)[:200]}"
            )
        columns[column] = role
    return columns


def _renamed(batch: pa.RecordBatch, columns: dict[str, str]) -> pa.RecordBatch:
    return batch.select(list(columns)).rename_columns(list(columns.values()))


def _checked(
    batch: pa.RecordBatch, path: Path, first_row: int
) -> tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]:
    titles = _integers(batch["title"], "MAL id", path, first_row)
    scores = _integers(
        pc.fill_null(batch["score"], pa.scalar(0, pa.int64()).cast(batch["score"].type)), "score", path, first_row
    )
    scores = np.where(scores == -1, 0, scores)
    _refuse((scores < 0) | (scores > 10), scores, "is not a score (1–10, or 0 for none)", path, first_row)
    _refuse(titles < 1, titles, "is not a MAL id", path, first_row)
    if batch["user"].null_count:
        row = first_row + int(np.argmax(batch["user"].is_null().to_numpy(zero_copy_only=False)))
        raise ArchiveError(f"{path}: row {row}: no user")
    return batch["user"], titles, scores


def _integers(column: pa.Array, label: str, path: Path, first_row: int) -> NDArray[np.int64]:
    try:
        numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        whole = np.isfinite(numbers) & (numbers == np.floor(numbers))
    except pa.ArrowInvalid:
        whole = np.array([_is_whole(value) for value in column.to_pylist()])
    if not whole.all():
        at = int(np.argmin(whole))
        raise ArchiveError(f"{path}: row {first_row + at}: {column[at].as_py()!r} is not a {label}")
    return numbers.astype(np.int64)


def _is_whole(value: object) -> bool:
    try:
        return float(str(value)).is_integer()
    except ValueError:
        return False


def _refuse(bad: NDArray[np.bool_], values: NDArray[np.int64], message: str, path: Path, first_row: int) -> None:
    if bad.any():
        at = int(bad.argmax())
        raise ArchiveError(f"{path}: row {first_row + at}: {values[at]} {message}")


def _as_numbers(users: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return user numbers: unchanged if all are non-negative integers, else numbered in order of appearance."""
    try:
        numbers = users.cast(pa.int64()).to_numpy()
        if (numbers >= 0).all():
            return numbers
    except pa.ArrowInvalid:
        pass
    return users.cast(pa.string()).combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)

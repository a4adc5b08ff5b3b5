"""Files of reviews with scores from elsewhere, checked and stored to learn from. Only workers import this module."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.titles.external_ids import title_ids_by_mal
from social.models import ReviewArchive
from social.review_reading.learning.fitting import Texts
from social.review_reading.model import LONGEST

COLUMNS = {"mal_id": pa.int64(), "overall": pa.int64(), "text": pa.string()}
MOST_BYTES = 100_000_000


class ReviewArchiveError(ValueError):
    """A file of reviews is invalid. The message names it, and the row if one is at fault."""


def import_archive(path: Path) -> ReviewArchive:
    """Check a Parquet file of reviews and store it by its name, replacing an earlier one. Raises ReviewArchiveError."""
    table = read_file(path)
    stored = io.BytesIO()
    pq.write_table(table, stored, compression="zstd")
    values = {"file": stored.getvalue(), "n_reviews": table.num_rows}
    return ReviewArchive.objects.update_or_create(name=path.stem[:100], defaults=values)[0]


def read_file(path: Path) -> pa.Table:
    """Return the columns of a file of reviews: mal_id, overall (1–10), text. Raises ReviewArchiveError."""
    if not path.is_file():
        raise ReviewArchiveError(f"{path}: no such file")
    if path.stat().st_size > MOST_BYTES:
        raise ReviewArchiveError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB")
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ReviewArchiveError(f"{path}: not a Parquet file: {error}") from error
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise ReviewArchiveError(f"{path}: no column {', '.join(missing)} among {', '.join(table.column_names)[:200]}")
    return _checked(table.select(list(COLUMNS)), path)


def archived_texts() -> Texts:
    """Return the reviews of all archives. Titles are numbered by their MAL id."""
    tables = [pq.read_table(io.BytesIO(archive.file)) for archive in ReviewArchive.objects.order_by("name")]
    if not tables:
        return Texts([], np.zeros(0), np.zeros(0, dtype=np.int64))
    table = pa.concat_tables(tables)
    texts = [text[:LONGEST] for text in table["text"].to_pylist()]
    return Texts(texts, table["overall"].to_numpy().astype(float), table["mal_id"].to_numpy())


def mal_ids_by_title() -> dict[int, int]:
    return {title_id: mal_id for mal_id, title_id in title_ids_by_mal().items()}


def _checked(table: pa.Table, path: Path) -> pa.Table:
    try:
        table = table.cast(pa.schema(list(COLUMNS.items())))
    except (pa.ArrowException, ValueError) as error:
        raise ReviewArchiveError(
            f"{path}: mal_id and overall must be whole numbers, text must be text: {error}"
        ) from error
    scores = table["overall"]
    wrong = pc.invert(pc.fill_null(pc.and_(pc.greater_equal(scores, 1), pc.less_equal(scores, 10)), False))
    _refuse(wrong, "overall is not a score from 1 to 10", path)
    _refuse(pc.invert(pc.fill_null(pc.greater(table["mal_id"], 0), False)), "mal_id is not a MAL id", path)
    _refuse(pc.fill_null(pc.equal(pc.utf8_length(table["text"]), 0), True), "no text", path)
    if not table.num_rows:
        raise ReviewArchiveError(f"{path}: no reviews found")
    return table


def _refuse(wrong: pa.ChunkedArray, message: str, path: Path) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise ReviewArchiveError(f"{path}: row {row + 1}: {message}")

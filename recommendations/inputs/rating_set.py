"""Interactions as Parquet files of some members each, in a folder or an object storage, for more than one machine.

manifest.json is written last, so a set is whole or isn't one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories, Interactions

ROWS_PER_PART = 1_000_000  # 13 MB in memory; its Gram matrix takes seconds
MANIFEST = "manifest.json"


class RatingSetError(ValueError):
    """A set is missing or damaged. The message names it."""


@dataclass(frozen=True)
class RatingSet:
    """url: of its folder, as fsspec reads it: a path, or s3://…. n_users, n_items, n_ratings: of the whole set."""

    url: str
    n_parts: int
    n_users: int
    n_items: int
    n_ratings: int

    @classmethod
    def open(cls, url: str) -> Self:
        """Return a set that was written before. Raises RatingSetError."""
        try:
            with fsspec.open(f"{url}/{MANIFEST}", "r") as file:
                return cls(url, **json.load(file))
        except (OSError, ValueError, TypeError) as error:
            raise RatingSetError(f"{url}: no set of ratings: {error}") from error

    def histories(self, part: int) -> Histories:
        """Return the lists of one part's members. Raises RatingSetError."""
        try:
            with fsspec.open(_name(self.url, part), "rb") as file:
                table = pq.read_table(file)
        except (OSError, pa.ArrowException) as error:
            raise RatingSetError(f"{_name(self.url, part)}: {error}") from error
        user, item, score = (table[name].to_numpy() for name in ("user", "item", "score"))
        rows = user - user[0] if len(user) else user
        shape = (int(rows[-1]) + 1 if len(user) else 0, self.n_items)
        return Histories(sp.csr_matrix((score.astype(np.float32) + 1, (rows, item)), shape=shape))

    @property
    def parts(self) -> list[Any]:
        """Return a loader for each part, for tasks on any machine that reads the folder."""
        return [partial(self.histories, part) for part in range(self.n_parts)]


class Writer:
    """Writes a set from interactions that come in pieces, each with whole members and the same titles."""

    def __init__(self, url: str, n_items: int, rows_per_part: int = ROWS_PER_PART) -> None:
        self.url, self.n_items, self.rows_per_part = url.rstrip("/"), n_items, rows_per_part
        self.n_parts = self.n_users = self.n_ratings = 0
        self._files = fsspec.core.url_to_fs(self.url)[0]
        self._clear()

    def add(self, rows: Interactions) -> None:
        """Add members. Their rows are ascending by member, as Interactions are built."""
        first = 0
        while first < len(rows):
            last = _end_of_member(rows.user_index, min(first + self.rows_per_part, len(rows)) - 1)
            self._write(rows, slice(first, last))
            first = last
        self.n_users += len(rows.users)
        self.n_ratings += len(rows)

    def close(self) -> RatingSet:
        counts = {name: getattr(self, name) for name in ("n_parts", "n_users", "n_items", "n_ratings")}
        with self._files.open(f"{self.url}/{MANIFEST}", "w") as file:
            json.dump(counts, file)
        return RatingSet(self.url, **counts)

    def _clear(self) -> None:
        """Remove a former set: first what makes it one."""
        if self._files.exists(f"{self.url}/{MANIFEST}"):
            self._files.rm(f"{self.url}/{MANIFEST}")
        for name in self._files.glob(f"{self.url}/part-*.parquet"):
            self._files.rm(name)
        self._files.makedirs(self.url, exist_ok=True)

    def _write(self, rows: Interactions, span: slice) -> None:
        score = rows.score[span].astype(np.int8)
        table = pa.table({"user": rows.user_index[span], "item": rows.item_index[span], "score": score})
        with self._files.open(_name(self.url, self.n_parts), "wb") as file:
            pq.write_table(table, file, compression="zstd")
        self.n_parts += 1


def write(url: str, rows: Interactions, rows_per_part: int = ROWS_PER_PART) -> RatingSet:
    writer = Writer(url, len(rows.items), rows_per_part)
    writer.add(rows)
    return writer.close()


def remove(url: str) -> None:
    files = fsspec.core.url_to_fs(url)[0]
    if files.exists(url):
        files.rm(url, recursive=True)


def item_counts(histories: Histories) -> NDArray[np.int64]:
    """Return the (n_items,) number of members of a part who watched each title."""
    return np.bincount(histories.matrix.indices, minlength=histories.shape[1])


def _end_of_member(user_index: NDArray[np.int32], row: int) -> int:
    """Return the row after the last one of the member of `row`."""
    return int(np.searchsorted(user_index, user_index[row], side="right"))


def _name(url: str, part: int) -> str:
    return f"{url}/part-{part:05}.parquet"

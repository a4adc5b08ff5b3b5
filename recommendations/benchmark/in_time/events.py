"""Dated ratings from a file: who rated what, how and when."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("user_id", "item_id", "rating", "timestamp")
SEPARATORS = {".inter": "\t", ".tsv": "\t", ".csv": ","}
STARS = 5.0  # ratings of up to so many are doubled
MOST = 10.0
PROBLEMS = 5  # of rows left out, to name


class EventsError(ValueError):
    """The file can't be used. The message names it and says why."""


@dataclass(frozen=True)
class Events:
    """n ratings in the order of time, each pair of user and title once.

    users, items: (n,) numbers from 0. scores: (n,) 1–10. times: (n,) seconds. left_out: how many rows were odd;
    problems: what was wrong with the first of them.
    """

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    times: NDArray[np.float64]
    left_out: int = 0
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    @property
    def n_items(self) -> int:
        return int(self.items.max(initial=-1)) + 1


def read_events(path: Path) -> Events:
    """Return the ratings of a .inter (RecBole), .tsv, .csv or .parquet file with COLUMNS.

    Odd rows are left out and named; of several ratings of a title the first counts. Raises EventsError.
    """
    rows: list[tuple[str, str, float, float]] = []
    problems = []
    for number, values in enumerate(_rows(path), start=1):
        try:
            rows.append(_checked(*values))
        except ValueError as error:
            problems.append(f"row {number}: {error}")
    if not rows:
        raise EventsError(f"{path}: no ratings found{f' ({problems[0]})' if problems else ''}")
    return _in_time(rows, problems)


def _in_time(rows: list[tuple[str, str, float, float]], problems: list[str]) -> Events:
    users, items = (np.unique([row[column] for row in rows], return_inverse=True)[1] for column in (0, 1))
    scores, times = (np.array([row[column] for row in rows]) for column in (2, 3))
    in_time = np.argsort(times, kind="stable")
    _, first = np.unique((users * (items.max() + 1) + items)[in_time], return_index=True)
    kept = in_time[np.sort(first)]
    scores = scores * (MOST / STARS if scores.max() <= STARS else 1)
    return Events(
        users[kept],
        items[kept],
        scores[kept].astype(np.float32),
        times[kept],
        len(problems),
        tuple(problems[:PROBLEMS]),
    )


def _checked(user: Any, item: Any, rating: Any, timestamp: Any) -> tuple[str, str, float, float]:
    """Return the values of a row. Raises ValueError."""
    for value, column in ((user, "user_id"), (item, "item_id")):
        if value in (None, ""):
            raise ValueError(f"no {column}")
    score, time = _number(rating, "rating"), _number(timestamp, "timestamp")
    if not 0 < score <= MOST:
        raise ValueError(f"rating {score:g} isn't above 0 and at most {MOST:g}")
    return str(user), str(item), score, time


def _number(value: Any, column: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{column} {value!r} isn't a number")
    return number


def _rows(path: Path) -> Iterator[Iterable[Any]]:
    """Yield the values of COLUMNS, row by row. Raises EventsError."""
    if not path.is_file():
        raise EventsError(f"{path}: no such file")
    if path.suffix == ".parquet":
        yield from _parquet_rows(path)
    elif path.suffix in SEPARATORS:
        yield from _text_rows(path, SEPARATORS[path.suffix])
    else:
        raise EventsError(f"{path}: use a file of one of these kinds: {', '.join((*SEPARATORS, '.parquet'))}")


def _parquet_rows(path: Path) -> Iterator[Iterable[Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        _places(path, file.schema_arrow.names)
        for batch in file.iter_batches(columns=list(COLUMNS)):
            yield from zip(*(batch[column].to_pylist() for column in COLUMNS), strict=True)
    except (pa.ArrowException, OSError) as error:
        raise EventsError(f"{path}: {error}") from error


def _text_rows(path: Path, separator: str) -> Iterator[Iterable[Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=separator)
            places = _places(path, [name.partition(":")[0].strip() for name in next(reader, [])])  # "rating:float"
            for row in reader:
                yield [row[place] if place < len(row) else None for place in places]
    except (UnicodeDecodeError, csv.Error) as error:
        raise EventsError(f"{path}: {error}") from error


def _places(path: Path, names: list[str]) -> list[int]:
    """Return where each of COLUMNS is. Raises EventsError."""
    if missing := [column for column in COLUMNS if column not in names]:
        raise EventsError(f"{path}: no column {', '.join(missing)} among {', '.join(names)[:200]}")
    return [names.index(column) for column in COLUMNS]

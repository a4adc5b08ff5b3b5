"""Generate synthetic ratings of any size that resemble real ones, for growth benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.synthetic import synthesize
from recommendations.inputs.rating_archives import ArchiveError, read_ratings

SOURCE = "synthetic"
SCHEMA = pa.schema(
    [
        ("user_id", pa.int64()),
        ("mal_id", pa.int32()),
        ("score", pa.int8()),
        ("source", pa.dictionary(pa.int8(), pa.string())),
    ]
)


class Command(BaseCommand):
    help = "Generate a Parquet file of synthetic ratings that resemble real ones, labelled as synthetic."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path, help="real ratings, CSV or Parquet")
        parser.add_argument(
            "--times", type=float, default=10, help="multiple of the number of people (default: %(default)s)"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, ratings: Path, times: float, seed: int, out: Path, **options: Any) -> None:
        try:
            real = Interactions.from_ids(*read_ratings(ratings))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        n_users = round(len(real.users) * times)
        if n_users < 1:
            raise CommandError("--times must be above 0 and result in at least one person")
        about = f"{n_users} synthetic people generated from {ratings.name}, seed {seed}; not real ratings"
        rows = _write(out, _tables(real, n_users, seed), about)
        self.stdout.write(f"{out}: {rows:,} synthetic ratings by {n_users:,} synthetic people")


def _tables(real: Interactions, n_users: int, seed: int) -> Iterator[pa.Table]:
    """Yield tables whose user ids start above the largest real one, so that none is a real person's."""
    first_id = int(real.users.ids[-1]) + 1
    mal_ids = real.items.ids.astype(np.int32)
    for part in synthesize(real, n_users, seed):
        source = pa.DictionaryArray.from_arrays(np.zeros(len(part.user), np.int8), [SOURCE])
        yield pa.table([first_id + part.user, mal_ids[part.item_index], part.score, source], schema=SCHEMA)


def _write(path: Path, tables: Iterator[pa.Table], about: str) -> int:
    """Write a row group per table and return the number of rows. The file only appears when complete."""
    partial = path.with_name(path.name + ".partial")
    rows = 0
    try:
        with pq.ParquetWriter(partial, SCHEMA.with_metadata({"synthetic": about}), compression="zstd") as writer:
            for table in tables:
                writer.write_table(table)
                rows += table.num_rows
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows

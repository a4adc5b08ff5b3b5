"""Train the starter model that ships with the code."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.management.base import BaseCommand, CommandError, CommandParser
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.popularity import Popularity, damped_mean
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.recommender import Recommender
from recommendations.engine.starter import biases_only, pack
from recommendations.pipelines import starter

PRIOR_COUNT = 10


class Command(BaseCommand):
    help = "Train the starter model on one source of a Parquet file of ratings (user_id, mal_id, score, source)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path)
        parser.add_argument("--source", default="cooperunion", help="start of the source's name (default: %(default)s)")
        parser.add_argument(
            "--titles", type=int, default=3000, help="number of most popular titles (default: %(default)s)"
        )
        parser.add_argument("--neighbours", type=int, default=100, help="weights per title (default: %(default)s)")
        parser.add_argument("--out", type=Path, default=starter.FILE)

    def handle(self, *, ratings: Path, source: str, titles: int, neighbours: int, out: Path, **options: Any) -> None:
        if not ratings.is_file():
            raise CommandError(f"{ratings}: no such file")
        train = _read(ratings, source, titles)
        self.stdout.write(f"{len(train):,} ratings of {len(train.items):,} titles by {len(train.users):,} people")
        linear = RatingAwareEase(neighbours=2 * neighbours).fit(train)
        evidence = biases_only(linear, *_biases(train))
        recommender = Recommender(
            train.items, Hybrid().over(evidence), RatingBlend().over(evidence), Popularity().fit(train)
        )
        pack(out, recommender, neighbours)
        self.stdout.write(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB")


def _read(path: Path, source: str, titles: int) -> Interactions:
    table = pq.read_table(path)
    table = table.filter(pc.starts_with(table["source"], source))
    rows = Interactions.from_ids(*(table[name].to_numpy() for name in ("user_id", "mal_id", "score")))
    best_known = np.sort(np.argsort(-rows.item_counts(), kind="stable")[:titles])
    return rows.restricted(np.arange(len(rows.users)), best_known)


def _biases(train: Interactions) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mean score, (1,), and each title's damped mean minus it, (n_items,)."""
    scored = train.score > 0
    counts = np.bincount(train.item_index[scored], minlength=len(train.items))
    sums = np.bincount(train.item_index[scored], weights=train.score[scored], minlength=len(train.items))
    mean = float(train.score[scored].mean())
    bias = damped_mean(sums, counts, mean, PRIOR_COUNT) - mean
    return np.array([mean], np.float32), bias.astype(np.float32)

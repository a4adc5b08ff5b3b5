"""Benchmark of what members are shown: the order of planned titles, and how recent their suggestions are."""

from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from numpy.typing import NDArray

from catalog.index.titles import title_index
from recommendations.benchmark.served import Figure, order_of_planned, recency_of_new_titles, recency_of_their_time
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.data.splitting import Split, before_titles, split
from recommendations.engine.recommender import Recommender
from recommendations.inputs.rating_archives import ArchiveError, read_ratings
from recommendations.inputs.title_rules import title_rules
from recommendations.pipelines.train import fit, with_titles


class Command(BaseCommand):
    help = "Fit the published models on a ratings file (CSV or Parquet), and measure what held-out members are shown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path)
        parser.add_argument("--fold", choices=["test", "validation"], default="test")
        parser.add_argument("--since", type=int, default=2017, help="first year of the titles that count as new")

    def handle(self, *, ratings: Path, fold: str, since: int, **options: Any) -> None:
        try:
            rows = Interactions.from_ids(*read_ratings(ratings))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        _narrow, parts = with_titles(split(rows))
        held_out = parts.test if fold == "test" else parts.judging
        rules, years = title_rules(parts.train.items), _years(parts.train.items)
        recommender = self._fit(parts)
        self._print(order_of_planned(recommender, parts.train, held_out))
        self._print(recency_of_their_time(recommender, held_out, rules, years))
        self.stdout.write(f"Again, as if the titles from {since} on had just appeared")
        new = years >= since
        self._print(recency_of_new_titles(self._fit(before_titles(parts, new)), held_out, rules, new))

    def _fit(self, parts: Split) -> Recommender:
        return fit(parts, lambda step: self.stdout.write(step))

    def _print(self, figures: list[Figure]) -> None:
        self.stdout.write("\n".join(map(str, figures)))


def _years(items: IdMap) -> NDArray[np.int64]:
    """Return the year of each title: (n_items,), 0 if unknown."""
    index, years = title_index(), np.zeros(len(items), dtype=np.int64)
    is_indexed = np.isin(items.ids, index.ids)
    years[is_indexed] = np.nan_to_num(index.numbers["year"][index.places_of(items.ids)])
    return years

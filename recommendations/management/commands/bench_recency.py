"""Measure what the dates of lists are worth, for members whose taste turned and for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.titles.external_ids import title_ids_by_mal
from recommendations.artifact_store import judged_recommender
from recommendations.benchmark.changing_tastes import (
    Comparison,
    DatedList,
    compare,
    foreseen,
    held_out_lists,
    steady,
    turned,
)
from recommendations.engine.data.splitting import split
from recommendations.engine.recommender import Recommender
from recommendations.inputs.extract import training_data
from recommendations.models import ModelVersion

COLUMNS = ("user_id", "mal_id", "score", "finished")
LEAST_TURNED, LEAST_STEADY = 1.15, 0.995


class Command(BaseCommand):
    help = "Rank for test members whose taste turns half-way, and for those whose dates mean nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dated", type=Path, help="real lists with dates: user, mal_id, score, finished (Parquet)")
        parser.add_argument("--fold", choices=["test", "judging"], default="test")

    def handle(self, *, dated: Path | None, fold: str, **options: Any) -> None:
        recommender = judged_recommender(ModelVersion.active())
        if recommender is None:
            raise CommandError("no model is published yet: run `manage.py rebuild`")
        parts = split(training_data().interactions)
        lists = held_out_lists(getattr(parts, fold), parts.train.items, recommender.items)
        self._say("taste turned", compare(recommender, turned(lists)), LEAST_TURNED)
        self._say("dates by chance", compare(recommender, steady(lists)), LEAST_STEADY)
        if dated:
            self._say("real lists", compare(recommender, foreseen(_dated_lists(dated, recommender))), None)

    def _say(self, name: str, found: Comparison, least: float | None) -> None:
        half_lives = ", ".join(f"{years:g} years: {n}" for years, n in sorted(found.half_lives.items()))
        bar = "" if least is None else f" (bar ≥ {least}){'' if found.ratio >= least else '  missed'}"
        self.stdout.write(
            f"{name}, {len(found.dated)} lists: NDCG@10 {found.without.mean():.4f} → {found.dated.mean():.4f}, "
            f"{found.difference}, × {found.ratio:.3f}{bar}; {half_lives}"
        )


def _dated_lists(file: Path, recommender: Recommender) -> Iterator[DatedList]:
    import pyarrow.parquet as pq

    if not file.is_file():
        raise CommandError(f"{file} not found")
    table = pq.read_table(file, filters=[("kind", "==", "anime")])
    users, mal_ids, scores, days = (
        table[name].to_numpy(zero_copy_only=False) for name in ("user_id", "mal_id", "score", "finished")
    )
    title_of = title_ids_by_mal()
    at = recommender.items.index_of(np.array([title_of.get(int(mal_id), -1) for mal_id in mal_ids], dtype=np.int64))
    day = np.array([_day(text) for text in days])
    for user in np.unique(users):
        own = (users == user) & (at >= 0)
        yield DatedList(at[own], np.nan_to_num(scores[own].astype(np.float32)), day[own], at[:0])


def _day(text: Any) -> float:
    """Return the day since 1970 of an ISO date; NaN for a missing or a partial one."""
    try:
        return float(np.datetime64(str(text), "D").astype(int))
    except ValueError:
        return float("nan")

"""Print the benchmark table for a ratings file."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from numpy.typing import NDArray

from recommendations.engine.base import Model, RatingPredictor, Scorer
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.leaks import check
from recommendations.engine.data.splitting import HeldOut, Split, all_for_training, hold_out_all, split, widened
from recommendations.engine.evaluation import evaluate_members, evaluate_ratings
from recommendations.engine.metrics.bootstrap import paired_difference
from recommendations.engine.models.rerankers import RatingBlend
from recommendations.engine.models.stacking import StackedModel, lessons
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from recommendations.inputs.rating_archives import ArchiveError, read_ratings
from recommendations.inputs.title_features import with_features
from recommendations.pipelines.cluster import ClusterError, cluster
from recommendations.pipelines.tuning import parameters_for

COLUMNS = {
    "ndcg_10_liked": "NDCG@10 liked",
    "precision_10_liked": "P@10 liked",
    "recall_20_liked": "R@20 liked",
    "ndcg_10_watched": "NDCG@10 watched",
    "coverage_10": "coverage@10",
    "gini_10": "Gini@10",
    "novelty_10": "novelty@10",
    "rmse": "RMSE",
    "mae": "MAE",
    "covered_80": "in 80 % interval",
    "fit_seconds": "fit s",
}
MODELS: dict[str, type[Model]] = {**SCORERS, **RATING_PREDICTORS}
QUICK = ["popularity", "ease", "linear", "svd"]  # models of a rebuild, and the best peer; others take minutes


@dataclass(frozen=True)
class Experiment:
    """Training data and held-out members. ratings: held-out scores for rating errors, if any.

    learning: the split that networks learn from, over the same titles; `train` may have more members than its training
    part.
    """

    train: Interactions
    held_out: HeldOut
    ratings: Interactions | None
    learning: Split

    def fitted(self, model: Model) -> Model:
        """Fit the model to `train`; a network learns first, on the members of `learning`."""
        if not isinstance(model, StackedModel):
            return model.fit(self.train)
        model.fit(self.learning.train)
        model.learn_from(lessons(model.fitted, self.learning))
        return model if self.train is self.learning.train else model.refitted(self.train)


class Command(BaseCommand):
    help = "Train models on a ratings file (CSV or Parquet) and print metrics on held-out members."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(MODELS)
        parser.add_argument("ratings", type=Path)
        parser.add_argument("--models", help=f"comma-separated, of: {names} (default: {','.join(QUICK)})")
        parser.add_argument(
            "--new-members", type=Path, help="a second file: train on all of the first, hold out all of this"
        )
        parser.add_argument(
            "--fold", choices=["test", "validation"], default="test", help="validation: only members that judge"
        )
        parser.add_argument("--json", type=Path, dest="out", help="also write the results to this file")

    def handle(
        self,
        *,
        ratings: Path,
        models: str | None,
        new_members: Path | None,
        fold: str,
        out: Path | None,
        **options: Any,
    ) -> None:
        names = models.split(",") if models else QUICK
        if unknown := set(names) - set(MODELS):
            raise CommandError(f"unknown models: {', '.join(sorted(unknown))}")
        try:
            experiment = _across(ratings, new_members) if new_members else _within(ratings, fold)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{len(experiment.train):,} ratings of {len(experiment.train.items):,} titles by "
            f"{len(experiment.train.users):,} "
            f"members to fit on; {len(experiment.held_out.inputs):,} held-out members"
        )
        if not len(experiment.held_out.inputs):
            raise CommandError("no held-out members: none in that part has 10 ratings of known titles")
        check(experiment.learning)
        figures, by_member = {}, {}
        with _the_cluster():
            for name in names:
                figures[name], by_member[name] = _figures(name, experiment)
        self._print(figures)
        self._print_differences({name: values for name, values in by_member.items() if values is not None})
        if out:
            out.write_text(json.dumps(figures, indent=1))

    def _print(self, figures: dict[str, dict[str, Any]]) -> None:
        self.stdout.write("".join([f"{'':<12}", *(f"{label:>17}" for label in COLUMNS.values())]))
        for name, row in figures.items():
            cells = [f"{row[key]:>17.4f}" if key in row else f"{'':>17}" for key in COLUMNS]
            self.stdout.write(f"{name:<12}{''.join(cells)}")
        for name, row in figures.items():
            if row["answered_by"] != name:
                self.stdout.write(
                    f"{name}: these are the answers of {row['answered_by']}, because there were too few members to "
                    "learn from"
                )

    def _print_differences(self, by_member: dict[str, NDArray[np.float64]]) -> None:
        """Print each ranker's difference from the best one, paired by member."""
        if len(by_member) < 2:
            return
        best = max(by_member, key=lambda name: np.nanmean(by_member[name]))
        self.stdout.write(f"NDCG@10 liked, difference from {best}:")
        for name, values in by_member.items():
            if name != best:
                self.stdout.write(f"{name:<12}{paired_difference(values, by_member[best])}")


@contextmanager
def _the_cluster() -> Iterator[None]:
    try:
        with cluster():
            yield
    except ClusterError as error:
        raise CommandError(str(error)) from error


def _within(ratings: Path, fold: str) -> Experiment:
    """Return the split's experiment; of the validation members only those from which no network learns."""
    parts = split(with_features(_interactions(ratings)))
    return Experiment(parts.train, parts.test if fold == "test" else parts.judging, parts.ratings, parts)


def _across(ratings: Path, new_members: Path) -> Experiment:
    rows = with_features(_interactions(ratings))
    train = all_for_training(rows)
    held_out = hold_out_all(_interactions(new_members), train.items)
    return Experiment(train, held_out, None, widened(split(rows), train.items, train.features))


def _interactions(path: Path) -> Interactions:
    return Interactions.from_ids(*read_ratings(path))


def _figures(name: str, experiment: Experiment) -> tuple[dict[str, Any], NDArray[np.float64] | None]:
    """Return a model's figures, and a ranker's NDCG@10 liked of each member."""
    started = time.perf_counter()
    model = experiment.fitted(MODELS[name](**parameters_for(name)))
    cost = {"fit_seconds": time.perf_counter() - started, "answered_by": model.answered_by}
    if name in SCORERS:
        audience = experiment.train.item_counts() / len(experiment.train.users)
        members = evaluate_members(cast(Scorer, model), experiment.held_out, audience)
        return {**members.report().as_dict(), **cost}, members.values["ndcg_10_liked"]
    if experiment.ratings is None:
        return cost, None
    if isinstance(model, RatingBlend):
        model.remember(experiment.train)
    return {**evaluate_ratings(cast(RatingPredictor, model), experiment.ratings), **cost}, None

"""Measurement of one model, in a separate process for its peak memory. Doesn't use Django."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.linalg import lapack

from recommendations.benchmark.contestants import REFERENCE, Contestant
from recommendations.benchmark.memory import peak_mb
from recommendations.engine.base import Model, RatingPredictor, Scorer
from recommendations.engine.data.batches import BATCH
from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.leaks import twins
from recommendations.engine.data.splitting import Split, hide_titles, truncated
from recommendations.engine.evaluation import (
    evaluate_members,
    evaluate_new_titles,
    evaluate_ranking,
    evaluate_ratings,
)
from recommendations.engine.models.content import AUDIENCE
from recommendations.engine.models.linear import Ease
from recommendations.engine.models.stacking import StackedModel, lessons

SHORT_LISTS = (0, 1, 3, 10)
RUNS = 3  # of each timing that is compared
PER_MEMBER = ("ndcg_10_liked", "ndcg_10_watched")

Figures = dict[str, Any]  # JSON-serialisable


def measure_alone(contestant: Contestant, split_file: Path) -> Figures:
    """Run `measure` in a fresh process on a pickled Split. Raises its error, or BrokenProcessPool if killed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_load_and_measure, contestant, split_file).result()


def _load_and_measure(contestant: Contestant, split_file: Path) -> Figures:
    with split_file.open("rb") as file:
        return measure(contestant, pickle.load(file))


def measure(contestant: Contestant, parts: Split) -> Figures:
    """Return all figures of one model for the report, on the test members."""
    model = contestant.make()
    seconds = _seconds(lambda: _fit(model, parts))
    figures: Figures = {"label": _label(contestant, model), "parameters": model.parameters, "fit_seconds": seconds}
    if contestant.ranks:
        figures |= _ranking(cast(Scorer, model), parts)
    else:
        figures |= evaluate_ratings(cast(RatingPredictor, model), parts.ratings)
    figures["peak_mb"] = peak_mb(os.getpid())
    figures["losses"] = {name: model.arrays[name].tolist() for name in model.arrays if name.startswith("loss_")}
    if getattr(model, "judges_unrated", False):
        figures["new_titles"] = _new_titles(contestant, parts)
    if contestant.name == REFERENCE:
        figures["beside_lapack"] = beside_lapack(parts.train)
    return figures


def _label(contestant: Contestant, model: Model) -> str:
    """Return the label, which says so if a simpler model answers in this one's place."""
    is_own = model.answered_by == model.name
    return contestant.label if is_own else f"{contestant.label}, answered by {model.answered_by}"


def _fit(model: Any, parts: Split) -> None:
    model.fit(parts.train)
    if isinstance(model, StackedModel):
        model.learn_from(lessons(model.fitted, parts))


def _ranking(model: Scorer, parts: Split) -> Figures:
    audience = parts.train.item_counts() / len(parts.train.users)
    inputs = parts.test.inputs
    model.score(inputs[:BATCH])  # warm-up: the first call's one-time work isn't measured
    scoring = _seconds(lambda: [model.score(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)])
    members = evaluate_members(model, parts.test, audience)
    short = {n: evaluate_ranking(model, truncated(parts.test, n), audience).ndcg_10_liked for n in SHORT_LISTS}
    return {
        **members.report().as_dict(),
        "members_per_second": len(inputs) / scoring,
        "by_member": {name: members.values[name].tolist() for name in PER_MEMBER},
        "without_twins": float(np.nanmean(members.values["ndcg_10_liked"][~twins(parts.test, parts)])),
        "short_lists": {str(n): value for n, value in short.items()},
    }


def _new_titles(contestant: Contestant, parts: Split) -> Figures:
    """Return metrics of ranking hidden titles: by the model, by audience in the catalogue, and at random."""
    new = hide_titles(parts.train, parts.test)
    return {
        contestant.name: evaluate_new_titles(cast(Scorer, contestant.make().fit(new.train)), new),
        "catalogue's audience": evaluate_new_titles(_Fixed(_catalogue_audience(new.train)), new),
        "at random": evaluate_new_titles(_Random(), new),
    }


class _Fixed:
    def __init__(self, scores: np.ndarray) -> None:
        self.scores = scores

    def score(self, histories: Histories) -> np.ndarray:
        return np.tile(self.scores, (len(histories), 1))


class _Random:
    def score(self, histories: Histories) -> np.ndarray:
        by_lists = np.random.default_rng(int(histories.matrix.indices.sum()))  # the same for the same members
        return by_lists.random(histories.shape, dtype=np.float32)


def _catalogue_audience(train: Interactions) -> np.ndarray:
    features = train.features
    if features is None or AUDIENCE not in features.names:
        return np.zeros(len(train.items))
    return features.values[:, [features.names.index(AUDIENCE)]].toarray().ravel()


def beside_lapack(train: Interactions) -> Figures:
    """Return the seconds of EASE's fit and of a bare LAPACK Cholesky inverse, the lower bound for a fit.

    Takes the best of a few alternating runs, so that other load on the machine affects both alike.
    """
    ease = Ease()
    watched = train.histories().watched()
    fits, inverses = [], []
    for _ in range(RUNS):
        fits.append(_seconds(lambda: ease.fit(train)))
        gram = (watched.T @ watched).toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += ease.l2
        inverses.append(_seconds(partial(_invert, gram)))
    return {"fit_seconds": min(fits), "inverse_seconds": min(inverses)}


def _invert(matrix: np.ndarray) -> None:
    factor, _ = lapack.dpotrf(matrix.T, lower=0, overwrite_a=1)
    lapack.dpotri(factor, lower=0, overwrite_c=1)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

"""Compares all models of a rebuild: ranking accuracy, coverage and speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Scorer
from recommendations.engine.data.splitting import Split
from recommendations.engine.evaluation import Ranks, evaluate_ranking
from recommendations.engine.models.implicit_als import ImplicitAls
from recommendations.engine.models.neural import NeuralCf
from recommendations.pipelines.tuning import parameters_for


def fit_others(parts: Split, seed: int, progress: Callable[[str], None]) -> dict[str, Scorer]:
    """Fit the models that a rebuild trains for comparison only, by name."""
    others: dict[str, Scorer] = {}
    for model in (ImplicitAls, NeuralCf):
        progress(f"fitting {model.name} for comparison")
        others[model.name] = model(**{"seed": seed, **parameters_for(model.name)}).fit(parts.train)
    return others


def compare(models: Mapping[str, Ranks], parts: Split, progress: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Return each model's ranking report on the test members, best NDCG first. For information only."""
    if not len(parts.test.inputs):
        return {}
    progress("comparing the models on the test members")
    audience = parts.train.item_counts() / len(parts.train.users)
    reports = {}
    for name, model in models.items():
        started = time.perf_counter()
        report = evaluate_ranking(model, parts.test, audience).as_dict()
        per_second = len(parts.test.inputs) / (time.perf_counter() - started)
        reports[name] = {**report, "members_per_second": round(per_second)}
    return dict(sorted(reports.items(), key=lambda entry: -np.nan_to_num(entry[1]["ndcg_10_liked"])))


def embedding_neighbours(neural: NeuralCf, n: int, at: NDArray[np.integer], n_items: int) -> NDArray[np.int32]:
    """Return (n_items, ≤ n) item indices of the nearest titles in the neural model's embeddings, -1 for none.

    at: (n_neural_items,) the neural model's titles as indices of the n_items.
    """
    nearest, _ = neural.similar_items(n)
    rows = np.full((n_items, nearest.shape[1]), -1, dtype=np.int32)
    rows[at] = np.where(nearest >= 0, at[nearest], -1)
    return rows

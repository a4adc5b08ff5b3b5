"""Search spaces for hyperparameter tuning. A model without an entry has nothing to tune."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Between:
    """An inclusive range, searched in integers if both bounds are integers."""

    low: float
    high: float
    log: bool = False


LINEAR = {
    "l2": Between(5.0, 100.0, log=True),
    "denoise": Between(0.0, 0.5),
    "damping": Between(0.0, 0.6),
    "watched_weight": Between(0.2, 2.0, log=True),
}
SEARCH_SPACES: dict[str, dict[str, Between]] = {
    "popularity": {"prior_count": Between(1.0, 500.0, log=True)},
    "knn": {"k": Between(20, 400, log=True)},
    "content": {
        "l2_lists": Between(0.01, 1.0, log=True),
        "l2_titles": Between(0.001, 0.3, log=True),
        "audience_power": Between(0.2, 0.8),
        "watched_weight": Between(0.0, 0.5),
        "damping": Between(0.0, 0.7),
    },
    "ials": {
        "regularization": Between(2.0, 100.0, log=True),
        "watched": Between(1.05, 3.0),
        "liked": Between(0.0, 8.0),
        "iterations": Between(8, 20),
    },
    "ease": {"l2": Between(50.0, 1000.0, log=True)},
    "ncf": {
        "learning_rate": Between(0.002, 0.02, log=True),
        "popularity_power": Between(0.25, 1.0),
        "liked_weight": Between(1.0, 5.0),
        "dropout": Between(0.0, 0.4),
    },
    "linear": LINEAR,
    "linear_sparse": LINEAR,
    "svd": {
        "n_factors": Between(20, 150, log=True),
        "n_epochs": Between(20, 60),
        "learning_rate": Between(0.002, 0.01, log=True),
        "regularization": Between(0.03, 0.15, log=True),
    },
}

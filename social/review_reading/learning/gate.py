"""Decides whether a reader of reviews may go live, by reviews of titles that no judged reader has learnt from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from social.review_reading.learning.fitting import Texts
from social.review_reading.model import ReviewModel

LEAST_REVIEWS, LEAST_JUDGES, LEAST_TITLES = 400, 100, 10
LEAST_CORRELATION = 0.6  # Spearman's
RESAMPLES = 2_000
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Verdict:
    passed: bool
    reason: str
    metrics: dict[str, float] = field(default_factory=dict)


def too_few(rest: Texts, judges: Texts) -> str:
    """Return why these reviews can't train and judge a reader, or ""."""
    n_titles = len(np.unique(judges.titles))
    if len(rest) < LEAST_REVIEWS or len(judges) < LEAST_JUDGES or n_titles < LEAST_TITLES:
        return (
            f"{len(rest)} reviews to learn from and {len(judges)} of {n_titles} other titles to judge by; "
            f"{LEAST_REVIEWS}, {LEAST_JUDGES} and {LEAST_TITLES} are needed"
        )
    return ""


def judge(candidate: ReviewModel, live: ReviewModel | None, rest: Texts, judges: Texts) -> Verdict:
    """Compare the candidate with the mean score and with the live reader (None: there is none), on the same reviews."""
    read = _read_all(candidate, judges)
    errors = (read - judges.scores) ** 2
    metrics = {"spearman": spearman(read, judges.scores), "rmse": float(np.sqrt(errors.mean()))}
    figures = (
        f"Spearman {metrics['spearman']:.3f}, RMSE {metrics['rmse']:.2f} on {len(judges)} reviews of unseen titles"
    )
    mean_errors = (rest.scores.mean() - judges.scores) ** 2
    _low, high = interval_of_mean(errors - mean_errors, judges.titles)
    if metrics["spearman"] < LEAST_CORRELATION or not high < 0:
        return Verdict(False, f"{figures}: not clearly better than the mean score", metrics)
    if live is None:
        return Verdict(True, f"{figures}; there was no live reader", metrics)
    low, high = interval_of_mean(errors - (_read_all(live, judges) - judges.scores) ** 2, judges.titles)
    by = f"squared error {low:+.3f} to {high:+.3f} of the live reader's"
    return Verdict(low <= 0, f"{figures}; {by}" + ("" if low <= 0 else ": worse"), metrics)


def interval_of_mean(values: Floats, titles: NDArray[np.int64], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the mean of (n,) values, resampling titles: their reviews aren't independent."""
    _distinct, group = np.unique(titles, return_inverse=True)
    sums, counts = np.bincount(group, values), np.bincount(group)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (RESAMPLES, len(counts)))
    low, high = np.quantile(sums[drawn].sum(1) / counts[drawn].sum(1), [0.025, 0.975])
    return float(low), float(high)


def spearman(values: Floats, others: Floats) -> float:
    """Return Spearman's rank correlation of (n,) values; 0 if one of them is constant."""
    from scipy.stats import rankdata

    ranks = np.array([rankdata(values), rankdata(others)])
    return float(np.corrcoef(ranks)[0, 1]) if (ranks.std(1) > 0).all() else 0.0


def _read_all(model: ReviewModel, data: Texts) -> Floats:
    return np.array([model.score(text) for text in data.texts])

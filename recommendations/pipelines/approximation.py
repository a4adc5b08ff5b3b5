"""Chooses the linear model: exact, or for very large catalogues approximated, if the approximation ranks as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories
from recommendations.engine.data.splitting import HeldOut, Split
from recommendations.engine.evaluation import evaluate_members
from recommendations.engine.metrics.bootstrap import Difference, paired_difference
from recommendations.engine.models.linear import RatingAwareEase, sharing
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase

MOST_EXACT = 20_000  # titles with ratings, for which the exact model takes 10 GB and some minutes
COMPARED = 8_000  # most watched titles that both models are fitted on, in a tenth of that
MOST_LOSS = 0.01  # of NDCG@10 liked, one fiftieth of it: a thousand members tell 0.006 apart
ROOM = 1.5  # memory of a fit, in matrices of two facts of all titles

GB = 1 << 30


class NoLinearModelError(RuntimeError):
    """There are too many titles for the exact model, and the approximation loses too much. The message has both."""


@dataclass(frozen=True)
class Choice:
    """model: not fitted yet. figures: of the comparison, for the model card; empty if there was none."""

    model: RatingAwareEase
    figures: dict[str, Any] = field(default_factory=dict)


def choose(
    parts: Split,
    exact: RatingAwareEase,
    approximate: SparseRatingAwareEase,
    progress: Callable[[str], None] = lambda step: None,
) -> Choice:
    """Return the exact model for up to MOST_EXACT titles; above, the approximate one if it loses little.

    Both are fitted on the COMPARED most watched titles, and rank them for validation members. The approximation is
    refused unless it loses less than MOST_LOSS with 95 % confidence. Raises NoLinearModelError if it is refused, and
    neither this machine's memory nor a cluster's has room for the exact model.
    """
    n_titles = int((parts.train.item_counts() > 0).sum())
    if n_titles <= MOST_EXACT:
        return Choice(exact)
    progress(f"comparing the approximate linear model with the exact one on {COMPARED:,} of {n_titles:,} titles")
    part = most_watched(parts, COMPARED)
    ndcg = [_ndcg_liked(model, part) for model in (approximate, exact)]
    difference = paired_difference(*ndcg)
    means = [float(np.nanmean(values)) for values in ndcg]
    figures = {
        "titles": n_titles, "compared": len(part.train.items), "approximate": means[0], "exact": means[1],
        "difference": difference.mean, "low": difference.low, "high": difference.high,
        "is_approximate": difference.low >= -MOST_LOSS,
    }  # fmt: skip
    if not figures["is_approximate"] and not _has_room_for_exact(n_titles):
        raise NoLinearModelError(_reason(n_titles, means, difference))
    return Choice(replace(approximate if figures["is_approximate"] else exact), figures)


def most_watched(parts: Split, n: int) -> Split:
    """Return the split over its n most watched titles alone; who validates is the same."""
    items = np.sort(np.argsort(-parts.train.item_counts(), kind="stable")[:n])
    return replace(
        parts,
        train=parts.train.restricted(np.arange(len(parts.train.users)), items),
        validation=_over(parts.validation, items),
        test=_over(parts.test, items),
    )


def _over(held_out: HeldOut, items: NDArray[np.integer]) -> HeldOut:
    return HeldOut(*(Histories(lists.matrix[:, items]) for lists in (held_out.inputs, held_out.targets)))


def _ndcg_liked(model: RatingAwareEase, parts: Split) -> NDArray[np.float64]:
    """Return NDCG@10 liked of each validation member who doesn't judge; of all of them if all judge."""
    members = parts.learning if len(parts.learning.inputs) else parts.validation
    audience = parts.train.item_counts() / len(parts.train.users)
    return evaluate_members(replace(model).fit(parts.train), members, audience).values["ndcg_10_liked"]


def _bytes_of_exact(n_titles: int) -> float:
    return ROOM * (2 * n_titles) ** 2 * np.dtype(np.float32).itemsize


def _has_room_for_exact(n_titles: int) -> bool:
    """Return whether the exact model can be fitted: in this machine's memory, or by a cluster, which holds tiles."""
    return sharing.get() is not None or _bytes_of_exact(n_titles) <= psutil.virtual_memory().available


def _reason(n_titles: int, means: list[float], difference: Difference) -> str:
    needed, free = _bytes_of_exact(n_titles) / GB, psutil.virtual_memory().available / GB
    return (
        f"the linear model of {n_titles:,} titles can’t be approximated: on the {COMPARED:,} most watched ones NDCG@10 "
        f"is {means[0]:.4f}, the exact model’s {means[1]:.4f}, difference {difference}; the exact one needs "
        f"{needed:,.1f} GB of memory, {free:,.1f} GB are free: train on a larger machine, or a cluster (DASK_SCHEDULER)"
    )

"""Figures of groups of members, so that a mean hides no group that is served badly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories
from recommendations.engine.metrics.bootstrap import mean_interval

LENGTHS = {"under_20": (0, 20), "20_to_99": (20, 100), "100_to_299": (100, 300), "300_or_more": (300, np.inf)}
YEARS = {"before_2004": (0, 2004), "2004_to_2011": (2004, 2012), "2012_or_later": (2012, np.inf)}
THIRDS = ("niche", "mixed", "mainstream")

Groups = Mapping[str, Mapping[str, NDArray[np.bool_]]]  # {kind: {name: (n_members,) mask}}


def groups_of(inputs: Histories, years: NDArray[np.floating], audience: NDArray[np.floating]) -> Groups:
    """Return groups of members by the length of their list, and by the mean year and audience of its titles.

    years, audience: (n_items,), NaN where unknown. Members without a known title are in no group by mean; the groups
    by audience are thirds of the members.
    """
    year, fame = (_means(inputs, of_title) for of_title in (years, audience))
    third = np.nanquantile(fame, [1 / 3, 2 / 3]) if np.isfinite(fame).any() else np.zeros(2)
    edges = zip(THIRDS, (-np.inf, *third), (*third, np.inf), strict=True)
    return {
        "length": _within(np.diff(inputs.matrix.indptr).astype(float), LENGTHS),
        "years": _within(year, YEARS),
        "audience": _within(fame, {name: (low, high) for name, low, high in edges}),
    }


def by_group(values: NDArray[np.floating], groups: Groups) -> dict[str, dict[str, dict[str, float]]]:
    """Return the mean of (n_members,) values in each group with a value: `mean`, its 95 % interval, and `members`."""
    return {
        kind: {name: _figures(values[mask]) for name, mask in of_kind.items() if np.isfinite(values[mask]).any()}
        for kind, of_kind in groups.items()
    }


def _figures(values: NDArray[np.floating]) -> dict[str, float]:
    low, high = mean_interval(values)
    return {"mean": float(np.nanmean(values)), "low": low, "high": high, "members": int(np.isfinite(values).sum())}


def _means(inputs: Histories, of_title: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the (n_members,) mean of a title's value over each list; NaN without a known one."""
    watched, is_known = inputs.watched(), np.isfinite(of_title)
    count = watched @ is_known.astype(np.float64)
    total = watched @ np.where(is_known, of_title, 0).astype(np.float64)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _within(values: NDArray[np.float64], bounds: Mapping[str, tuple[float, float]]) -> dict[str, NDArray[np.bool_]]:
    return {name: (values >= low) & (values < high) for name, (low, high) in bounds.items()}

"""Clusters of members with similar tastes, fitted once per rebuild; one projection assigns any list to a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine import artifacts
from recommendations.engine.base import Arrays
from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.title_features import TitleFeatures

TASTE = ("genre", "theme", "demographic", "format", "year")  # groups of title features that describe a taste
NAMING = ("genre", "theme", "demographic")
LEAST_SHARE = 0.01  # of everything watched; features in fewer titles, or missing from fewer, say little about taste
NAMING_SHARE = 0.03
DAMPING = 10.0  # pseudo-count: average titles added to each list
VARIANCE = 0.8  # share of variance that the PCA components explain
NUMBERS = range(4, 17)  # candidate numbers of segments
STABLE = 0.8  # adjusted Rand index from which two seeds count as finding the same segments
LEAST_MEMBERS = 200
FIT_SAMPLE, EVALUATION_SAMPLE = 20_000, 2_000  # members at most
SEGMENT_DAMPING = 200.0  # pseudo-count: average members added to a segment's favourites
PRIOR_MEMBERS = 20.0  # pseudo-count: average members added to log_watched
MAP_DOTS = 1_500
BATCH = 10_000


@dataclass(frozen=True)
class Segments:
    """n_segments clusters of members, over the item indices of their training data.

    arrays: values.* (n_items, n_features) as a sparse matrix, base, mean and scale (n_features,), components
    (n_components, n_features), centres (n_segments, n_components), size (n_segments,) members, log_watched and
    favourites (n_segments, n_items), dots (≤ MAP_DOTS, 2) and dot_segment: a sample of members, for the map. traits:
    over-represented features per segment, strongest first. criterion: how the number of segments was chosen.
    """

    arrays: Arrays
    traits: tuple[tuple[str, ...], ...]
    criterion: dict[str, Any]

    def __len__(self) -> int:
        return len(self.traits)

    def assign(self, histories: Histories) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the segment with the nearest centre, (n,), and the map position, (n, 2), of each list.

        An empty list lands close to the mean of all members.
        """
        positions = self._standardised(histories) @ self.arrays["components"].T
        centres = self.arrays["centres"]
        distance = (centres**2).sum(1) - 2 * positions @ centres.T
        return distance.argmin(1), positions[:, :2].astype(np.float32)

    def centres_on_map(self) -> NDArray[np.floating]:
        """Return (n_segments, 2) map positions."""
        return self.arrays["centres"][:, :2]

    def belonging(self, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the (n_segments,) probabilities that a list of these titles belongs to each segment.

        Source: multinomial naive Bayes. It tells more about short lists than `assign`, which places them near the mean.
        """
        size = self.arrays["size"]
        evidence = self.arrays["log_watched"][:, items].sum(1) + np.log(size / size.sum())
        likelihood = np.exp(evidence - evidence.max())
        return likelihood / likelihood.sum()

    def favourites_for(self, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return (n_items,) popularity, 0–1, within the segments that the list may belong to."""
        popularity = self.belonging(items) @ self.arrays["favourites"]
        return popularity / popularity.max()

    def _standardised(self, histories: Histories) -> NDArray[np.floating]:
        shares = damped_shares(histories, sparse_part(self.arrays, "values"), self.arrays["base"])
        return (shares - self.arrays["mean"]) / self.arrays["scale"]

    def save(self, folder: Path) -> None:
        """Save as one artifact (see `artifacts.save`)."""
        artifacts.save(folder, self.arrays, {"traits": self.traits, "criterion": self.criterion})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load saved segments. Raises ArtifactError for a missing or damaged artifact."""
        arrays, description = artifacts.load(folder)
        return cls(arrays, tuple(map(tuple, description["traits"])), description["criterion"])


def fit_segments(train: Interactions, seed: int) -> Segments | None:
    """Cluster the members of `train` by the shares of taste features (see TASTE) in their watched titles.

    PCA keeps the components that explain VARIANCE of the standardised shares, KMeans clusters the members in them; see
    `choose_number`. Scores are not used: on the shared ratings, shares alone gave segments that two seeds reproduce
    (adjusted Rand index 0.98; 0.5 with scores) and that are of similar size. Returns None for fewer than LEAST_MEMBERS
    members or fewer than two informative features. Raises ValueError for training data without title features.
    """
    if train.features is None:
        raise ValueError("segments need title features")
    histories = train.histories()
    columns, base = _informative_columns(train.features, train.item_counts())
    if len(histories) < LEAST_MEMBERS or len(columns) < 2:
        return None
    random = np.random.default_rng(seed)
    sample = np.sort(random.choice(len(histories), min(FIT_SAMPLE, len(histories)), replace=False))
    values = train.features.values[:, columns].tocsr()
    arrays, positions = _fit_projection(Histories(histories.matrix[sample]), values, base)
    number, criterion = choose_number(positions, random, seed)
    model = _kmeans(number, seed).fit(positions)
    arrays["centres"] = model.cluster_centers_.astype(np.float32)
    without_traits = Segments(arrays, ((),) * number, criterion)
    batches = [without_traits.assign(histories[slice(at, at + BATCH)]) for at in range(0, len(histories), BATCH)]
    segment, xy = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    arrays |= _segment_arrays(histories, segment, number)
    dots = random.choice(len(histories), min(MAP_DOTS, len(histories)), replace=False)
    arrays |= {"dots": xy[dots], "dot_segment": segment[dots].astype(np.int16)}
    return Segments(arrays, _traits(arrays, [train.features.names[column] for column in columns]), criterion)


def damped_shares(histories: Histories, values: sp.csr_matrix, base: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return (n_members, n_features) mean feature values of the titles on each list.

    Shrunk towards the overall mean `base` as if DAMPING average titles were on the list. Features overlap, so rows
    don't sum to 1.
    """
    watched = histories.watched()
    length = np.diff(watched.indptr)[:, None]
    return (((watched @ values).toarray() + DAMPING * base) / (length + DAMPING)).astype(np.float32)


def choose_number(
    positions: NDArray[np.floating], random: np.random.Generator, seed: int
) -> tuple[int, dict[str, Any]]:
    """Return the number of segments and its metrics.

    Of the numbers for which another seed finds the same segments (adjusted Rand index STABLE or better), the one with
    the best silhouette; the most stable one if there is none.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    sample = positions[random.choice(len(positions), min(EVALUATION_SAMPLE, len(positions)), replace=False)]
    figures = {}
    for number in NUMBERS:
        groups, other_groups = (_kmeans(number, s).fit(positions).predict(sample) for s in (seed, seed + 1))
        stability = float(adjusted_rand_score(groups, other_groups))
        separated = len(np.unique(groups)) > 1
        figures[number] = (stability, float(silhouette_score(sample, groups)) if separated else -1.0)
    stable = {number: silhouette for number, (stability, silhouette) in figures.items() if stability >= STABLE}
    best = max(stable, key=stable.__getitem__) if stable else max(figures, key=lambda number: figures[number][0])
    stability, silhouette = figures[best]
    return best, {"segments": best, "stability": round(stability, 3), "silhouette": round(silhouette, 4)}


def _informative_columns(
    features: TitleFeatures, audience: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the informative taste columns and their shares, (n_columns,), of everything watched."""
    columns = np.sort(np.concatenate([features.group(group) for group in TASTE]))
    base = np.asarray(features.values[:, columns].T @ audience).ravel() / max(audience.sum(), 1)
    informative = (base >= LEAST_SHARE) & (base <= 1 - LEAST_SHARE)
    return columns[informative], base[informative].astype(np.float32)


def _fit_projection(
    histories: Histories, values: sp.csr_matrix, base: NDArray[np.float32]
) -> tuple[Arrays, NDArray[np.float32]]:
    """Return the arrays of the projection, and these members' positions, (n_members, n_components)."""
    from sklearn.decomposition import PCA

    shares = damped_shares(histories, values, base)
    mean, scale = shares.mean(0), np.maximum(shares.std(0), 1e-6)
    standardised = (shares - mean) / scale
    components = PCA(VARIANCE, svd_solver="full").fit(standardised).components_.astype(np.float32)
    if len(components) == 1:  # tastes vary along one direction only: the map is a line
        components = np.concatenate([components, np.zeros_like(components)])
    parts = {f"values.{part}": getattr(values, part) for part in ("data", "indices", "indptr")}
    arrays = {**parts, "base": base, "mean": mean, "scale": scale, "components": components}
    return arrays, standardised @ components.T


def _segment_arrays(histories: Histories, segment: NDArray[np.integer], number: int) -> Arrays:
    """Return segment sizes and each segment's watched and favourite titles, shrunk towards all members'."""
    size = np.bincount(segment, minlength=number)
    members = sp.csr_matrix((np.ones(len(segment)), (segment, np.arange(len(segment)))), shape=(number, len(segment)))
    watched = (members @ histories.watched()).toarray()
    popular = watched + (members @ histories.liked()).toarray()
    everybody = popular.sum(0) / popular.sum()
    shares = popular / np.maximum(popular.sum(1, keepdims=True), 1)
    favourites = (size[:, None] * shares + SEGMENT_DAMPING * everybody) / (size[:, None] + SEGMENT_DAMPING)
    likely = watched + PRIOR_MEMBERS * (watched.sum(0) + 1) / size.sum()
    return {
        "size": size,
        "favourites": favourites.astype(np.float32),
        "log_watched": np.log(likely / likely.sum(1, keepdims=True)).astype(np.float32),
    }


def _traits(arrays: Arrays, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return up to five features that each segment watches more than average, by difference in log-odds."""
    shares = np.exp(arrays["log_watched"]) @ sparse_part(arrays, "values")
    informative = [name.partition(":")[0] in NAMING for name in names] & (arrays["base"] >= NAMING_SHARE)
    odds = _log_odds(shares) - _log_odds(arrays["base"])
    traits = []
    for row in np.where(informative, odds, -np.inf):
        order = [column for column in np.argsort(-row, kind="stable") if row[column] > 0]
        traits.append(tuple(names[column].partition(":")[2] for column in order[:5]))
    return tuple(traits)


def _log_odds(shares: NDArray[np.floating]) -> NDArray[np.floating]:
    shares = np.clip(shares, 1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares))


def sparse_part(arrays: Arrays, name: str) -> sp.csr_matrix:
    """Return the matrix stored in `arrays` as name.data, name.indices and name.indptr."""
    parts = tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    return sp.csr_matrix(parts, shape=(len(parts[2]) - 1, len(arrays["base"])))


def _kmeans(number: int, seed: int) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(number, n_init=4, random_state=seed)

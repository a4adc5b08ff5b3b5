"""Groups of members with similar tastes: found once a rebuild, and assigned to anybody by one projection."""

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

TASTE = ("genre", "theme", "demographic", "format", "year")  # groups of title features that a taste is made of
NAMING = ("genre", "theme", "demographic")
LEAST_SHARE = 0.01  # of all that is watched: what is rarer, or rarely missing, says little of anybody
NAMING_SHARE = 0.03
DAMPING = 10.0  # titles of everybody's taste added to each member's
VARIANCE = 0.8  # part of the tastes' variance that the kept components hold
NUMBERS = range(4, 17)  # of segments to choose from
STABLE = 0.8  # adjusted Rand index from which on two seeds find the same segments
LEAST_MEMBERS = 200
FITTED_ON, JUDGED_ON = 20_000, 2_000  # members at most
SEGMENT_DAMPING = 200.0  # members of everybody's taste added to a segment's favourites
PRIOR_MEMBERS = 20.0  # the same, to how likely a member of a segment is to have watched a title
SHOWN = 1_500  # dots on the map
BATCH = 10_000


@dataclass(frozen=True)
class Segments:
    """Everything learnt of n_segments groups of members, over the item indices of their training data.

    arrays: values.* (n_items, n_features) as a sparse matrix, base, mean and scale (n_features,), components
    (n_components, n_features), centres (n_segments, n_components), size (n_segments,) members, log_watched and
    favourites (n_segments, n_items), dots (≤ SHOWN, 2) and dot_segment: a sample of members, for the map. traits: of
    each segment the over-represented features, the clearest first. criterion: how the number of segments was chosen.
    """

    arrays: Arrays
    traits: tuple[tuple[str, ...], ...]
    criterion: dict[str, Any]

    def __len__(self) -> int:
        return len(self.traits)

    def assign(self, histories: Histories) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Members' lists → (n,) the segment with the nearest centre, and (n, 2) where they are on the map.

        An empty list is in the middle of everybody.
        """
        places = self._standardised(histories) @ self.arrays["components"].T
        centres = self.arrays["centres"]
        distance = (centres**2).sum(1) - 2 * places @ centres.T
        return distance.argmin(1), places[:, :2].astype(np.float32)

    def centres_on_map(self) -> NDArray[np.floating]:
        """(n_segments, 2)"""
        return self.arrays["centres"][:, :2]

    def belonging(self, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """(n_segments,) how probable it is, from the titles of a list alone, that it is one of the segment's members'.

        Source: multinomial naive Bayes. For a few titles it says more than `assign`, which then sees the middle.
        """
        size = self.arrays["size"]
        evidence = self.arrays["log_watched"][:, items].sum(1) + np.log(size / size.sum())
        likelihood = np.exp(evidence - evidence.max())
        return likelihood / likelihood.sum()

    def favourites_for(self, items: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return per-title popularity (0–1) within the segments that the list may belong to."""
        mixed = self.belonging(items) @ self.arrays["favourites"]
        return mixed / mixed.max()

    def _standardised(self, histories: Histories) -> NDArray[np.floating]:
        shares = damped_shares(histories, sparse_part(self.arrays, "values"), self.arrays["base"])
        return (shares - self.arrays["mean"]) / self.arrays["scale"]

    def save(self, folder: Path) -> None:
        """As one artifact (see `artifacts.save`)."""
        artifacts.save(folder, self.arrays, {"traits": self.traits, "criterion": self.criterion})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises ArtifactError for a missing or damaged artifact."""
        arrays, description = artifacts.load(folder)
        return cls(arrays, tuple(map(tuple, description["traits"])), description["criterion"])


def fit_segments(train: Interactions, seed: int) -> Segments | None:
    """Group the members of `train` by the shares of genres, themes, formats and years in what they watched.

    PCA keeps the components that hold VARIANCE of the standardised shares, KMeans groups the members in them; see
    `choose_number`. The scores given are left out: on the shared ratings shares alone gave segments that two seeds find
    again (adjusted Rand index 0.98, with scores 0.5) and that divide everybody evenly. None for fewer members than
    LEAST_MEMBERS, or titles that do not differ. Raises ValueError for training data without title features.
    """
    if train.features is None:
        raise ValueError("segments need title features")
    histories = train.histories()
    columns, base = _telling_columns(train.features, train.item_counts())
    if len(histories) < LEAST_MEMBERS or len(columns) < 2:
        return None
    random = np.random.default_rng(seed)
    sample = np.sort(random.choice(len(histories), min(FITTED_ON, len(histories)), replace=False))
    values = train.features.values[:, columns].tocsr()
    arrays, places = _fit_places(Histories(histories.matrix[sample]), values, base)
    number, criterion = choose_number(places, random, seed)
    model = _kmeans(number, seed).fit(places)
    arrays["centres"] = model.cluster_centers_.astype(np.float32)
    unnamed = Segments(arrays, ((),) * number, criterion)
    batches = [unnamed.assign(histories[slice(at, at + BATCH)]) for at in range(0, len(histories), BATCH)]
    segment, xy = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    arrays |= _segment_arrays(histories, segment, number)
    dots = random.choice(len(histories), min(SHOWN, len(histories)), replace=False)
    arrays |= {"dots": xy[dots], "dot_segment": segment[dots].astype(np.int16)}
    return Segments(arrays, _traits(arrays, [train.features.names[column] for column in columns]), criterion)


def damped_shares(histories: Histories, values: sp.csr_matrix, base: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n_members, n_features) how much of each feature the titles on a list have on average.

    Pulled towards everybody's average `base` as if DAMPING more such titles were on the list. Features overlap: a row's
    sum is no number of anything.
    """
    watched = histories.watched()
    length = np.diff(watched.indptr)[:, None]
    return (((watched @ values).toarray() + DAMPING * base) / (length + DAMPING)).astype(np.float32)


def choose_number(places: NDArray[np.floating], random: np.random.Generator, seed: int) -> tuple[int, dict[str, Any]]:
    """How many segments there are, and the figures that say so.

    Of the numbers with which another seed finds the same segments again (adjusted Rand index STABLE or better), the one
    with the best silhouette; the most stable one where there is none.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    judged = places[random.choice(len(places), min(JUDGED_ON, len(places)), replace=False)]
    figures = {}
    for number in NUMBERS:
        groups, again = (_kmeans(number, s).fit(places).predict(judged) for s in (seed, seed + 1))
        stability = float(adjusted_rand_score(groups, again))
        separated = len(np.unique(groups)) > 1
        figures[number] = (stability, float(silhouette_score(judged, groups)) if separated else -1.0)
    stable = {number: silhouette for number, (stability, silhouette) in figures.items() if stability >= STABLE}
    chosen = max(stable, key=stable.__getitem__) if stable else max(figures, key=lambda number: figures[number][0])
    stability, silhouette = figures[chosen]
    return chosen, {"segments": chosen, "stability": round(stability, 3), "silhouette": round(silhouette, 4)}


def _telling_columns(
    features: TitleFeatures, audience: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The features that a taste is made of, as columns, and their shares (n_columns,) in all that is watched."""
    columns = np.sort(np.concatenate([features.group(group) for group in TASTE]))
    base = np.asarray(features.values[:, columns].T @ audience).ravel() / max(audience.sum(), 1)
    telling = (base >= LEAST_SHARE) & (base <= 1 - LEAST_SHARE)
    return columns[telling], base[telling].astype(np.float32)


def _fit_places(
    histories: Histories, values: sp.csr_matrix, base: NDArray[np.float32]
) -> tuple[Arrays, NDArray[np.float32]]:
    """The arrays of the projection, and (n_members, n_components) where these members are."""
    from sklearn.decomposition import PCA

    shares = damped_shares(histories, values, base)
    mean, scale = shares.mean(0), np.maximum(shares.std(0), 1e-6)
    standardised = (shares - mean) / scale
    components = PCA(VARIANCE, svd_solver="full").fit(standardised).components_.astype(np.float32)
    if len(components) == 1:  # tastes differ in one direction only: the map is a line
        components = np.concatenate([components, np.zeros_like(components)])
    parts = {f"values.{part}": getattr(values, part) for part in ("data", "indices", "indptr")}
    arrays = {**parts, "base": base, "mean": mean, "scale": scale, "components": components}
    return arrays, standardised @ components.T


def _segment_arrays(histories: Histories, segment: NDArray[np.integer], number: int) -> Arrays:
    """What each segment watches and likes, pulled towards everybody's."""
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
    """Of each segment the features that it watches more of than everybody, by the difference of the log-odds."""
    shares = np.exp(arrays["log_watched"]) @ sparse_part(arrays, "values")
    telling = [name.partition(":")[0] in NAMING for name in names] & (arrays["base"] >= NAMING_SHARE)
    odds = _log_odds(shares) - _log_odds(arrays["base"])
    traits = []
    for row in np.where(telling, odds, -np.inf):
        order = [column for column in np.argsort(-row, kind="stable") if row[column] > 0]
        traits.append(tuple(names[column].partition(":")[2] for column in order[:5]))
    return tuple(traits)


def _log_odds(shares: NDArray[np.floating]) -> NDArray[np.floating]:
    shares = np.clip(shares, 1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares))


def sparse_part(arrays: Arrays, name: str) -> sp.csr_matrix:
    """The matrix of which `arrays` holds the parts name.data, name.indices and name.indptr."""
    parts = tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    return sp.csr_matrix(parts, shape=(len(parts[2]) - 1, len(arrays["base"])))


def _kmeans(number: int, seed: int) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(number, n_init=4, random_state=seed)

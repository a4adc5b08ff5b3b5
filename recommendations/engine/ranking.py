"""From scores to the list that is shown: what may appear, once per franchise, best first; then as the viewer asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

POOL = 300  # franchises from which the best are chosen anew when the viewer asks for something
NICHE_WEIGHT = 1.25  # what a standard deviation of log audience is worth at niche = ±1, in those of `relevance`
DIVERSITY_WEIGHT = 8.0  # what the mix of genres is worth at diversity = 1, in the same measure
MODELS = ("hybrid", "linear", "content", "svd", "popularity")  # that rank in numpy; the one that is published first


@dataclass(frozen=True)
class TitleRules:
    """What ranking must know of each title; all arrays are (n_items,).

    recommendable: can be watched today. adult: needs an opt-in. franchise: int group number, its own for a title that
    stands alone. entry: int item index of where to start with the franchise, the title itself where that is unknown.
    audience: how many people have it on their list. is_new: so new that few can have. minutes: of all episodes
    together. NaN in either: not known. genres: (n_items, n_genres) shares of each title, a row's sum is 1, or 0 where
    no genre is known.
    """

    recommendable: NDArray[np.bool_]
    adult: NDArray[np.bool_]
    franchise: NDArray[np.integer]
    entry: NDArray[np.integer]
    audience: NDArray[np.floating]
    is_new: NDArray[np.bool_]
    minutes: NDArray[np.floating]
    genres: sp.csr_matrix


@dataclass(frozen=True)
class RankingOptions:
    """Ranking options; the defaults are those of the published lists. Raises ValueError if out of range.

    niche: from -1, what everybody knows, to 1, what hardly anybody knows. diversity: from 0 to 1, where only the mix of
    genres counts. minimum_audience: of the titles shown (see `known_enough`). shortest: minutes, of all episodes.
    model: whose scores are ranked, one of MODELS.
    """

    LIMITS: ClassVar[dict[str, tuple[int, int]]] = {
        "niche": (-1, 1),
        "diversity": (0, 1),
        "minimum_audience": (0, 1_000_000),
        "shortest": (0, 1000),
    }

    niche: float = 0.0
    diversity: float = 0.0
    minimum_audience: int = 1000
    shortest: int = 10
    model: str = MODELS[0]

    def __post_init__(self) -> None:
        for name, (least, most) in self.LIMITS.items():
            value: Any = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"{name} is {value}, but must be from {least} to {most}")
        if self.model not in MODELS:
            raise ValueError(f"model is {self.model}, but must be one of {', '.join(MODELS)}")

    def without_default_limits(self) -> RankingOptions:
        """The same, but limits of audience and length only where they were asked for."""
        limits = ("minimum_audience", "shortest")
        unasked: dict[str, Any] = {n: 0 for n in limits if getattr(self, n) == getattr(RankingOptions, n)}
        return replace(self, **unasked)


PUBLISHED = RankingOptions()
NOTHING = np.zeros(0, dtype=np.int64)


def rank(
    scores: NDArray[np.floating],
    allowed: NDArray[np.bool_],
    rules: TitleRules,
    n: int,
    options: RankingOptions = PUBLISHED,
    listed: NDArray[np.integer] = NOTHING,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n best franchises under the options → (shown, scored) as in `top_franchises`.

    scores: (n_items,), finite for the candidates only. allowed: (n_items,), see `allowed_titles`. listed: the titles,
    as item indices, whose genres are the member's taste.
    """
    allowed = allowed & may_be_shown(rules, options)
    if not (options.niche or options.diversity):
        return top_franchises(scores, allowed, rules, n)
    shown, scored = top_franchises(scores, allowed, rules, max(POOL, n))
    wanted = relevance(len(shown)) - options.niche * NICHE_WEIGHT * fame(rules.audience[shown])
    genres = rules.genres[shown].toarray()
    taste = mean_genres(rules.genres, listed if len(listed) else shown)
    order = calibrated(wanted, genres, taste, DIVERSITY_WEIGHT * options.diversity, n)
    return shown[order], scored[order]


def allowed_titles(
    rules: TitleRules, on_list: NDArray[np.integer], hidden: NDArray[np.integer], shows_adult: bool
) -> NDArray[np.bool_]:
    """(n_items,) mask of what may be recommended to one member.

    Not what is on the list or hidden, and nothing else of those franchises: a series that was begun is continued (see
    `continue_series`), one that was dropped or declined stays away.
    """
    allowed = rules.recommendable if shows_adult else rules.recommendable & ~rules.adult
    touched = np.zeros(int(rules.franchise.max(initial=-1)) + 1, dtype=bool)
    touched[rules.franchise[on_list]] = True
    touched[rules.franchise[hidden]] = True
    return allowed & ~touched[rules.franchise]


def may_be_shown(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """(n_items,) mask of what the options leave."""
    return known_enough(rules, options) & long_enough(rules, options)


def known_enough(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """(n_items,) mask of titles with the minimum audience, or of which none is known, or too new to have one.

    Asking for the unknown lowers the minimum: to half at niche 0.5, to nothing at 1.
    """
    least = options.minimum_audience * (1 - max(options.niche, 0.0))
    return ~(rules.audience < least) | rules.is_new


def long_enough(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """(n_items,) mask of titles that are not shorter than asked, or of unknown length."""
    return ~(rules.minutes < options.shortest)


def top_franchises(
    scores: NDArray[np.floating], allowed: NDArray[np.bool_], rules: TitleRules, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n best franchises of (n_items,) scores, each by its best title → (shown, scored), item indices, best first.

    `scored` is the title that earned the place, `shown` the franchise's entry point (where that is allowed). Only
    allowed titles with a finite score count.
    """
    candidates = np.flatnonzero(allowed & np.isfinite(scores))
    depth = min(2 * n, len(candidates))
    while True:
        scored = _first_of_each_franchise(_best(candidates, scores, depth), rules.franchise)
        if len(scored) >= n or depth == len(candidates):
            break
        depth = min(2 * depth, len(candidates))
    scored = scored[:n]
    entry = rules.entry[scored]
    return np.where(allowed[entry], entry, scored), scored


def relevance(n: int) -> NDArray[np.float64]:
    """(n,) what each place of a ranking is worth, best first, standardised: minus the logarithm of the place.

    Places, because the scores of models differ in how far the first stand out, and a slider should not.
    """
    return standardised(-np.log(np.arange(1, n + 1)))


def standardised(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) values with mean 0 and standard deviation 1; all 0 where they are all the same."""
    if not len(values) or np.ptp(values) == 0:
        return np.zeros(len(values))
    return (values - values.mean()) / values.std()


def fame(audience: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) standardised log audience; 0, the mean, where it is not known."""
    known = np.isfinite(audience)
    result = np.zeros(len(audience))
    result[known] = standardised(np.log1p(audience[known]))
    return result


def mean_genres(genres: sp.csr_matrix, titles: NDArray[np.integer]) -> NDArray[np.float64]:
    """(n_genres,) the shares of genres among the titles, which sum to 1; all 0 where none of them has any."""
    total = np.asarray(genres[titles].sum(0)).ravel()
    return total / max(total.sum(), 1e-9)


def calibrated(
    wanted: NDArray[np.floating],
    genres: NDArray[np.floating],
    taste: NDArray[np.floating],
    weight: float,
    n: int,
) -> NDArray[np.int64]:
    """Return up to n positions, best first, so that the top matches the genre mix of the member's taste.

    wanted: (n_pool,) how much each title is wanted. genres: (n_pool, n_genres) its shares. taste: (n_genres,) shares.
    Greedily, the k-th place goes to the title with the highest wanted - weight · ½ ‖k · taste - genres of those k‖².

    Source: Steck 2018, "Calibrated Recommendations" (RecSys), eq. 4 and its greedy optimisation. Chosen over MMR, which
    pushes every list towards all genres, whether the member likes them or not. Deviation: squared distance of the
    summed genres instead of the Kullback-Leibler divergence of their shares. It needs no smoothing, weighs as much at
    the 100th place as at the first, and the gain of every candidate is one matrix-vector product.
    """
    gains = weight * genres
    left = wanted - (gains * genres).sum(1) / 2
    owed = taste.astype(np.float64)
    order = np.empty(min(n, len(wanted)), dtype=np.int64)
    for place in range(len(order)):
        best = int((left + gains @ owed).argmax())
        order[place] = best
        left[best] = -np.inf
        owed += taste - genres[best]
    return order


def _best(candidates: NDArray[np.int64], scores: NDArray[np.floating], depth: int) -> NDArray[np.int64]:
    """The `depth` best of the candidates, best first, equal scores by index."""
    if depth < len(candidates):
        candidates = np.sort(candidates[np.argpartition(-scores[candidates], depth - 1)[:depth]])
    return candidates[np.argsort(-scores[candidates], kind="stable")]


def _first_of_each_franchise(ordered: NDArray[np.int64], franchise: NDArray[np.integer]) -> NDArray[np.int64]:
    _, first = np.unique(franchise[ordered], return_index=True)
    return ordered[np.sort(first)]

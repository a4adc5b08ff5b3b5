"""Turns scores into recommendations: eligible titles, one per franchise, ranked by the viewer's options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

POOL = 300  # franchises to rerank when the viewer sets niche or diversity
NICHE_WEIGHT = 1.25  # of one standard deviation of log audience at niche = ±1, in standard deviations of `relevance`
DIVERSITY_WEIGHT = 8.0  # of the genre mix at diversity = 1, in the same unit
MODELS = ("hybrid", "linear", "content", "svd", "popularity")  # that rank in numpy; the published lists use the first


@dataclass(frozen=True)
class TitleRules:
    """Per-title data for ranking; all arrays are (n_items,).

    recommendable: can be watched today. adult: needs an opt-in. franchise: int group number, unique for a standalone
    title. entry: int item index of the franchise's entry point, -1 if the model doesn't know it. audience: number of
    people with it on their list, NaN if unknown. is_new: too new to have an audience. minutes: total of all episodes,
    NaN if unknown. genres: (n_items, n_genres) shares of each title; rows sum to 1, or to 0 if no genre is known.
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

    niche: from -1 (well-known titles) to 1 (obscure ones). diversity: from 0 to 1, where the genre mix dominates.
    minimum_audience: of recommended titles (see `known_enough`). shortest: minutes, total of all episodes. model: one
    of MODELS, whose scores are ranked. recent: weigh what was watched lately more.
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
    recent: bool = False

    def __post_init__(self) -> None:
        for name, (least, most) in self.LIMITS.items():
            value: Any = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"{name} is {value}, but must be from {least} to {most}")
        if self.model not in MODELS:
            raise ValueError(f"model is {self.model}, but must be one of {', '.join(MODELS)}")

    def without_default_limits(self) -> RankingOptions:
        """Return the options without those limits on audience and length that have their default values."""
        limits = ("minimum_audience", "shortest")
        defaults: dict[str, Any] = {n: 0 for n in limits if getattr(self, n) == getattr(RankingOptions, n)}
        return replace(self, **defaults)


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
    """Return the n best franchises under the options as (entries, winners), see `top_franchises`.

    scores: (n_items,), finite for candidates only. allowed: (n_items,), see `allowed_titles`. listed: item indices of
    the titles whose genres define the member's taste.
    """
    allowed = allowed & may_be_shown(rules, options)
    if not (options.niche or options.diversity):
        return top_franchises(scores, allowed, rules, n)
    entries, winners = top_franchises(scores, allowed, rules, max(POOL, n))
    utility = relevance(len(entries)) - options.niche * NICHE_WEIGHT * fame(rules.audience[entries])
    genres = rules.genres[entries].toarray()
    taste = mean_genres(rules.genres, listed if len(listed) else entries)
    order = calibrated(utility, genres, taste, DIVERSITY_WEIGHT * options.diversity, n)
    return entries[order], winners[order]


def allowed_titles(
    rules: TitleRules, on_list: NDArray[np.integer], hidden: NDArray[np.integer], shows_adult: bool
) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of titles that may be recommended to one member.

    Excludes the whole franchise of every listed or hidden title: `continue_series` handles series in progress, and
    dropped or declined ones stay away.
    """
    allowed = rules.recommendable if shows_adult else rules.recommendable & ~rules.adult
    excluded = np.zeros(int(rules.franchise.max(initial=-1)) + 1, dtype=bool)
    excluded[rules.franchise[on_list]] = True
    excluded[rules.franchise[hidden]] = True
    return allowed & ~excluded[rules.franchise]


def may_be_shown(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of titles within the options' limits on audience and length."""
    return known_enough(rules, options) & long_enough(rules, options)


def known_enough(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of titles with the minimum audience, an unknown one, or too new to have one.

    A positive niche lowers the minimum: to half at 0.5, to nothing at 1.
    """
    least = options.minimum_audience * (1 - max(options.niche, 0.0))
    return ~(rules.audience < least) | rules.is_new


def long_enough(rules: TitleRules, options: RankingOptions) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of titles that are not shorter than the option, or of unknown length."""
    return ~(rules.minutes < options.shortest)


def top_franchises(
    scores: NDArray[np.floating], allowed: NDArray[np.bool_], rules: TitleRules, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the n best franchises of (n_items,) scores as (entries, winners): item indices, best first.

    A franchise ranks by its winner, its best allowed title with a finite score. Its entry is the franchise's entry
    point; without an allowed one, the franchise is left out, because the other parts assume knowledge of it.
    """
    can_be_started = (rules.entry >= 0) & allowed[rules.entry]
    candidates = np.flatnonzero(allowed & can_be_started & np.isfinite(scores))
    depth = min(2 * n, len(candidates))
    while True:
        winners = _first_of_each_franchise(_best(candidates, scores, depth), rules.franchise)
        if len(winners) >= n or depth == len(candidates):
            break
        depth = min(2 * depth, len(candidates))
    winners = winners[:n]
    return rules.entry[winners].astype(np.int64), winners


def relevance(n: int) -> NDArray[np.float64]:
    """Return the (n,) relevance of each rank, best first: the standardised negative log rank.

    Based on ranks, because the score gaps at the top differ between models, and the options' effect should not.
    """
    return standardised(-np.log(np.arange(1, n + 1)))


def standardised(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (n,) values with mean 0 and standard deviation 1; all 0 if they are equal."""
    if not len(values) or np.ptp(values) == 0:
        return np.zeros(len(values))
    return (values - values.mean()) / values.std()


def fame(audience: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (n,) standardised log audience; 0, the mean, where unknown."""
    is_known = np.isfinite(audience)
    result = np.zeros(len(audience))
    result[is_known] = standardised(np.log1p(audience[is_known]))
    return result


def mean_genres(genres: sp.csr_matrix, titles: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (n_genres,) genre shares over the titles, summing to 1; all 0 if none has a genre."""
    total = np.asarray(genres[titles].sum(0)).ravel()
    return total / max(total.sum(), 1e-9)


def calibrated(
    utility: NDArray[np.floating],
    genres: NDArray[np.floating],
    taste: NDArray[np.floating],
    weight: float,
    n: int,
) -> NDArray[np.int64]:
    """Return up to n positions, best first, so that the top matches the genre mix of the member's taste.

    utility: (n_pool,) of each title. genres: (n_pool, n_genres) its shares. taste: (n_genres,) shares. Greedily, the
    k-th place goes to the title with the highest utility - weight · ½ ‖k · taste - summed genres of the first k‖².

    Source: Steck 2018, "Calibrated Recommendations" (RecSys), eq. 4 and its greedy optimisation. Chosen over MMR, which
    pushes every list towards all genres, whether the member likes them or not. Deviation: squared distance of the
    summed genres instead of the Kullback-Leibler divergence of their shares. It needs no smoothing, weighs as much at
    the 100th place as at the first, and takes one matrix-vector product for the gains of all candidates.
    """
    gains = weight * genres
    objective = utility - (gains * genres).sum(1) / 2
    deficit = taste.astype(np.float64)
    order = np.empty(min(n, len(utility)), dtype=np.int64)
    for place in range(len(order)):
        best = int((objective + gains @ deficit).argmax())
        order[place] = best
        objective[best] = -np.inf
        deficit += taste - genres[best]
    return order


def _best(candidates: NDArray[np.int64], scores: NDArray[np.floating], depth: int) -> NDArray[np.int64]:
    """Return the `depth` best candidates, best first, equal scores by index."""
    if depth < len(candidates):
        candidates = np.sort(candidates[np.argpartition(-scores[candidates], depth - 1)[:depth]])
    return candidates[np.argsort(-scores[candidates], kind="stable")]


def _first_of_each_franchise(ordered: NDArray[np.int64], franchise: NDArray[np.integer]) -> NDArray[np.int64]:
    _, first = np.unique(franchise[ordered], return_index=True)
    return ordered[np.sort(first)]

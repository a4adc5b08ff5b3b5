"""Group recommendations: one list for several people, aggregated from each member's preferences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.explain import reasons
from recommendations.engine.member_list import MemberList
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.evidence.evidence import MemberEvidence
from recommendations.engine.ranking import NOTHING, PUBLISHED, TitleRules, allowed_titles, may_be_shown, rank
from recommendations.engine.recommender import Recommender

CANDIDATES = 300  # per member; the group scores all of them


@dataclass(frozen=True)
class RankedTogether:
    """Parallel arrays over the n recommended titles, best first; ids are those of `Recommender.items`.

    predicted: (n_members, n) each member's expected score, 1–10. reason_ids: (n_members, n) the liked title on each
    member's list that contributes most, 0 for none.
    """

    ids: NDArray[np.int64]
    predicted: NDArray[np.float32]
    reason_ids: NDArray[np.int64]


def recommend_together(
    recommender: Recommender,
    members: Sequence[MemberList],
    rules: TitleRules,
    n: int,
    method: str = "fair",
    among: NDArray[np.bool_] | None = None,
) -> RankedTogether:
    """Return the n best titles for the group, excluding franchises that any member has listed or hidden.

    among: (n_items,) mask that restricts the titles. Adult titles are never included. Raises KeyError for an unknown
    method.
    """
    if not members:
        return RankedTogether(NOTHING, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int64))
    evidence = [recommender.read(member) for member in members]
    on_lists = np.concatenate([member.on_list for member in members])
    hidden = np.concatenate([member.hidden for member in members])
    allowed = allowed_titles(rules, on_lists, hidden, shows_adult=False) & may_be_shown(rules, PUBLISHED)
    if among is not None:
        allowed &= among
    candidates = _candidates(evidence, allowed)
    preferences = shares_below(np.stack([one.linear[candidates] for one in evidence]))
    scores = np.full(len(recommender.items), np.nan)
    scores[candidates] = METHODS[method](preferences, n)
    entries, winners = rank(scores, allowed, rules, n)
    amounts = [one.contributions.among(winners) for one in evidence]
    cited = [
        reasons(one.items, one.scores, of, rules.franchise)[0][:, 0] for one, of in zip(evidence, amounts, strict=True)
    ]
    predicted = [recommender.ratings.rate(one, entries) for one in evidence]
    reason_index = np.stack(cited)
    return RankedTogether(
        ids=recommender.items.ids[entries],
        predicted=np.stack(predicted),
        reason_ids=np.where(reason_index >= 0, recommender.items.ids[reason_index], 0),
    )


def shares_below(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Convert (n_members, n) scores to percentile ranks (0–1), so that members are comparable."""
    places = scores.argsort(1, kind="stable").argsort(1, kind="stable")
    return places / max(scores.shape[1] - 1, 1)


def average(preferences: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return (n_candidates,) mean preferences."""
    return preferences.mean(0)


def least_misery(preferences: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return (n_candidates,) preferences of the least satisfied member.

    Source: Masthoff 2004, "Group Modeling: Selecting a Sequence of Television Items to Suit a Group of Viewers".
    """
    return preferences.min(0)


def fair(preferences: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return (n_candidates,) scores that rank titles so that every member soon finds one that suits them.

    Each place goes to the title that adds most to Σ_members P(at least one title so far suits the member), so titles
    for members served already add little. After the first 2n places the rest follow by mean preference.

    Source: Kaya, Bridge & Tintarev 2020, "Ensuring Fairness in Group Recommendations by Rank-Sensitive Balancing of
    Relevance" (RecSys), eq. 4–6. Deviation: P(suits) is the member's percentile rank among candidates, to the power of
    SHARPNESS, instead of Borda counts over all candidates, which hardly differ at the top.
    """
    suits = preferences**SHARPNESS
    unserved = np.ones(len(preferences))
    available = np.ones(preferences.shape[1], dtype=bool)
    scores = preferences.mean(0) - 1
    for place in range(min(2 * n, preferences.shape[1])):
        gains = np.where(available, unserved @ suits, -np.inf)
        best = int((gains + TIE * scores).argmax())
        scores[best] = 2 * n - place
        available[best] = False
        unserved *= 1 - MOST_CERTAIN * suits[:, best]
    return scores


SHARPNESS = 8  # titles in a member's top tenth suit with a probability of at least 0.43
MOST_CERTAIN = 0.5  # cap on the probability that a title satisfies a member, so that further titles still count
TIE = 1e-9
METHODS: dict[str, Callable[[NDArray[np.floating], int], NDArray[np.float64]]] = {
    "fair": fair,
    "average": average,
    "least_misery": least_misery,
}


def _candidates(evidence: Sequence[MemberEvidence], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the union of each member's best allowed titles, by ascending item index."""
    best = []
    for one in evidence:
        scores = np.where(allowed & (one.linear > 0), one.linear, -np.inf)
        top = top_k(scores[None], CANDIDATES)[0]
        best.append(top[np.isfinite(scores[top])])
    return np.unique(np.concatenate(best))

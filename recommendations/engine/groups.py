"""What to watch together: one list for several people, made from what suits each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.explain import reasons
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.evidence import MemberEvidence
from recommendations.engine.ranking import NOTHING, PUBLISHED, TitleRules, allowed_titles, may_be_shown, rank
from recommendations.engine.recommender import MemberList, Recommender

CANDIDATES = 300  # titles of each member that are judged for all of them


@dataclass(frozen=True)
class RankedTogether:
    """Parallel arrays over the n titles shown, best first; ids are those of `Recommender.items`.

    predicted: (n_members, n) the score, 1–10, each member is expected to give. reason_ids: (n_members, n) the liked
    title of each member's list that speaks for it most, 0 for none.
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
    """The n best titles that none of the members has on their list, or anything of the same franchise.

    among: (n_items,) a choice of titles. Adult titles are never among them. Raises KeyError for an unknown method.
    """
    if not members:
        return RankedTogether(NOTHING, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int64))
    read = [recommender.evidence.read(member.items, member.scores) for member in members]
    begun = np.concatenate([member.on_list for member in members])
    hidden = np.concatenate([member.hidden for member in members])
    allowed = allowed_titles(rules, begun, hidden, shows_adult=False) & may_be_shown(rules, PUBLISHED)
    if among is not None:
        allowed &= among
    candidates = _candidates(read, allowed)
    likings = shares_below(np.stack([one.linear[candidates] for one in read]))
    scores = np.full(len(recommender.items), np.nan)
    scores[candidates] = METHODS[method](likings, n)
    shown, scored = rank(scores, allowed, rules, n)
    cited = [reasons(one.items, one.scores, one.contributions.among(scored))[0][:, 0] for one in read]
    own = [recommender.predict(member.items, member.scores, shown) for member in members]
    at = np.stack(cited)
    return RankedTogether(
        ids=recommender.items.ids[shown],
        predicted=np.stack(own),
        reason_ids=np.where(at >= 0, recommender.items.ids[at], 0),
    )


def shares_below(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Convert (n_members, n) scores to percentile ranks (0–1), so that members are comparable."""
    places = scores.argsort(1, kind="stable").argsort(1, kind="stable")
    return places / max(scores.shape[1] - 1, 1)


def average(likings: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """(n_candidates,) what suits all of them best on the whole."""
    return likings.mean(0)


def least_misery(likings: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """(n_candidates,) what suits even the one best whom it suits least.

    Source: Masthoff 2004, "Group Modeling: Selecting a Sequence of Television Items to Suit a Group of Viewers".
    """
    return likings.min(0)


def fair(likings: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """(n_candidates,) scores of an order in which everybody soon finds something that is right for them.

    Each place goes to the title that adds most to Σ_members P(at least one title so far is right for the member); what
    is right for those who were served already adds little. After the first 2n places the rest follow by their average.

    Source: Kaya, Bridge & Tintarev 2020, "Ensuring Fairness in Group Recommendations by Rank-Sensitive Balancing of
    Relevance" (RecSys), eq. 4–6. Deviation: P(right) is the share of candidates that suit the member less, to the power
    of SHARPNESS, instead of Borda counts over all candidates, which hardly differ among the first.
    """
    right = likings**SHARPNESS
    unserved = np.ones(len(likings))
    left = np.ones(likings.shape[1], dtype=bool)
    scores = likings.mean(0) - 1
    for place in range(min(2 * n, likings.shape[1])):
        gains = np.where(left, unserved @ right, -np.inf)
        best = int((gains + TIE * scores).argmax())
        scores[best] = 2 * n - place
        left[best] = False
        unserved *= 1 - MOST_CERTAIN * right[:, best]
    return scores


SHARPNESS = 8  # the best tenth of the candidates counts as right with a probability of 0.43 and more
MOST_CERTAIN = 0.5  # nobody is sure to like even what suits them best, so that there is always something left to gain
TIE = 1e-9
METHODS: dict[str, Callable[[NDArray[np.floating], int], NDArray[np.float64]]] = {
    "fair": fair,
    "average": average,
    "least_misery": least_misery,
}


def _candidates(read: Sequence[MemberEvidence], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The allowed titles that suit any of the members best, in the order of their indices."""
    best = []
    for one in read:
        scores = np.where(allowed & (one.linear > 0), one.linear, -np.inf)
        top = top_k(scores[None], CANDIDATES)[0]
        best.append(top[np.isfinite(scores[top])])
    return np.unique(np.concatenate(best))

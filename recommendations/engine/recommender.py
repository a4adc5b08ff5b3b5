"""What is published: the ranker, the rating predictor and the fallback, over one set of titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine import artifacts
from recommendations.engine.explain import Contributions, contributions
from recommendations.engine.interactions import IdMap
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.ranking import PUBLISHED, RankingOptions, TitleRules, allowed_titles, rank


@dataclass(frozen=True)
class MemberList:
    """What a member's recommendations are made from, in item indices.

    items, scores: (n,) the titles experienced, with 1–10 or 0 for no score. on_list: everything on the list, planned
    titles too. hidden: titles never to be shown.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    on_list: NDArray[np.integer]
    hidden: NDArray[np.integer]
    shows_adult: bool


@dataclass(frozen=True)
class Ranked:
    """Parallel arrays over the n titles shown, best first; ids are those of `Recommender.items`.

    scores: unitless. predicted: the score, 1–10, the member is expected to give. reason_ids and reason_shares: (n, REASONS),
    0 where there is no further reason.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    predicted: NDArray[np.float32]
    reason_ids: NDArray[np.int64]
    reason_shares: NDArray[np.float32]


@dataclass(frozen=True)
class Recommender:
    """The three parts that are published together; all are fitted over `items`."""

    items: IdMap
    linear: RatingAwareEase
    ratings: Svd
    popularity: Popularity

    def recommend(self, member: MemberList, rules: TitleRules, n: int, options: RankingOptions = PUBLISHED) -> Ranked:
        """The n best titles for a member, by the linear model, with reasons; empty when the list holds nothing known."""
        made = self._contributions(member.items, member.scores)
        scores = made.totals()
        scores[~self.linear.arrays["known"]] = np.nan
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        allowed &= scores > 0  # nothing on the list speaks for the others
        shown, scored = rank(scores, allowed, rules, n, options, member.items)
        reasons, shares = made.reasons(scored)
        return Ranked(
            ids=self.items.ids[shown],
            scores=scores[scored].astype(np.float32),
            predicted=self.predict(member.items, member.scores, shown),
            reason_ids=np.where(reasons >= 0, self.items.ids[reasons], 0),
            reason_shares=shares,
        )

    def recommend_many(self, members: Sequence[MemberList], rules: TitleRules, n: int) -> Iterator[Ranked]:
        """`recommend` for each member, in their order."""
        return (self.recommend(member, rules, n) for member in members)

    def scores(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n_items,) what the linear model gives each title for a list of titles (n,) with scores (n,), 0 for none."""
        return self._contributions(items, scores).totals()

    def _contributions(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> Contributions:
        return contributions(self.linear, items, scores)

    def predict(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], wanted: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """(n_wanted,) the scores, 1–10, that a member with this list is expected to give."""
        learnt = self.ratings.arrays
        taste = self.ratings.fold_in(items, scores)
        predicted = learnt["mean"] + learnt["item_bias"][wanted] + taste[0] + learnt["item_factors"][wanted] @ taste[1:]
        return np.clip(predicted, 1, 10).astype(np.float32)

    def most_popular(
        self, member: MemberList, rules: TitleRules, n: int, options: RankingOptions = PUBLISHED
    ) -> NDArray[np.int64]:
        """(≤ n,) ids of what most people like, by the same rules."""
        scores = self.popularity.arrays["popularity"]
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        shown, _ = rank(scores, allowed, rules, n, options, member.items)
        return self.items.ids[shown]

    def similar(self, n: int, rules: TitleRules) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For each title the n most alike outside its franchise: (n_items, n) ids (0: none left) and scores 0–1.

        Alike = the weights between the two in both directions and both channels, relative to the closest.
        """
        both = self.linear.weights("watched") + self.linear.weights("liked")
        both = (both + both.T).tocsr()
        ids = np.zeros((len(self.items), n), dtype=np.int64)
        scores = np.zeros((len(self.items), n), dtype=np.float32)
        for item in range(len(self.items)):
            row = both[item]
            elsewhere = (rules.franchise[row.indices] != rules.franchise[item]) & (row.data > 0)
            candidates, weights = row.indices[elsewhere], row.data[elsewhere]
            order = candidates[np.argsort(-weights, kind="stable")]
            _, first = np.unique(rules.franchise[order], return_index=True)
            best = order[np.sort(first)][:n]
            ids[item, : len(best)] = self.items.ids[best]
            if len(best):
                strength = np.asarray(row[:, best].todense()).ravel()
                scores[item, : len(best)] = strength / strength.max()
        return ids, scores

    def save(self, folder: Path, description: dict[str, Any]) -> None:
        """As one artifact (see `artifacts.save`)."""
        parts = {
            "linear": self.linear.arrays,
            "ratings": self.ratings.without_members(),
            "popularity": self.popularity.arrays,
        }
        arrays = {f"{part}.{name}": array for part, learnt in parts.items() for name, array in learnt.items()}
        parameters = {part: getattr(self, part).parameters for part in parts}
        artifacts.save(folder, {"item_ids": self.items.ids, **arrays}, {**description, "parameters": parameters})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises ArtifactError for a missing, damaged or incomplete artifact."""
        arrays, description = artifacts.load(folder)
        learnt: dict[str, dict[str, NDArray[Any]]] = {"linear": {}, "ratings": {}, "popularity": {}}
        for name, array in arrays.items():
            if "." in name:
                part, _, rest = name.partition(".")
                learnt[part][rest] = array
        parameters = description["parameters"]
        return cls(
            items=IdMap(arrays["item_ids"]),
            linear=RatingAwareEase(**parameters["linear"]).load(learnt["linear"]),
            ratings=Svd(**parameters["ratings"]).load(learnt["ratings"]),
            popularity=Popularity(**parameters["popularity"]).load(learnt["popularity"]),
        )

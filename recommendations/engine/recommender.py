"""The published recommender: ranker, rating predictor and fallback over one set of titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommendations.engine import artifacts
from recommendations.engine.base import Model
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.explain import contributions, reasons
from recommendations.engine.member_list import MemberList, Ranked
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.content import Content
from recommendations.engine.models.evidence.evidence import (
    COLUMNS,
    Evidence,
    MemberEvidence,
    TitleFacts,
    flattened,
    nested,
    saved_linear,
)
from recommendations.engine.models.evidence.like_minded import LikeMinded
from recommendations.engine.models.evidence.residual_neighbours import ResidualNeighbours
from recommendations.engine.models.evidence.series import Series
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RankedCandidates, RatingBlend
from recommendations.engine.ranking import (
    PUBLISHED,
    RankingOptions,
    TitleRules,
    allowed_titles,
    may_be_shown,
    rank,
)
from recommendations.engine.recency.half_life import NEVER, RECENT, half_life
from recommendations.engine.recency.weights import weights

MEMBERS_AT_ONCE = 32  # batch size: the new titles' rows are read once per batch
# Every how many places a title without interactions stands: as often as the list has such titles, times NEW_SHARE,
# because what else members watch is less new than their lists (docs/decisions/0022).
NEW_SHARE, NEW_MOST_OFTEN, NEW_LEAST_OFTEN = 0.7, 5, 12
TOP_SCORE = 10.0
TINY = 1e-9
WITHOUT_REASONS = {Svd.name, Popularity.name}  # scores without contributions of listed titles

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True)
class Recommender:
    """The models that are published together over `items`; ranker and rating predictor share the evidence.

    alike: (n_items, k) item indices of the nearest titles by another model, -1 for none; used when the linear model's
    neighbours run out.
    """

    items: IdMap
    hybrid: Hybrid
    ratings: RatingBlend
    popularity: Popularity
    content: Content | None = None  # None without catalogue metadata
    alike: NDArray[np.int32] | None = None

    @property
    def evidence(self) -> Evidence:
        return self.hybrid.fitted

    @property
    def linear(self) -> RatingAwareEase:
        return self.evidence.linear

    def recommend(
        self,
        member: MemberList,
        rules: TitleRules,
        n: int,
        options: RankingOptions = PUBLISHED,
        among: NDArray[np.bool_] | None = None,
    ) -> Ranked:
        """Return the n best titles for a member, with reasons; empty if the model can't judge any.

        Some of the hybrid's titles have no interactions and are chosen by content: one in twelve, up to one in five for
        lists with many such titles.

        among: (n_items,) mask that restricts the titles. The best are ranked as usual; if they don't fill the list, the
        other titles in the mask follow, most popular first, including those outside the default limits on audience and
        length.
        """
        (ranked,) = self.recommend_many([member], rules, n, options, among)
        return ranked

    def recommend_many(
        self,
        members: Sequence[MemberList],
        rules: TitleRules,
        n: int,
        options: RankingOptions = PUBLISHED,
        among: NDArray[np.bool_] | None = None,
    ) -> Iterator[Ranked]:
        """Yield the result of `recommend` for each member, in order."""
        for start in range(0, len(members), MEMBERS_AT_ONCE):
            batch = members[start : start + MEMBERS_AT_ONCE]
            for member, new_titles in zip(batch, self._new_titles_for(batch), strict=True):
                yield self._recommend(member, new_titles, rules, n, options, among)

    def _recommend(
        self,
        member: MemberList,
        new_titles: NDArray[np.float32],
        rules: TitleRules,
        n: int,
        options: RankingOptions,
        among: NDArray[np.bool_] | None,
    ) -> Ranked:
        """Return one member's recommendations; new_titles: (n_new,) their content scores."""
        evidence = self.read(member, options.recent)
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        if among is not None:
            allowed &= among
        eligible = allowed & may_be_shown(rules, options)
        if options.model == Hybrid.name:
            ranking = self._ranked_by_hybrid(evidence, eligible)
            may_enter = _may_enter(member, rules, eligible)
            self._insert_new_titles(ranking, new_titles, may_enter, n, self._new_every(member))
        else:
            ranking = self._ranked_by(options.model, evidence, eligible)
        scores = ranking.scores
        if among is not None:
            options = options.without_default_limits()
            self._append_unscored(scores, allowed)
        entries, winners = rank(scores, allowed, rules, n, options, member.items)
        amounts = self._contributions(evidence, winners, options.model)
        cited, shares = reasons(member.items, member.scores, amounts, rules.franchise)
        return Ranked(
            ids=self.items.ids[entries],
            scores=scores[winners].astype(np.float32),
            predicted=self._predicted(evidence, ranking, entries),
            reason_ids=np.where(cited >= 0, self.items.ids[cited], 0),
            reason_shares=shares,
        )

    def read(self, member: MemberList, recent: bool = False) -> MemberEvidence:
        """Return what the models read in a member's list, weighed by age if their taste changes.

        recent: weigh what they watched lately more in any case.
        """
        if member.days is None:
            return self.evidence.read(member.items, member.scores)
        years = min(self.half_life_of(member), RECENT if recent else NEVER)
        by_age = None if years == NEVER else weights(member.days, years)
        return self.evidence.read(member.items, member.scores, by_age)

    def half_life_of(self, member: MemberList) -> float:
        """Return the years in which what a member watched loses half of its weight; NEVER if it doesn't."""
        return NEVER if member.days is None else half_life(self.linear, member.items, member.scores, member.days)

    def expected(self, member: MemberList, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets,) scores, 1–10, that a member is expected to give."""
        return self.ratings.rate(self.read(member), targets)

    def expected_between(self, member: MemberList, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets, 2) bounds, 1–10, between which four in five of such scores lie; NaN if never learned."""
        return self.ratings.interval_rows(self.evidence.table(self.read(member), targets))

    def scores(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return (n_items,) scores of the linear model for a list of (n,) titles with (n,) scores, 0 for none."""
        return self.evidence.read(items, scores).linear

    def predict(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Return (n_targets,) expected scores, 1–10, for a member with this list."""
        return self.ratings.predict_one(items, scores, targets)

    def _ranked_by_hybrid(self, evidence: MemberEvidence, eligible: NDArray[np.bool_]) -> RankedCandidates:
        supported = eligible & (evidence.linear > 0)  # the list gives no evidence for the others
        ranking = self.hybrid.rank(evidence, supported)
        return ranking._replace(scores=np.where(supported, ranking.scores, np.nan))

    def _ranked_by(self, model: str, evidence: MemberEvidence, eligible: NDArray[np.bool_]) -> RankedCandidates:
        """Rank by one model alone, without candidates; all NaN if this version lacks the model."""
        scores = np.where(eligible, self._scores_by(model, evidence), np.float32(np.nan))
        return RankedCandidates(scores, np.zeros(0, dtype=np.int64), np.zeros((0, len(COLUMNS)), dtype=np.float32))

    def _scores_by(self, model: str, evidence: MemberEvidence) -> NDArray[np.float32]:
        """Return (n_items,) scores, NaN where the model can't judge the title."""
        if model == Popularity.name:
            return self.popularity.arrays["popularity"]
        if model == Svd.name:
            return np.where(self.linear.arrays["known"], self.evidence.svd.expected(evidence.taste), np.float32(np.nan))
        if model == RatingAwareEase.name:
            return np.where(evidence.linear > 0, evidence.linear, np.float32(np.nan))
        scores = np.full(len(self.items), np.nan, dtype=np.float32)
        if self.content is not None:
            described = self.content.arrays["described"]
            scores[described] = self.content.arrays["outputs"][described] @ self.content.taste_of(
                evidence.items, evidence.scores
            )
        return scores

    def _insert_new_titles(
        self,
        ranking: RankedCandidates,
        by_content: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        n: int,
        every: int,
    ) -> None:
        """Give the best new titles the scores of every `every`-th candidate."""
        scores, candidates = ranking.scores, ranking.candidates
        new, _ = self._new_titles
        if not len(new) or not len(candidates):
            return
        by_content = np.where(allowed[new], by_content, -np.inf)
        best = top_k(by_content[None], -(-n // every))[0]
        best = new[best[np.isfinite(by_content[best])]]
        places = np.minimum(every * np.arange(1, len(best) + 1), len(candidates)) - 1
        scores[best] = -np.sort(-scores[candidates])[places]

    def _new_every(self, member: MemberList) -> int:
        """Return every how many places a new title should stand, from the share of new titles on the list."""
        if not len(member.items):
            return NEW_LEAST_OFTEN
        share = 1 - self.linear.arrays["known"][member.items].mean()
        return int(np.clip(round(NEW_SHARE / max(share, TINY)), NEW_MOST_OFTEN, NEW_LEAST_OFTEN))

    def _append_unscored(self, scores: NDArray[np.floating], allowed: NDArray[np.bool_]) -> None:
        """Score the remaining allowed titles below all others, most popular first."""
        by_popularity = self.evidence.facts.by_popularity
        rest = by_popularity[allowed[by_popularity] & np.isnan(scores[by_popularity])]
        lowest = np.nanmin(scores) if np.isfinite(scores).any() else 0.0
        scores[rest] = lowest - np.arange(1, len(rest) + 1)

    def _predicted(
        self, member: MemberEvidence, ranking: RankedCandidates, targets: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return (n_targets,) expected scores, reusing the evidence of candidates."""
        row = np.full(len(self.items), -1, dtype=np.int32)
        row[ranking.candidates] = np.arange(len(ranking.candidates), dtype=np.int32)
        at = row[targets]
        evidence = np.empty((len(targets), ranking.evidence.shape[1]), dtype=np.float32)
        evidence[at >= 0] = ranking.evidence[at[at >= 0]]
        evidence[at < 0] = self.evidence.table(member, targets[at < 0])
        return self.ratings.rate_rows(evidence)

    def _new_titles_for(self, members: Sequence[MemberList]) -> NDArray[np.float32]:
        """Return (n_members, n_new) content scores of the new titles."""
        _, outputs = self._new_titles
        if self.content is None:
            return np.zeros((len(members), 0), dtype=np.float32)
        return np.stack([self.content.taste_of(m.items, m.scores) for m in members]) @ outputs.T

    @cached_property
    def _new_titles(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return item indices and content output rows of titles that only the content model can judge."""
        if self.content is None:
            return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        new = np.flatnonzero(~self.linear.arrays["known"] & self.content.arrays["described"])
        return new, self.content.arrays["outputs"][new].astype(np.float32)

    def _contributions(
        self, evidence: MemberEvidence, targets: NDArray[np.integer], model: str = Hybrid.name
    ) -> NDArray[np.floating]:
        """Return (n_listed, n_targets) contributions of the listed titles.

        From the linear model, or from content for new titles and for the content model.
        """
        if model in WITHOUT_REASONS:
            return np.zeros((len(evidence.items), len(targets)))
        amounts = evidence.contributions.among(targets)
        new = np.flatnonzero((model == Content.name) | ~self.linear.arrays["known"][targets])
        if self.content is not None and len(new):
            amounts[:, new] = self.content.contributions(evidence.items, evidence.scores, targets[new])
        return amounts

    def suits(self, member: MemberList) -> NDArray[np.float32]:
        """Return each title's percentile rank, 0–1, for a member, ignoring all rules: (n_items,), NaN if unknown.

        Ranks by the linear model; titles without interactions by content, among all described titles, so that both are
        comparable.
        """
        is_known = self.linear.arrays["known"]
        ranks = np.full(len(self.items), np.nan, dtype=np.float32)
        ranks[is_known] = _shares_below(contributions(self.linear, member.items, member.scores).totals()[is_known])
        if self.content is not None:
            described = self.content.arrays["described"]
            by_content = self.content.arrays["outputs"] @ self.content.taste_of(member.items, member.scores)
            new = described & ~is_known
            ranks[new] = _shares_below(by_content[described])[new[described]]
        return ranks

    def speaks_for_others(self, title_ids: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return an (n,) mask of the title ids for which the linear model has data."""
        at = self.items.index_of(title_ids)
        return (at >= 0) & self.linear.arrays["known"][at]

    def led_to_by(self, item: int, n: int) -> NDArray[np.int64]:
        """Return up to n item indices that watching and liking this title favours most, best first."""
        amounts = contributions(self.linear, np.array([item]), np.array([TOP_SCORE])).totals()
        best = top_k(amounts[None], n)[0]
        return best[amounts[best] > 0]

    def influence(self, member: MemberList, targets: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return each listed title's share, 0–1, of all positive contributions to `targets`: (n_listed,)."""
        evidence = self.read(member)
        amounts = np.maximum(self._contributions(evidence, targets), 0).sum(1)
        return amounts / max(amounts.sum(), TINY)

    def most_popular(
        self,
        member: MemberList,
        rules: TitleRules,
        n: int,
        options: RankingOptions = PUBLISHED,
        among: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """Return up to n ids of the most popular titles, by the same rules."""
        scores = self.popularity.arrays["popularity"].astype(np.float64)
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        if among is not None:
            allowed &= among
            options = options.without_default_limits()
            self._append_unscored(scores, allowed)
        entries, _ = rank(scores, allowed, rules, n, options, member.items)
        return self.items.ids[entries]

    def similar(self, n: int, rules: TitleRules) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return n similar titles per title, outside its franchise: (n_items, n) ids (0: none left) and scores 0–1.

        Similarity is the sum of both channels' weights in both directions, relative to the closest title; then
        `alike` in its order.
        """
        both = self.linear.weights("watched") + self.linear.weights("liked")
        both = (both + both.T).tocsr()
        ids = np.zeros((len(self.items), n), dtype=np.int64)
        scores = np.zeros((len(self.items), n), dtype=np.float32)
        for item in range(len(self.items)):
            row = slice(both.indptr[item], both.indptr[item + 1])
            neighbours, strengths = self._closest(item, both.indices[row], both.data[row], n, rules)
            ids[item, : len(neighbours)], scores[item, : len(neighbours)] = self.items.ids[neighbours], strengths
        return ids, scores

    def _closest(
        self, item: int, titles: NDArray[np.integer], weights: NDArray[np.floating], n: int, rules: TitleRules
    ) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
        """Return up to n item indices, each franchise's entry point, and scores, 0–1."""
        positive = weights > 0
        order = np.argsort(-weights[positive], kind="stable")
        titles, weights = titles[positive][order], weights[positive][order]
        if self.alike is not None:
            others = self.alike[item][self.alike[item] >= 0]
            least = weights[-1] if len(weights) else 1.0
            titles = np.concatenate([titles, others])
            weights = np.concatenate([weights, least * (1 - np.arange(len(others)) / max(len(others), 1))])
        elsewhere = rules.franchise[titles] != rules.franchise[item]
        titles, weights = rules.entry[titles[elsewhere]], weights[elsewhere]
        titles, weights = titles[titles >= 0], weights[titles >= 0]
        first = np.sort(np.unique(titles, return_index=True)[1])[:n]
        return titles[first], weights[first] / (weights[first[0]] if len(first) else 1)

    def refitted(self, train: Interactions) -> Recommender:
        """Return the same models fitted on other rows of the same titles, with the same parameters and networks."""
        evidence = self.evidence.refitted(train)
        return replace(
            self,
            hybrid=replace(self.hybrid).over(evidence, self.hybrid.network),
            ratings=replace(self.ratings).over(evidence, self.ratings.network),
            popularity=Popularity(**self.popularity.parameters).fit(train),
            content=None if self.content is None else Content(**self.content.parameters).fit(train),
        )

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return {model.name: model.parameters for model in (*self._models, self.hybrid, self.ratings)}

    @property
    def _models(self) -> list[Model]:
        return [*self.evidence.models, self.popularity, *([self.content] if self.content else [])]

    def save(self, folder: Path, description: dict[str, Any]) -> None:
        """Save as one artifact (see `artifacts.save`)."""
        networks = {"hybrid": self.hybrid.network, "blend": self.ratings.network}
        arrays = flattened(self._models)
        arrays |= {f"{name}.{key}": a for name, network in networks.items() for key, a in (network or {}).items()}
        arrays |= {"item_ids": self.items.ids, **({} if self.alike is None else {"alike": self.alike})}
        artifacts.save(folder, arrays, {**description, "parameters": self.parameters})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load a saved recommender. Raises ArtifactError for a missing, damaged or incomplete artifact."""
        arrays, description = artifacts.load(folder)
        parameters = description["parameters"]

        def loaded(model: type[AnyModel]) -> AnyModel:
            return model(**parameters[model.name]).load(nested(arrays, model.name))

        parts = loaded(saved_linear(parameters)), loaded(Svd), loaded(ResidualNeighbours), loaded(TitleFacts)
        evidence = Evidence(*parts, loaded(LikeMinded), loaded(Series))
        hybrid = Hybrid(**parameters["hybrid"]).over(evidence, nested(arrays, "hybrid"))
        ratings = RatingBlend(**parameters["blend"]).over(evidence, nested(arrays, "blend"))
        content = loaded(Content) if "content" in parameters else None
        return cls(IdMap(arrays["item_ids"]), hybrid, ratings, loaded(Popularity), content, arrays.get("alike"))


def _may_enter(member: MemberList, rules: TitleRules, eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of the eligible titles that may enter by their content.

    Recent ones for members who have watched any recent title, if there are some; old ones that nobody here has rated
    would take their places.
    """
    recent = eligible & rules.is_new
    return recent if rules.is_new[member.items].any() and recent.any() else eligible


def _shares_below(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return, for each of (n,) values, the share, 0–1, of smaller values."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values) / max(len(values), 1)).astype(np.float32)

"""What is published: the ranker, the rating predictor and the fallback, over one set of titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommendations.engine import artifacts
from recommendations.engine.base import Model
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.explain import contributions, reasons
from recommendations.engine.metrics.ranking import top_k
from recommendations.engine.models.content import Content
from recommendations.engine.models.evidence import COLUMNS, Evidence, MemberEvidence, TitleFacts, flattened, nested
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RankedCandidates, RatingBlend
from recommendations.engine.models.residual_neighbours import ResidualNeighbours
from recommendations.engine.ranking import (
    PUBLISHED,
    RankingOptions,
    TitleRules,
    allowed_titles,
    may_be_shown,
    rank,
)

MEMBERS_AT_ONCE = 32  # so that the new titles' rows are read once for all of them
NEW_EVERY = 12  # the first ten stay those that were measured
TOP_SCORE = 10.0
TINY = 1e-9
WITHOUT_REASONS = {Svd.name, Popularity.name}  # no title of a list has a part of their scores that could be named

AnyModel = TypeVar("AnyModel", bound=Model)


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

    scores: unitless. predicted: the score, 1–10, the member is expected to give. reason_ids and reason_shares: (n,
    REASONS), 0 where there is no further reason.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    predicted: NDArray[np.float32]
    reason_ids: NDArray[np.int64]
    reason_shares: NDArray[np.float32]


@dataclass(frozen=True)
class Recommender:
    """The models that are published together, all over `items`; ranker and rating predictor read the same evidence.

    alike: (n_items, k) item indices, the nearest titles by another model, -1 for none: where the linear model's run
    out.
    """

    items: IdMap
    hybrid: Hybrid
    ratings: RatingBlend
    popularity: Popularity
    content: Content | None = None  # where a catalogue describes the titles
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
        """The n best titles for a member, with reasons; empty when the model says nothing of any.

        Of the hybrid's every NEW_EVERY-th is one that nobody has watched yet, by what it is about.

        among: (n_items,) a choice of titles. The best of them are ranked as always; where those don't fill the list,
        the others of the choice follow, best known first, and with them what the default limits of audience and length
        keep away: a choice is kept to, but never thinned.
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
        """`recommend` for each member, in their order."""
        for start in range(0, len(members), MEMBERS_AT_ONCE):
            some = members[start : start + MEMBERS_AT_ONCE]
            for member, new_titles in zip(some, self._new_titles_for(some), strict=True):
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
        """new_titles: (n_new,) content's scores of them."""
        read = self.evidence.read(member.items, member.scores)
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        if among is not None:
            allowed &= among
        enough = allowed & may_be_shown(rules, options)
        if options.model == Hybrid.name:
            ranked = self._ranked_by_hybrid(read, new_titles, enough, n)
        else:
            ranked = self._ranked_by(options.model, read, enough)
        scores = ranked.scores
        if among is not None:
            options = options.without_default_limits()
            self._let_in_the_rest(scores, allowed)
        shown, scored = rank(scores, allowed, rules, n, options, member.items)
        cited, shares = reasons(member.items, member.scores, self._added(read, scored, options.model))
        return Ranked(
            ids=self.items.ids[shown],
            scores=scores[scored].astype(np.float32),
            predicted=self._predicted(read, ranked, shown),
            reason_ids=np.where(cited >= 0, self.items.ids[cited], 0),
            reason_shares=shares,
        )

    def scores(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n_items,) what the linear model gives each title for a list of titles (n,) with scores (n,), 0 for none."""
        return self.evidence.read(items, scores).linear

    def predict(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], wanted: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """(n_wanted,) the scores, 1–10, that a member with this list is expected to give."""
        return self.ratings.predict_one(items, scores, wanted)

    def _ranked_by_hybrid(
        self, read: MemberEvidence, new_titles: NDArray[np.float32], enough: NDArray[np.bool_], n: int
    ) -> RankedCandidates:
        judged = enough & (read.linear > 0)  # nothing on the list speaks for the others
        ranked = self.hybrid.rank(read, judged)
        scores = np.where(judged, ranked.scores, np.nan)
        self._let_in_new_titles(scores, ranked.candidates, new_titles, enough, n)
        return ranked._replace(scores=scores)

    def _ranked_by(self, model: str, read: MemberEvidence, enough: NDArray[np.bool_]) -> RankedCandidates:
        """By one part alone, without candidates; nothing where this version does not have it."""
        scores = np.where(enough, self._scores_by(model, read), np.float32(np.nan))
        return RankedCandidates(scores, np.zeros(0, dtype=np.int64), np.zeros((0, len(COLUMNS)), dtype=np.float32))

    def _scores_by(self, model: str, read: MemberEvidence) -> NDArray[np.float32]:
        """(n_items,) NaN for what the model can't judge."""
        if model == Popularity.name:
            return self.popularity.arrays["popularity"]
        if model == Svd.name:
            return np.where(self.linear.arrays["known"], self.evidence.svd.expected(read.taste), np.float32(np.nan))
        if model == RatingAwareEase.name:
            return np.where(read.linear > 0, read.linear, np.float32(np.nan))
        scores = np.full(len(self.items), np.nan, dtype=np.float32)
        if self.content is not None:
            described = self.content.arrays["described"]
            scores[described] = self.content.arrays["outputs"][described] @ self.content.taste_of(
                read.items, read.scores
            )
        return scores

    def _let_in_new_titles(
        self,
        scores: NDArray[np.floating],
        candidates: NDArray[np.int64],
        by_content: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        n: int,
    ) -> None:
        """Give the best new titles the scores of every NEW_EVERY-th of the candidates."""
        new, _ = self._new_titles
        if not len(new) or not len(candidates):
            return
        by_content = np.where(allowed[new], by_content, -np.inf)
        best = top_k(by_content[None], -(-n // NEW_EVERY))[0]
        best = new[best[np.isfinite(by_content[best])]]
        places = np.minimum(NEW_EVERY * np.arange(1, len(best) + 1), len(candidates)) - 1
        scores[best] = -np.sort(-scores[candidates])[places]

    def _let_in_the_rest(self, scores: NDArray[np.floating], allowed: NDArray[np.bool_]) -> None:
        """Give allowed titles without a score places behind all others, best known first."""
        by_popularity = self.evidence.facts.by_popularity
        rest = by_popularity[allowed[by_popularity] & np.isnan(scores[by_popularity])]
        lowest = np.nanmin(scores) if np.isfinite(scores).any() else 0.0
        scores[rest] = lowest - np.arange(1, len(rest) + 1)

    def _predicted(
        self, read: MemberEvidence, ranked: RankedCandidates, shown: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """(n_shown,) expected scores; the evidence of candidates is at hand already."""
        row = np.full(len(self.items), -1, dtype=np.int32)
        row[ranked.candidates] = np.arange(len(ranked.candidates), dtype=np.int32)
        at = row[shown]
        evidence = np.empty((len(shown), ranked.evidence.shape[1]), dtype=np.float32)
        evidence[at >= 0] = ranked.evidence[at[at >= 0]]
        evidence[at < 0] = self.evidence.table(read, shown[at < 0])
        return self.ratings.rate_rows(evidence)

    def _new_titles_for(self, members: Sequence[MemberList]) -> NDArray[np.float32]:
        """(n_members, n_new) content's scores of the new titles."""
        _, outputs = self._new_titles
        if self.content is None:
            return np.zeros((len(members), 0), dtype=np.float32)
        return np.stack([self.content.taste_of(m.items, m.scores) for m in members]) @ outputs.T

    @cached_property
    def _new_titles(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Titles that the linear model can't judge and content can: item indices, and content's rows of them."""
        if self.content is None:
            return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        new = np.flatnonzero(~self.linear.arrays["known"] & self.content.arrays["described"])
        return new, np.ascontiguousarray(self.content.arrays["outputs"][new])

    def _added(
        self, read: MemberEvidence, wanted: NDArray[np.integer], model: str = Hybrid.name
    ) -> NDArray[np.floating]:
        """(n_listed, n_wanted) what each listed title adds: by the linear model, or by content for what is new."""
        if model in WITHOUT_REASONS:
            return np.zeros((len(read.items), len(wanted)))
        added = read.contributions.among(wanted)
        new = np.flatnonzero((model == Content.name) | ~self.linear.arrays["known"][wanted])
        if self.content is not None and len(new):
            added[:, new] = self.content.added(read.items, read.scores, wanted[new])
        return added

    def suits(self, member: MemberList) -> NDArray[np.float32]:
        """(n_items,) the share of titles, 0–1, that suit a member less than each one, whatever else holds of them; NaN
        for a title of which nothing is known.

        By the linear model; a title that nobody has watched yet by content: the shares of the two mean the same.
        """
        known = self.linear.arrays["known"]
        suits = np.full(len(self.items), np.nan, dtype=np.float32)
        suits[known] = _shares_below(contributions(self.linear, member.items, member.scores).totals()[known])
        if self.content is not None:
            described = self.content.arrays["described"]
            by_content = self.content.arrays["outputs"] @ self.content.taste_of(member.items, member.scores)
            new = described & ~known
            suits[new] = _shares_below(by_content[described])[new[described]]
        return suits

    def speaks_for_others(self, title_ids: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(n,) whether anything is known of what each of these titles leads to."""
        at = self.items.index_of(title_ids)
        return (at >= 0) & self.linear.arrays["known"][at]

    def led_to_by(self, item: int, n: int) -> NDArray[np.int64]:
        """(≤ n,) the titles that having watched and liked this one speaks for most, as item indices, best first."""
        added = contributions(self.linear, np.array([item]), np.array([TOP_SCORE])).totals()
        best = top_k(added[None], n)[0]
        return best[added[best] > 0]

    def influence(self, member: MemberList, shown: NDArray[np.integer]) -> NDArray[np.float64]:
        """(n_listed,) the part, 0–1, of all that speaks for the titles shown that comes from each title of the list."""
        read = self.evidence.read(member.items, member.scores)
        added = np.maximum(self._added(read, shown), 0).sum(1)
        return added / max(added.sum(), TINY)

    def most_popular(
        self,
        member: MemberList,
        rules: TitleRules,
        n: int,
        options: RankingOptions = PUBLISHED,
        among: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """(≤ n,) ids of what most people like, by the same rules."""
        scores = self.popularity.arrays["popularity"].astype(np.float64)
        allowed = allowed_titles(rules, member.on_list, member.hidden, member.shows_adult)
        if among is not None:
            allowed &= among
            options = options.without_default_limits()
            self._let_in_the_rest(scores, allowed)
        shown, _ = rank(scores, allowed, rules, n, options, member.items)
        return self.items.ids[shown]

    def similar(self, n: int, rules: TitleRules) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For each title the n most alike outside its franchise: (n_items, n) ids (0: none left) and scores 0–1.

        Alike = the weights between the two in both directions and for both facts, relative to the closest; after those,
        the other model's, in its order.
        """
        both = self.linear.weights("watched") + self.linear.weights("liked")
        both = (both + both.T).tocsr()
        ids = np.zeros((len(self.items), n), dtype=np.int64)
        scores = np.zeros((len(self.items), n), dtype=np.float32)
        for item in range(len(self.items)):
            row = slice(both.indptr[item], both.indptr[item + 1])
            found, strengths = self._closest(item, both.indices[row], both.data[row], n, rules)
            ids[item, : len(found)], scores[item, : len(found)] = self.items.ids[found], strengths
        return ids, scores

    def _closest(
        self, item: int, titles: NDArray[np.integer], weights: NDArray[np.floating], n: int, rules: TitleRules
    ) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
        """(≤ n,) item indices, one a franchise, and scores 0–1."""
        strong = weights > 0
        order = np.argsort(-weights[strong], kind="stable")
        titles, weights = titles[strong][order], weights[strong][order]
        if self.alike is not None:
            others = self.alike[item][self.alike[item] >= 0]
            least = weights[-1] if len(weights) else 1.0
            titles = np.concatenate([titles, others])
            weights = np.concatenate([weights, least * (1 - np.arange(len(others)) / max(len(others), 1))])
        elsewhere = rules.franchise[titles] != rules.franchise[item]
        titles, weights = titles[elsewhere], weights[elsewhere]
        first = np.sort(np.unique(rules.franchise[titles], return_index=True)[1])[:n]
        return titles[first], weights[first] / (weights[first[0]] if len(first) else 1)

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return {model.name: model.parameters for model in (*self._models, self.hybrid, self.ratings)}

    @property
    def _models(self) -> list[Model]:
        return [*self.evidence.models, self.popularity, *([self.content] if self.content else [])]

    def save(self, folder: Path, description: dict[str, Any]) -> None:
        """As one artifact (see `artifacts.save`)."""
        networks = {"hybrid": self.hybrid.network, "blend": self.ratings.network}
        arrays = flattened(self._models)
        arrays |= {f"{name}.{key}": a for name, network in networks.items() for key, a in (network or {}).items()}
        arrays |= {"item_ids": self.items.ids, **({} if self.alike is None else {"alike": self.alike})}
        artifacts.save(folder, arrays, {**description, "parameters": self.parameters})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises ArtifactError for a missing, damaged or incomplete artifact."""
        arrays, description = artifacts.load(folder)
        parameters = description["parameters"]

        def loaded(model: type[AnyModel]) -> AnyModel:
            return model(**parameters[model.name]).load(nested(arrays, model.name))

        evidence = Evidence(loaded(RatingAwareEase), loaded(Svd), loaded(ResidualNeighbours), loaded(TitleFacts))
        hybrid = Hybrid(**parameters["hybrid"]).over(evidence, nested(arrays, "hybrid"))
        ratings = RatingBlend(**parameters["blend"]).over(evidence, nested(arrays, "blend"))
        content = loaded(Content) if "content" in parameters else None
        return cls(IdMap(arrays["item_ids"]), hybrid, ratings, loaded(Popularity), content, arrays.get("alike"))


def _shares_below(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n,) of each value the share, 0–1, of values that are smaller."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values) / max(len(values), 1)).astype(np.float32)

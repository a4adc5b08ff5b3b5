"""Recommendations for a page or an endpoint: the precomputed table, else live scores, else favourites of similar
members, else the most popular titles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import User
from anirec.lib import prepared
from anirec.lib.shapes import shape_of
from catalog.models import Title
from catalog.models.titles import TitleQuerySet
from catalog.titles.cards import title_cards
from catalog.versioning import catalogue_version
from recommendations.artifact_store import readable_recommender, readable_segments
from recommendations.engine.explain import REASONS, mean_score
from recommendations.engine.member_list import MemberList, Ranked
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.ranking import PUBLISHED, RankingOptions, allowed_titles, rank
from recommendations.engine.recommender import Recommender
from recommendations.inputs.member_lists import FRANCHISE_OF_TITLE
from recommendations.inputs.title_rules import current_rules
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.models.tables import TOP
from recommendations.serving.choices import Choice, within_age_limit
from recommendations.serving.readers import USER, Reader
from recommendations.serving.skipped import TOO_FEW, Skipped

# Minimum list length for personal ranking. NDCG@10 liked on validation members' lists cut to 2 titles: linear model
# 0.33, favourites of similar members 0.40, popularity 0.36. With 5 titles the linear model is best.
LEAST_INPUTS = 3
LIVE_SECONDS = 3600
SPARE = 20  # extra candidates, since some may no longer be visible


@dataclass(frozen=True)
class Reason:
    """A liked title that supports a recommendation. share: its part (0–1) of the total support.

    is_read: the score isn't given: it is what the member's review reads like.
    """

    title: Title
    score: int
    share: float
    is_read: bool = False

    @property
    def title_id(self) -> int:
        return self.title.pk

    @property
    def name(self) -> str:
        return self.title.name


@dataclass(frozen=True)
class Fan:
    """A member the reader follows, with their score for the title."""

    member: User
    score: int


@dataclass(frozen=True)
class Recommendation:
    """score: unitless, for ordering. predicted: the score, 1–10, the member is expected to give; None if unknown.

    note: what to know about the title, such as its role in its series.
    """

    title: Title
    score: float
    predicted: float | None
    reasons: tuple[Reason, ...]
    loved_by: tuple[Fan, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class RecommendationList:
    """source: "table", "live", "segment" or "popular". tried: the better sources skipped, each with the reason.

    n_inputs: how many titles of the list the model read.
    """

    items: tuple[Recommendation, ...]
    source: str
    tried: tuple[Skipped, ...]
    model: str
    computed_at: datetime
    n_inputs: int

    @property
    def is_for_newcomer(self) -> bool:
        """Whether the list is not personal because the reader has listed or rated too few titles."""
        return any(skipped.code in TOO_FEW for skipped in self.tried)


@dataclass(frozen=True)
class _Candidates:
    """A ranking before it is turned into titles that the viewer may see now."""

    ranked: Ranked
    source: str
    computed_at: datetime
    n_inputs: int
    tried: tuple[Skipped, ...] = ()


class _Row(NamedTuple):
    """A row of `MemberRecommendations`, and the member's list version now."""

    version: ModelVersion
    current_list_version: int
    list_version: int
    n_inputs: int
    computed_at: datetime
    title_ids: list[int]
    scores: list[float]
    predicted: list[float]
    reason_ids: list[int]
    reason_shares: list[float]


@dataclass(frozen=True)
class _Query:
    without_reason: frozenset[int]
    options: RankingOptions
    choice: Choice | None


def recommend(
    reader: Reader,
    n: int = 20,
    *,
    without_reason: Collection[int] = (),
    options: RankingOptions = PUBLISHED,
    choice: Choice | None = None,
) -> RecommendationList:
    """Return the reader's n best titles.

    without_reason: ids of listed titles to ignore as evidence. choice: recommend only these titles, filling up with
    ones the list doesn't support.
    """
    choice = within_age_limit(choice, reader)
    query = _Query(frozenset(without_reason), options, choice)
    row = _current_row(reader, n + SPARE)
    version = row.version if row else ModelVersion.active()
    skipped = _why_not_table(row, query) if reader.member else ()
    if row is not None and version is not None and not skipped:
        return _as_list_from_table(row, reader, n)
    recommender = readable_recommender(version)
    if version is None or recommender is None:
        return _without_model(reader, n, query, version)
    candidates = _live(version, recommender, reader, query, skipped)
    if candidates is None or not len(candidates.ranked.ids):
        return _fallback(version, recommender, reader, n, query, skipped)
    result = _as_list(version, candidates, reader, n)
    return replace(result, items=_fill_up(result.items, reader, query, version, n))


def recommend_for(member: User, n: int = 20, **kwargs: Any) -> RecommendationList:
    """Call `recommend` for a member."""
    return recommend(Reader(member), n, **kwargs)


def recommend_for_guest(scores: Mapping[int, int], n: int = 20, **kwargs: Any) -> RecommendationList:
    """Call `recommend` for a visitor with these scores (title id → 1–10)."""
    return recommend(Reader(None, scores), n, **kwargs)


class Prediction(NamedTuple):
    """score: 1–10. bounds: between them are four in five of such scores; None if that isn't known."""

    score: float
    bounds: tuple[float, float] | None


def predicted_score(member: User, title: Title) -> float | None:
    """Return the predicted score (1–10), or None without a model or if it can't judge the title or member."""
    return predicted_scores(member, [title.pk]).get(title.pk)


def predicted_scores(member: User, title_ids: Sequence[int]) -> dict[int, float]:
    """Return {title id: predicted score (1–10)} of the titles that the model can judge."""
    asked = _to_predict(member, title_ids)
    if asked is None:
        return {}
    recommender, own, at = asked
    return dict(zip(recommender.items.ids[at].tolist(), recommender.expected(own, at).tolist(), strict=True))


def prediction(member: User, title: Title) -> Prediction | None:
    """Return what the member is expected to score a title, or None as `predicted_score`."""
    asked = _to_predict(member, [title.pk])
    if asked is None:
        return None
    recommender, own, at = asked
    low, high = recommender.expected_between(own, at)[0].tolist()
    bounds = None if np.isnan(low) else (low, high)
    return Prediction(float(recommender.expected(own, at)[0]), bounds)


def _to_predict(member: User, title_ids: Sequence[int]) -> tuple[Recommender, MemberList, NDArray[np.int64]] | None:
    """Return the model, the list without these titles, whose own scores must not leak, and the titles it can judge."""
    recommender = readable_recommender(ModelVersion.active())
    if recommender is None or not title_ids:
        return None
    at = recommender.items.index_of(np.array(title_ids))
    targets, own = at[at >= 0], Reader(member).own_list(recommender.items)
    if not len(targets) or not (own.scores > 0).any():
        return None
    return recommender, own.without(targets), targets


# --- Precomputed rows and live scores ---------------------------------------------------------------------------------


def _current_row(reader: Reader, n: int) -> _Row | None:
    """Return the active version's row for the member, with the first n titles."""
    if reader.member is None:
        return None

    def query() -> QuerySet[MemberRecommendations, Any]:
        rows = MemberRecommendations.objects.filter(version__is_active=True, user=USER)
        titles = (f"{name}__0_{n}" for name in ("title_ids", "scores", "predicted"))
        reasons = (f"{name}__0_{n * REASONS}" for name in ("reason_ids", "reason_shares"))
        plain = ("version__pk", "version__kind", "user__list_version", "list_version", "n_inputs", "computed_at")
        return rows.values_list(*plain, *titles, *reasons)

    for pk, kind, current_list_version, *fields in prepared.run(("current row", n), query, user=reader.member.pk):
        return _Row(ModelVersion(pk=pk, kind=kind, is_active=True), current_list_version, *fields)
    return None


def _why_not_table(row: _Row | None, query: _Query) -> tuple[Skipped, ...]:
    """Return why the row can't be used; empty if it can."""
    if query.without_reason:
        return (Skipped("table.excluded_reasons"),)
    if query.choice is not None:
        return (Skipped("table.filtered"),)
    if row is None:
        return (Skipped("table.missing"),)
    if query.options != PUBLISHED:
        return (Skipped("table.options"),)
    if row.list_version != row.current_list_version:
        return (Skipped("table.outdated"),)
    if row.n_inputs < LEAST_INPUTS:
        return (Skipped("table.too_few_titles", needed=LEAST_INPUTS),)
    if not row.title_ids:
        return (Skipped("table.empty"),)
    return ()


def _as_list_from_table(row: _Row, reader: Reader, n: int) -> RecommendationList:
    """Return the first n titles that may be shown. If too few of the row's first are, the whole row is read."""
    result = _as_list(row.version, _from_table(row), reader, n)
    if len(result.items) < n and len(row.title_ids) == n + SPARE and (whole := _current_row(reader, TOP)):
        result = _as_list(whole.version, _from_table(whole), reader, n)
    return result


def _from_table(row: _Row) -> _Candidates:
    n = len(row.title_ids)
    ranked = Ranked(
        ids=np.array(row.title_ids),
        scores=np.array(row.scores),
        predicted=np.array(row.predicted),
        reason_ids=np.array(row.reason_ids).reshape(n, -1),
        reason_shares=np.array(row.reason_shares).reshape(n, -1),
    )
    return _Candidates(ranked, "table", row.computed_at, row.n_inputs)


def _live(
    version: ModelVersion, recommender: Recommender, reader: Reader, query: _Query, tried: tuple[Skipped, ...]
) -> _Candidates | None:
    """Return live scores, or None if the list is too short.

    A member's are cached for an hour, or until the list, catalogue or model changes.
    """
    key = _cache_key(version, reader, query)
    candidates = cache.get(key) if key else None
    if candidates is None:
        own = reader.own_list(recommender.items)
        ignored = recommender.items.index_of(np.array(sorted(query.without_reason), dtype=np.int64))
        is_evidence = ~np.isin(own.items, ignored)
        own = replace(own, items=own.items[is_evidence], scores=own.scores[is_evidence])
        if _n_inputs(reader, own) < LEAST_INPUTS:
            return None
        among = query.choice.among(recommender.items) if query.choice else None
        rules = current_rules(version, recommender.items)
        ranked = recommender.recommend(own, rules, TOP, query.options, among)
        if query.choice and query.choice.below_mean is not None:
            ranked = ranked.only(ranked.predicted >= mean_score(own.scores) - query.choice.below_mean)
        candidates = _Candidates(ranked, "live", timezone.now(), len(own.items))
        if key:
            cache.set(key, candidates, LIVE_SECONDS)
    return replace(candidates, tried=tried)


def _cache_key(version: ModelVersion, reader: Reader, query: _Query) -> str | None:
    """Return the cache key, or None if caching isn't worthwhile: for visitors and one-off queries."""
    choice_key = query.choice.key if query.choice else "all"
    if reader.member is None or query.without_reason or not choice_key:
        return None
    options_key = "_".join(map(str, astuple(query.options)))
    model_key = f"{shape_of(_Candidates)}:{version.pk}:{catalogue_version()}"
    return f"live:{model_key}:{reader.member.pk}:{reader.list_version()}:{options_key}:{choice_key}"


def _n_inputs(reader: Reader, own: MemberList) -> int:
    """Return the number of input titles. Visitors must rate a minimum number, so unknown titles count too."""
    return len(own.items) if reader.member else len(reader.scores)


def _as_list(version: ModelVersion, candidates: _Candidates, reader: Reader, n: int) -> RecommendationList:
    """Return the first n candidates that may be shown, with the reasons that the reader may see."""
    ranked = candidates.ranked
    ids = ranked.ids.tolist()
    visible = reader.showable_ids(ids[: n + SPARE])
    if len(visible) < min(n, len(ids)):
        visible = reader.showable_ids(ids)
    places = [place for place, pk in enumerate(ids) if pk in visible][:n]
    liked = reader.liked(np.unique(ranked.reason_ids[places]).tolist())
    cards = title_cards([*liked, *(ids[place] for place in places)])
    items = []
    for place in [place for place in places if ids[place] in cards]:
        pairs = zip(ranked.reason_ids[place].tolist(), ranked.reason_shares[place].tolist(), strict=True)
        cited = ((pk, share) for pk, share in pairs if pk in liked and pk in cards and share > 0)
        reasons = tuple(Reason(cards[pk], liked[pk].score, share, liked[pk].is_read) for pk, share in cited)
        score, predicted = float(ranked.scores[place]), float(ranked.predicted[place])
        items.append(Recommendation(cards[ids[place]], score, predicted, reasons))
    return RecommendationList(
        tuple(items), candidates.source, candidates.tried, str(version), candidates.computed_at, candidates.n_inputs
    )


# --- Fallbacks: short lists and missing models ------------------------------------------------------------------------


def _fill_up(
    items: Sequence[Recommendation], reader: Reader, query: _Query, version: ModelVersion, n: int
) -> tuple[Recommendation, ...]:
    """Fill the list up to n with titles of the choice added to the catalogue since training, best known first.

    Skipped if the query limits audience, length or expected score: those limits are for the model's titles only.
    """
    if query.choice is None or query.choice.below_mean is not None or len(items) >= n:
        return tuple(items)
    recommender = readable_recommender(version)
    has_limit = query.options.without_default_limits() != replace(query.options, minimum_audience=0, shortest=0)
    if recommender is None or has_limit:
        return tuple(items)
    title_ids = query.choice.title_ids
    unknown = title_ids[recommender.items.index_of(title_ids) < 0]
    franchises = {item.title.franchise_entry_id or item.title.pk for item in items}
    return (*items, *_by_audience(reader, unknown, n - len(items), franchises))


def _without_model(reader: Reader, n: int, query: _Query, version: ModelVersion | None) -> RecommendationList:
    """Return the most popular titles, because the model is missing or unreadable."""
    tried = (Skipped("model.unreadable" if version else "model.missing"),)
    items = _by_audience(reader, query.choice.title_ids if query.choice else None, n)
    return RecommendationList(tuple(items), "popular", tried, str(version or "none"), timezone.now(), 0)


def _by_audience(
    reader: Reader, title_ids: NDArray[np.int64] | None, n: int, excluded: Collection[int] = ()
) -> list[Recommendation]:
    """Return the n best-known titles, one per franchise that is neither started nor `excluded`.

    title_ids: None for all titles.
    """
    if title_ids is not None and not len(title_ids):
        return []
    titles = reader.showable().exclude(reader.in_started_franchise())
    if title_ids is not None:
        titles = titles.filter(pk__in=title_ids.tolist())
    best: dict[int, int] = {}  # franchise → its best-known title
    for pk, franchise in titles.order_by("-popularity", "pk").values_list("pk", FRANCHISE_OF_TITLE).iterator():
        if franchise not in excluded:
            best.setdefault(franchise, pk)
        if len(best) == n:
            break
    return _in_order(reader.showable(), list(best.values()))


def _fallback(
    version: ModelVersion,
    recommender: Recommender,
    reader: Reader,
    n: int,
    query: _Query,
    tried: tuple[Skipped, ...],
) -> RecommendationList:
    """Return the favourites of similar members if the list allows it, else the most popular titles."""
    own = reader.own_list(recommender.items)
    source, ids = _fallback_ids(version, recommender, own, n + SPARE, query)
    items: Sequence[Recommendation] = _in_order(reader.showable(), ids)[:n]
    items = _fill_up(items, reader, query, version, n)
    skipped = (*tried, _why_not_live(reader, own, query))
    return RecommendationList(tuple(items), source, skipped, str(version), timezone.now(), len(own.items))


def _why_not_live(reader: Reader, own: MemberList, query: _Query) -> Skipped:
    n_inputs = _n_inputs(reader, own)
    if n_inputs >= LEAST_INPUTS:
        if query.options.model != PUBLISHED.model:
            return Skipped("live.model_silent")
        if reader.member:
            return Skipped("live.nothing_visible")
        return Skipped("live.unknown_titles")
    code = "live.too_few_titles" if reader.member else "live.too_few_ratings"
    return Skipped(code, n_inputs, LEAST_INPUTS)


def _fallback_ids(
    version: ModelVersion, recommender: Recommender, own: MemberList, n: int, query: _Query
) -> tuple[str, list[int]]:
    """Return (source, title ids) without personal scores."""
    segments, rules = readable_segments(version), current_rules(version, recommender.items)
    skip_segments = query.choice is not None or query.options.model == Popularity.name
    if skip_segments or segments is None or not len(own.items):
        among = query.choice.among(recommender.items) if query.choice else None
        return "popular", recommender.most_popular(own, rules, n, query.options, among).tolist()
    allowed = allowed_titles(rules, own.on_list, own.hidden, own.shows_adult)
    entries, _ = rank(segments.favourites_for(own.items), allowed, rules, n, query.options, own.items)
    return "segment", recommender.items.ids[entries].tolist()


def _in_order(titles: TitleQuerySet, ids: Sequence[int]) -> list[Recommendation]:
    """Return recommendations for those ids found in `titles`, in order, without predictions or reasons."""
    cards = titles.for_cards().in_bulk(ids)
    in_order = [cards[pk] for pk in ids if pk in cards]
    return [Recommendation(title, 1 - place / len(in_order), None, ()) for place, title in enumerate(in_order)]

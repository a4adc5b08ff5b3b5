"""Recommendations for a page or an endpoint: the precomputed table, else live scores, else favourites of similar
members, else the most popular titles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import User
from anirec.lib.shapes import shape_of
from catalog.models import Title
from catalog.models.titles import TitleQuerySet
from catalog.titles.cards import title_cards
from catalog.versioning import catalogue_version
from recommendations.artifact_store import readable_recommender, readable_segments
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.ranking import PUBLISHED, RankingOptions, allowed_titles, rank
from recommendations.engine.recommender import MemberList, Ranked, Recommender
from recommendations.inputs.member_lists import FRANCHISE_OF_TITLE
from recommendations.inputs.title_rules import current_rules
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.models.tables import TOP
from recommendations.serving.choices import Choice, within_age_limit
from recommendations.serving.readers import Reader
from recommendations.serving.skipped import Skipped

# Titles from which on a list speaks for itself. Of validation members' lists cut short, the linear model ranks those
# of 2 titles at NDCG@10 liked 0.33, the favourites of the like-minded at 0.40, popularity at 0.36; with 5 it leads.
LEAST_INPUTS = 3
LIVE_SECONDS = 3600
SPARE = 20  # candidates read beyond those asked for, since some may have become unshowable


@dataclass(frozen=True)
class Reason:
    """A liked title that supports a recommendation. share: its part (0–1) of the total support."""

    title: Title
    score: int
    share: float

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
    """score: unitless, for ordering. predicted: the score, 1–10, the member is expected to give; None if unknown."""

    title: Title
    score: float
    predicted: float | None
    reasons: tuple[Reason, ...]
    loved_by: tuple[Fan, ...] = ()


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


@dataclass(frozen=True)
class _Candidates:
    """A ranking before it is turned into titles that the viewer may see now."""

    ranked: Ranked
    source: str
    computed_at: datetime
    n_inputs: int
    tried: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class _Asked:
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

    without_reason: as if these title ids were not among those watched. choice: keep to these titles; as many as n of
    them that may be shown are, whatever speaks for them.
    """
    choice = within_age_limit(choice, reader)
    asked = _Asked(frozenset(without_reason), options, choice)
    row = _current_row(reader)
    version = row.version if row else ModelVersion.active()
    why_not_table = _why_not_table(row, asked) if reader.member else ()
    if row is not None and version is not None and not why_not_table:
        return _as_list(version, _from_table(row), reader, n)
    recommender = readable_recommender(version)
    if version is None or recommender is None:
        return _without_model(reader, n, asked, version)
    candidates = _live(version, recommender, reader, asked, why_not_table)
    if candidates is None or not len(candidates.ranked.ids):
        return _fallback(version, recommender, reader, n, asked, why_not_table)
    found = _as_list(version, candidates, reader, n)
    return replace(found, items=_filled_up(found.items, reader, asked, version, n))


def recommend_for(member: User, n: int = 20, **asked: Any) -> RecommendationList:
    """Call `recommend` for a member."""
    return recommend(Reader(member), n, **asked)


def recommend_for_guest(scores: Mapping[int, int], n: int = 20, **asked: Any) -> RecommendationList:
    """Call `recommend` for a visitor with these scores (title ID → 1–10) in this browser."""
    return recommend(Reader(None, scores), n, **asked)


def predicted_score(member: User, title: Title) -> float | None:
    """Return the predicted score (1–10), or None without a model or if it can't judge the title or member."""
    recommender = readable_recommender(ModelVersion.active())
    if recommender is None:
        return None
    wanted = recommender.items.index_of(np.array([title.pk]))
    own = Reader(member).own_list(recommender.items)
    if wanted[0] < 0 or not (own.scores > 0).any():
        return None
    others = own.items != wanted[0]  # what was given is not evidence of what would be
    return float(recommender.predict(own.items[others], own.scores[others], wanted)[0])


# --- The table, and live scores -------------------------------------------------------------------------------------


def _current_row(reader: Reader) -> MemberRecommendations | None:
    """Return the active version's row for the member, annotated with the current list version."""
    if reader.member is None:
        return None
    rows = MemberRecommendations.objects.filter(version__is_active=True, user=reader.member).select_related("version")
    rows = rows.defer("version__metrics", "version__parameters", "version__message")
    return rows.annotate(current_list_version=F("user__list_version")).first()


def _why_not_table(row: MemberRecommendations | None, asked: _Asked) -> tuple[Skipped, ...]:
    """Why the row is not the answer; nothing when it is."""
    if asked.without_reason:
        return (Skipped("table.excluded_reasons"),)
    if asked.choice is not None:
        return (Skipped("table.filtered"),)
    if row is None:
        return (Skipped("table.missing"),)
    if asked.options != PUBLISHED:
        return (Skipped("table.options"),)
    if row.list_version != row.current_list_version:  # type: ignore[attr-defined]
        return (Skipped("table.outdated"),)
    if row.n_inputs < LEAST_INPUTS:
        return (Skipped("table.too_few_titles", needed=LEAST_INPUTS),)
    if not row.title_ids:
        return (Skipped("table.empty"),)
    return ()


def _from_table(row: MemberRecommendations) -> _Candidates:
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
    version: ModelVersion, recommender: Recommender, reader: Reader, asked: _Asked, tried: tuple[Skipped, ...]
) -> _Candidates | None:
    """Return live scores, cached until list, catalogue or model change, or None if the list is too short."""
    key = _cache_key(version, reader, asked)
    candidates = cache.get(key) if key else None
    if candidates is None:
        own = reader.own_list(recommender.items)
        left_out = recommender.items.index_of(np.array(sorted(asked.without_reason), dtype=np.int64))
        read = ~np.isin(own.items, left_out)
        own = replace(own, items=own.items[read], scores=own.scores[read])
        if _n_given(reader, own) < LEAST_INPUTS:
            return None
        among = asked.choice.among(recommender.items) if asked.choice else None
        rules = current_rules(version, recommender.items)
        ranked = recommender.recommend(own, rules, TOP, asked.options, among)
        candidates = _Candidates(ranked, "live", timezone.now(), len(own.items))
        if key:
            cache.set(key, candidates, LIVE_SECONDS)
    return replace(candidates, tried=tried)


def _cache_key(version: ModelVersion, reader: Reader, asked: _Asked) -> str | None:
    """None for what is not worth keeping: a visitor's few titles, and what is asked for once."""
    choice_key = asked.choice.key if asked.choice else "all"
    if reader.member is None or asked.without_reason or not choice_key:
        return None
    wanted = "_".join(map(str, astuple(asked.options)))
    model_key = f"{shape_of(_Candidates)}:{version.pk}:{catalogue_version()}"
    return f"live:{model_key}:{reader.member.pk}:{reader.list_version()}:{wanted}:{choice_key}"


def _n_given(reader: Reader, own: MemberList) -> int:
    """How many titles there are to go by: a visitor is told to rate so many, known to the model or not."""
    return len(own.items) if reader.member else len(reader.scores)


def _as_list(version: ModelVersion, candidates: _Candidates, reader: Reader, n: int) -> RecommendationList:
    """The first n candidates that may be shown, with the reasons that may be cited."""
    ranked, showable = candidates.ranked, reader.showable()
    ids = ranked.ids.tolist()
    shown = _those_in(showable, ids[: n + SPARE])
    if len(shown) < min(n, len(ids)):
        shown = _those_in(showable, ids)
    places = [place for place, pk in enumerate(ids) if pk in shown][:n]
    scores = reader.liked(np.unique(ranked.reason_ids[places]).tolist())
    cards = title_cards([*scores, *(ids[place] for place in places)])
    items = []
    for place in [place for place in places if ids[place] in cards]:
        pairs = zip(ranked.reason_ids[place].tolist(), ranked.reason_shares[place].tolist(), strict=True)
        cited = ((pk, share) for pk, share in pairs if pk in scores and pk in cards and share > 0)
        reasons = tuple(Reason(cards[pk], scores[pk], share) for pk, share in cited)
        score, predicted = float(ranked.scores[place]), float(ranked.predicted[place])
        items.append(Recommendation(cards[ids[place]], score, predicted, reasons))
    return RecommendationList(
        tuple(items), candidates.source, candidates.tried, str(version), candidates.computed_at, candidates.n_inputs
    )


# --- Where the list says too little, or the model ---------------------------------------------------------------------


def _filled_up(
    items: Sequence[Recommendation], reader: Reader, asked: _Asked, version: ModelVersion, n: int
) -> tuple[Recommendation, ...]:
    """With titles of the choice that came to the catalogue after the model was made, best known first, up to n.

    Not where a limit was asked for, which the model's titles alone are known to keep.
    """
    if asked.choice is None or len(items) >= n:
        return tuple(items)
    recommender = readable_recommender(version)
    has_limit = asked.options.without_default_limits() != replace(asked.options, minimum_audience=0, shortest=0)
    if recommender is None or has_limit:
        return tuple(items)
    title_ids = asked.choice.title_ids
    unknown = title_ids[recommender.items.index_of(title_ids) < 0]
    taken = {item.title.franchise_entry_id or item.title.pk for item in items}
    return (*items, *_by_audience(reader, unknown, n - len(items), taken))


def _without_model(reader: Reader, n: int, asked: _Asked, version: ModelVersion | None) -> RecommendationList:
    """What most people know: no model is there, or it can't be read."""
    tried = (Skipped("model.unreadable" if version else "model.missing"),)
    items = _by_audience(reader, asked.choice.title_ids if asked.choice else None, n)
    return RecommendationList(tuple(items), "popular", tried, str(version or "none"), timezone.now(), 0)


def _by_audience(
    reader: Reader, title_ids: NDArray[np.int64] | None, n: int, taken: Collection[int] = ()
) -> list[Recommendation]:
    """One of a franchise, none of one that was begun or `taken`; of all titles where no ids are given."""
    if title_ids is not None and not len(title_ids):
        return []
    titles = reader.showable().exclude(reader.is_of_a_begun_franchise())
    if title_ids is not None:
        titles = titles.filter(pk__in=title_ids.tolist())
    best: dict[int, int] = {}  # franchise → its best-known part
    for pk, franchise in titles.order_by("-members", "pk").values_list("pk", FRANCHISE_OF_TITLE).iterator():
        if franchise not in taken:
            best.setdefault(franchise, pk)
        if len(best) == n:
            break
    return _in_order(reader.showable(), list(best.values()))


def _fallback(
    version: ModelVersion, recommender: Recommender, reader: Reader, n: int, asked: _Asked, tried: tuple[Skipped, ...]
) -> RecommendationList:
    """Return the favourites of similar members if the list says who they are, else the most popular titles."""
    own = reader.own_list(recommender.items)
    source, ids = _for_everybody(version, recommender, own, n + SPARE, asked)
    items: Sequence[Recommendation] = _in_order(reader.showable(), ids)[:n]
    items = _filled_up(items, reader, asked, version, n)
    why = (*tried, _why_not_live(reader, own, asked))
    return RecommendationList(tuple(items), source, why, str(version), timezone.now(), len(own.items))


def _why_not_live(reader: Reader, own: MemberList, asked: _Asked) -> Skipped:
    n_given = _n_given(reader, own)
    if n_given >= LEAST_INPUTS:
        if asked.options.model != PUBLISHED.model:
            return Skipped("live.model_silent")
        if reader.member:
            return Skipped("live.nothing_visible")
        return Skipped("live.unknown_titles")
    code = "live.too_few_titles" if reader.member else "live.too_few_ratings"
    return Skipped(code, n_given, LEAST_INPUTS)


def _for_everybody(
    version: ModelVersion, recommender: Recommender, own: MemberList, n: int, asked: _Asked
) -> tuple[str, list[int]]:
    """(source, title ids), for a list that says little or nothing."""
    segments, rules = readable_segments(version), current_rules(version, recommender.items)
    is_for_all = asked.choice is not None or asked.options.model == Popularity.name
    if is_for_all or segments is None or not len(own.items):
        among = asked.choice.among(recommender.items) if asked.choice else None
        return "popular", recommender.most_popular(own, rules, n, asked.options, among).tolist()
    allowed = allowed_titles(rules, own.on_list, own.hidden, own.shows_adult)
    shown, _ = rank(segments.favourites_for(own.items), allowed, rules, n, asked.options, own.items)
    return "segment", recommender.items.ids[shown].tolist()


def _in_order(titles: TitleQuerySet, ids: Sequence[int]) -> list[Recommendation]:
    """The ids' titles that are among these, without a prediction or a reason."""
    found = titles.for_cards().in_bulk(ids)
    shown = [found[pk] for pk in ids if pk in found]
    return [Recommendation(title, 1 - place / len(shown), None, ()) for place, title in enumerate(shown)]


def _those_in(titles: TitleQuerySet, ids: Collection[int]) -> set[int]:
    return set(titles.filter(pk__in=ids).order_by().values_list("pk", flat=True))

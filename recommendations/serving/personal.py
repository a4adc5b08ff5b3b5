"""Recommendations for a page or an endpoint: the precomputed table, else live scores, else what the like-minded like,
else what most people like."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import HiddenTitle, ListEntry, User
from catalog.cards import title_cards
from catalog.models import Title
from catalog.models.titles import TitleQuerySet
from catalog.versioning import catalogue_version
from recommendations.artifact_store import load_recommender, load_segments
from recommendations.engine.interactions import LIKED
from recommendations.engine.ranking import PUBLISHED, RankingOptions, allowed_titles, rank
from recommendations.engine.recommender import MemberList, Ranked
from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.pipelines.member_lists import member_list, member_lists
from recommendations.pipelines.rows import TOP
from recommendations.titles import current_rules

# Titles from which on a list speaks for itself. Of validation members' lists cut short, the linear model ranks those of 2
# titles at NDCG@10 liked 0.33, the favourites of the like-minded at 0.40, popularity at 0.36; with 5 it leads with 0.42.
LEAST_INPUTS = 3
LIVE_SECONDS = 3600
SPARE = 20  # candidates read beyond those asked for, since some may have become unshowable

Viewer = User | AnonymousUser | None


@dataclass(frozen=True)
class Reason:
    """A liked title that speaks for a recommendation. share: its part, 0–1, of all that speaks for it."""

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
class Recommendation:
    """score: unitless, for ordering. predicted: the score, 1–10, the member is expected to give; None if unknown."""

    title: Title
    score: float
    predicted: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class RecommendationList:
    """source: "table", "live", "segment" or "popular". tried: the better sources that were passed over, each with why.

    n_inputs: how many titles of the list the model read.
    """

    items: tuple[Recommendation, ...]
    source: str
    tried: tuple[str, ...]
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
    tried: tuple[str, ...] = ()


def recommend_for(
    member: User, n: int = 20, *, without_reason: Collection[int] = (), options: RankingOptions = PUBLISHED
) -> RecommendationList:
    """The member's n best titles; `without_reason`: as if these title ids were not among those watched."""
    row = _current_row(member)
    version = row.version if row else ModelVersion.active()
    if version is None:
        return _fallback(None, _nothing(shows_adult=member.shows_adult), member, n, ("model: none is published yet",))
    why_not_table = _why_not_table(row, bool(without_reason), options)
    if row is not None and why_not_table is None:
        candidates: _Candidates | None = _from_table(row)
    else:
        candidates = _live(version, member, frozenset(without_reason), options, why_not_table or "")
    if candidates is None or not len(candidates.ranked.ids):
        own = _own_list(version, member)
        tried = (why_not_table or "table: nothing to show", _why_not_live(own))
        return _fallback(version, own, member, n, tried, options)
    return _as_list(version, candidates, _showable(member), partial(_liked, member), n)


def recommend_for_guest(
    scores: Mapping[int, int], n: int = 20, options: RankingOptions = PUBLISHED
) -> RecommendationList:
    """For a visitor who gave these scores (title id → 1–10) in this browser."""
    version = ModelVersion.active()
    if version is None:
        return _fallback(None, _nothing(), None, n, ("model: none is published yet",), excluded=scores)
    recommender = load_recommender(version)
    title_ids = np.array(list(scores), dtype=np.int64)
    given = np.array(list(scores.values()), dtype=np.int64)
    own = member_list(recommender.items, title_ids, given, np.ones(len(given), bool), title_ids[:0], shows_adult=False)
    if len(scores) < LEAST_INPUTS:
        why = f"live: {len(scores)} of the {LEAST_INPUTS} ratings it needs"
        return _fallback(version, own, None, n, (why,), options, excluded=scores)
    ranked = recommender.recommend(own, current_rules(version, recommender.items), TOP, options)
    if not len(ranked.ids):
        why = "live: the model knows none of these titles"
        return _fallback(version, own, None, n, (why,), options, excluded=scores)
    candidates = _Candidates(ranked, "live", timezone.now(), len(own.items))
    may_see = Title.objects.visible_to(None)

    def liked(title_ids: Collection[int]) -> dict[int, int]:
        return {pk: scores[pk] for pk in _those_in(may_see, title_ids) if pk in scores}

    return _as_list(version, candidates, _showable(None).exclude(pk__in=list(scores)), liked, n)


def predicted_score(member: User, title: Title) -> float | None:
    """The score, 1–10, the member is expected to give; None without a model, or for a title or member it can't judge."""
    version = ModelVersion.active()
    if version is None:
        return None
    recommender = load_recommender(version)
    wanted = recommender.items.index_of(np.array([title.pk]))
    own = _own_list(version, member)
    if wanted[0] < 0 or not (own.scores > 0).any():
        return None
    others = own.items != wanted[0]  # what was given is not evidence of what would be
    return float(recommender.predict(own.items[others], own.scores[others], wanted)[0])


def _current_row(member: User) -> MemberRecommendations | None:
    """The active version's row for the member, with the list's version of this moment."""
    rows = MemberRecommendations.objects.filter(version__is_active=True, user=member).select_related("version")
    rows = rows.defer("version__metrics", "version__parameters", "version__message")
    return rows.annotate(current_list_version=F("user__list_version")).first()


def _why_not_table(row: MemberRecommendations | None, without_reason: bool, options: RankingOptions) -> str | None:
    """Why the row is not the answer; None when it is."""
    if without_reason:
        return "table: made with the reasons that are left out here"
    if row is None:
        return "table: no row yet"
    if options != PUBLISHED:
        return "table: made without these options"
    if row.list_version != row.current_list_version:  # type: ignore[attr-defined]
        return "table: older than the list"
    if row.n_inputs < LEAST_INPUTS:
        return f"table: made from fewer than {LEAST_INPUTS} titles"
    return None


def _why_not_live(own: MemberList) -> str:
    if len(own.items) < LEAST_INPUTS:
        return f"live: the model knows {len(own.items)} of the {LEAST_INPUTS} titles it needs"
    return "live: nothing that may be shown"


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
    version: ModelVersion, member: User, without: frozenset[int], options: RankingOptions, why: str
) -> _Candidates | None:
    """Scores of this moment, kept until the list, the catalogue or the model changes; None if the list says too little."""
    list_version = User.objects.values_list("list_version", flat=True).get(pk=member.pk)
    wanted = "_".join(map(str, astuple(options)))
    key = f"live:{version.pk}:{catalogue_version()}:{member.pk}:{list_version}:{wanted}"
    candidates = None if without else cache.get(key)
    if candidates is None:
        recommender = load_recommender(version)
        own = _own_list(version, member)
        left_out = recommender.items.index_of(np.array(sorted(without), dtype=np.int64))
        read = ~np.isin(own.items, left_out)
        own = replace(own, items=own.items[read], scores=own.scores[read])
        if len(own.items) < LEAST_INPUTS:
            return None
        ranked = recommender.recommend(own, current_rules(version, recommender.items), TOP, options)
        candidates = _Candidates(ranked, "live", timezone.now(), len(own.items))
        if not without:
            cache.set(key, candidates, LIVE_SECONDS)
    return replace(candidates, tried=(why,))


def _own_list(version: ModelVersion, member: User) -> MemberList:
    ((_, _, own),) = member_lists(load_recommender(version).items, [member.pk])
    return own


def _nothing(*, shows_adult: bool = False) -> MemberList:
    none = np.zeros(0, dtype=np.int64)
    return MemberList(none, none.astype(np.float32), none, none, shows_adult)


def _fallback(
    version: ModelVersion | None,
    own: MemberList,
    member: User | None,
    n: int,
    tried: tuple[str, ...],
    options: RankingOptions = PUBLISHED,
    excluded: Collection[int] = (),
) -> RecommendationList:
    """What the like-minded like, where the list says who they may be; else what most people like."""
    showable = _showable(member).exclude(pk__in=list(excluded)).for_cards()
    source = "popular"
    if version is None:
        titles = list(showable.order_by("-members", "pk")[:n])
    else:
        source, ids = _for_everybody(version, own, n + SPARE, options)
        titles = _in_order(showable, ids)[:n]
    items = tuple(
        Recommendation(title, score=1 - place / len(titles), predicted=None, reasons=())
        for place, title in enumerate(titles)
    )
    model = str(version) if version else "none"
    return RecommendationList(items, source, tried, model, timezone.now(), len(own.items))


def _for_everybody(version: ModelVersion, own: MemberList, n: int, options: RankingOptions) -> tuple[str, list[int]]:
    """(source, title ids), for a list that says little or nothing."""
    recommender, segments = load_recommender(version), load_segments(version)
    rules = current_rules(version, recommender.items)
    if segments is None or not len(own.items):
        return "popular", recommender.most_popular(own, rules, n, options).tolist()
    allowed = allowed_titles(rules, own.on_list, own.hidden, own.shows_adult)
    shown, _ = rank(segments.favourites_for(own.items), allowed, rules, n, options, own.items)
    return "segment", recommender.items.ids[shown].tolist()


def _showable(member: User | None) -> TitleQuerySet:
    """What may be shown as a recommendation now, whatever was true when it was computed."""
    titles = Title.objects.visible_to(member).recommendable()
    if member is None:
        return titles
    listed = ListEntry.objects.filter(user=member, title=OuterRef("pk"))
    hidden = HiddenTitle.objects.filter(user=member, title=OuterRef("pk"))
    return titles.filter(~Exists(listed), ~Exists(hidden))


def _in_order(titles: TitleQuerySet, ids: Sequence[int]) -> list[Title]:
    found = titles.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _liked(member: User, title_ids: Collection[int]) -> dict[int, int]:
    """{title id: score} of those that are on the list as liked, and that the member may see, now."""
    may_see = Title.objects.visible_to(member).filter(pk__in=title_ids).order_by().values("pk")
    entries = ListEntry.objects.filter(user=member, score__gte=LIKED, title__in=may_see)
    return {pk: score for pk, score in entries.values_list("title", "score") if score}


def _those_in(titles: TitleQuerySet, ids: Collection[int]) -> set[int]:
    return set(titles.filter(pk__in=ids).order_by().values_list("pk", flat=True))


def _as_list(
    version: ModelVersion,
    candidates: _Candidates,
    showable: TitleQuerySet,
    liked: Callable[[Collection[int]], Mapping[int, int]],
    n: int,
) -> RecommendationList:
    """The first n candidates that may be shown. liked: which of some titles may be cited as liked, with their scores."""
    ranked = candidates.ranked
    ids = ranked.ids.tolist()
    shown = _those_in(showable, ids[: n + SPARE])
    if len(shown) < min(n, len(ids)):
        shown = _those_in(showable, ids)
    places = [place for place, pk in enumerate(ids) if pk in shown][:n]
    scores = liked(np.unique(ranked.reason_ids[places]).tolist())
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

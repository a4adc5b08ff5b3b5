"""Recommendations for a group, based on the parts of each list that the viewer may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, User
from anirec.lib.database.columns import Columns, copy_columns, flag
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.groups import RankedTogether, recommend_together
from recommendations.engine.member_list import MemberList
from recommendations.engine.ranking import allowed_titles
from recommendations.inputs.member_lists import EXPERIENCED, FRANCHISE, franchise_stand_ins, known_parts
from recommendations.inputs.member_lists import member_list as as_indices
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion
from recommendations.serving.choices import Choice
from recommendations.serving.ladder import LEAST_INPUTS
from social.visibility import entries_visible_to

LEAST, MOST = 2, 8  # people
SPARE = 20  # extra candidates, since some may no longer be visible


@dataclass(frozen=True)
class Opinion:
    """One member's view of a title.

    predicted: expected score, 1–10. reason: the title they liked that supports it most.
    """

    member: User
    predicted: float
    reason: Title | None
    is_planned: bool


@dataclass(frozen=True)
class SharedRecommendation:
    title: Title
    opinions: tuple[Opinion, ...]  # in `GroupRecommendations.heard` order


@dataclass(frozen=True)
class GroupRecommendations:
    """Recommendations, and whose lists they are based on.

    heard: members with enough titles visible to the viewer. silent: the others. unseen: silent members none of whose
    entries are visible to the viewer.
    """

    items: tuple[SharedRecommendation, ...]
    heard: tuple[User, ...]
    silent: tuple[User, ...]
    unseen: tuple[User, ...] = ()


@dataclass(frozen=True)
class _Lists:
    """The parts of the members' lists that the viewer may see."""

    own: dict[int, MemberList]  # member id → engine input
    empty: set[int]  # ids of members without a visible entry
    planned: set[tuple[int, int]]  # (member id, title id)


def recommend_for_group(
    viewer: User, others: Sequence[User], n: int = 20, method: str = "fair"
) -> GroupRecommendations:
    """Return n titles that every member may see, from franchises nobody has started.

    Excludes titles the viewer hid; titles others hid stay private, so they count as normal. Adult titles are always
    excluded. Raises ValueError for fewer than LEAST or more than MOST people, KeyError for an unknown method.
    """
    members = (viewer, *others)
    if not LEAST <= len({member.pk for member in members}) <= MOST:
        raise ValueError(f"a group is {LEAST} to {MOST} people")
    version = ModelVersion.active()
    recommender = readable_recommender(version)
    if recommender is None or version is None:
        return GroupRecommendations((), (), members)
    rules = current_rules(version, recommender.items)
    lists = _lists(viewer, members, recommender.items)
    heard = tuple(member for member in members if len(lists.own[member.pk].items) >= LEAST_INPUTS)
    silent = tuple(member for member in members if member not in heard)
    among = _visible_to_all(members, recommender.items)
    for member in silent:
        theirs = lists.own[member.pk]
        among &= allowed_titles(rules, theirs.on_list, theirs.hidden, shows_adult=False)
    own = [lists.own[member.pk] for member in heard]
    ranked = recommend_together(recommender, own, rules, n + SPARE, method, among)
    unseen = tuple(member for member in silent if member.pk in lists.empty)
    return GroupRecommendations(tuple(_as_items(ranked, viewer, heard, lists.planned))[:n], heard, silent, unseen)


def _lists(viewer: User, members: Sequence[User], items: IdMap) -> _Lists:
    """Load all members' lists in at most three queries."""
    is_planned = Q(status=EntryStatus.PLANNED)
    entries = copy_columns(
        entries_visible_to(viewer)
        .filter(user__in=members)
        .order_by("user_id", "title_id")
        .values_list("user_id", "title_id", Coalesce("score", 0), flag(EXPERIENCED), flag(is_planned), FRANCHISE),
        width=6,
    )
    hidden = HiddenTitle.objects.filter(user=viewer).values_list("title_id", flat=True)
    hidden_ids = np.array(list(hidden), dtype=np.int64)
    own, parts = {}, known_parts(items, (entries[1], entries[5]))
    for member in members:
        entry_rows = slice(*np.searchsorted(entries[0], [member.pk, member.pk + 1]))
        rows = tuple(column[entry_rows] for column in entries)
        own[member.pk] = _member_list(items, rows, hidden_ids if member == viewer else hidden_ids[:0], parts)
    planned = entries[4] > 0
    pairs = zip(entries[0][planned].tolist(), entries[1][planned].tolist(), strict=True)
    empty = {member.pk for member in members} - set(entries[0].tolist())
    return _Lists(own, empty, set(pairs))


def _member_list(items: IdMap, rows: Columns, hidden_ids: np.ndarray, parts: Columns) -> MemberList:
    """Return one member's engine input. Planned titles count as unseen, so they may be recommended."""
    _, titles, scores, experienced, planned, franchises = rows
    watched = planned == 0
    read = as_indices(items, titles[watched], scores[watched], experienced[watched] > 0, hidden_ids, shows_adult=False)
    on_list = np.concatenate([read.on_list, franchise_stand_ins(items, titles[watched], franchises[watched], parts)])
    return MemberList(read.items, read.scores, on_list, read.hidden, read.shows_adult)


def _visible_to_all(members: Sequence[User], items: IdMap) -> NDArray[np.bool_]:
    """Return an (n_items,) mask of the titles that every member may see: the strictest age limit applies."""
    index = title_index()
    visible = np.logical_and.reduce([index.visible_to(member) for member in members])
    return Choice(index.ids[visible]).among(items)


def _as_items(
    ranked: RankedTogether, viewer: User, heard: Sequence[User], planned: set[tuple[int, int]]
) -> Iterator[SharedRecommendation]:
    ids = ranked.ids.tolist()
    title_ids = {*ids, *ranked.reason_ids.ravel().tolist()}
    showable = Title.objects.visible_to(viewer).filter(pk__in=title_ids, is_adult=False)
    cards = title_cards(showable.order_by().values_list("pk", flat=True))
    for place, pk in enumerate(ids):
        if pk not in cards:
            continue
        opinions = []
        for row, member in enumerate(heard):
            reason = cards.get(int(ranked.reason_ids[row, place]))
            opinions.append(Opinion(member, float(ranked.predicted[row, place]), reason, (member.pk, pk) in planned))
        yield SharedRecommendation(cards[pk], tuple(opinions))

"""What to watch together: for the one who asks, with what they may see of the others' lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, User
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.groups import RankedTogether, recommend_together
from recommendations.engine.ranking import allowed_titles
from recommendations.engine.recommender import MemberList
from recommendations.inputs.member_lists import EXPERIENCED, FRANCHISE, Columns, begun, copy_columns, flag, known_parts
from recommendations.inputs.member_lists import member_list as as_indices
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion
from recommendations.serving.choices import Choice
from recommendations.serving.ladder import LEAST_INPUTS
from social.visibility import entries_visible_to

LEAST, MOST = 2, 8  # people
SPARE = 20  # candidates beyond those asked for, since some may not be shown to everybody


@dataclass(frozen=True)
class Opinion:
    """Of one member on one title. predicted: 1–10. reason: the liked title of their list that speaks for it most."""

    member: User
    predicted: float
    reason: Title | None
    is_planned: bool


@dataclass(frozen=True)
class SharedRecommendation:
    title: Title
    opinions: tuple[Opinion, ...]  # in the order of `GroupRecommendations.heard`


@dataclass(frozen=True)
class GroupRecommendations:
    """heard: the members whose lists say enough; silent: those whose lists don't, as far as the one who asks may see;
    unseen: those of the silent of whose list they see nothing."""

    items: tuple[SharedRecommendation, ...]
    heard: tuple[User, ...]
    silent: tuple[User, ...]
    unseen: tuple[User, ...] = ()


@dataclass(frozen=True)
class _Lists:
    """What the asker may see of the members' lists."""

    own: dict[int, MemberList]  # member id → what the engine reads
    empty: set[int]  # ids of members of whom there is nothing
    planned: set[tuple[int, int]]  # (member id, title id)


def recommend_for_group(asker: User, others: Sequence[User], n: int = 20, method: str = "fair") -> GroupRecommendations:
    """n titles that none of them has seen or begun the franchise of, of those that each of them may be shown.

    What the asker hid stays away; what others hid is theirs alone to know. Adult titles never are for a group.
    Raises ValueError for too few or too many people, KeyError for an unknown method.
    """
    members = (asker, *others)
    if not LEAST <= len({member.pk for member in members}) <= MOST:
        raise ValueError(f"a group is {LEAST} to {MOST} people")
    version = ModelVersion.active()
    recommender = readable_recommender(version)
    if recommender is None or version is None:
        return GroupRecommendations((), (), members)
    rules = current_rules(version, recommender.items)
    lists = _lists(asker, members, recommender.items)
    heard = tuple(member for member in members if len(lists.own[member.pk].items) >= LEAST_INPUTS)
    silent = tuple(member for member in members if member not in heard)
    among = _visible_to_all(members, recommender.items)
    for member in silent:
        theirs = lists.own[member.pk]
        among &= allowed_titles(rules, theirs.on_list, theirs.hidden, shows_adult=False)
    own = [lists.own[member.pk] for member in heard]
    found = recommend_together(recommender, own, rules, n + SPARE, method, among)
    unseen = tuple(member for member in silent if member.pk in lists.empty)
    return GroupRecommendations(tuple(_as_items(found, asker, heard, lists.planned))[:n], heard, silent, unseen)


def _lists(asker: User, members: Sequence[User], items: IdMap) -> _Lists:
    """In three reads for all of them."""
    is_planned = Q(status=EntryStatus.PLANNED)
    entries = copy_columns(
        entries_visible_to(asker)
        .filter(user__in=members)
        .order_by("user_id", "title_id")
        .values_list("user_id", "title_id", Coalesce("score", 0), flag(EXPERIENCED), flag(is_planned), FRANCHISE),
        width=6,
    )
    hidden = HiddenTitle.objects.filter(user=asker).values_list("title_id", flat=True)
    hidden_ids = np.array(list(hidden), dtype=np.int64)
    own, parts = {}, known_parts(items, (entries[1], entries[5]))
    for member in members:
        mine = slice(*np.searchsorted(entries[0], [member.pk, member.pk + 1]))
        rows = tuple(column[mine] for column in entries)
        own[member.pk] = _member_list(items, rows, hidden_ids if member == asker else hidden_ids[:0], parts)
    planned = entries[4] > 0
    pairs = zip(entries[0][planned].tolist(), entries[1][planned].tolist(), strict=True)
    empty = {member.pk for member in members} - set(entries[0].tolist())
    return _Lists(own, empty, set(pairs))


def _member_list(items: IdMap, rows: Columns, hidden_ids: np.ndarray, parts: Columns) -> MemberList:
    """What is planned was not seen: it may be suggested, and is all the better for it."""
    _, titles, scores, experienced, planned, franchises = rows
    seen = planned == 0
    read = as_indices(items, titles[seen], scores[seen], experienced[seen] > 0, hidden_ids, shows_adult=False)
    on_list = np.concatenate([read.on_list, begun(items, titles[seen], franchises[seen], parts)])
    return MemberList(read.items, read.scores, on_list, read.hidden, read.shows_adult)


def _visible_to_all(members: Sequence[User], items: IdMap) -> NDArray[np.bool_]:
    """(n_items,) mask: the age limit of one is that of the evening."""
    index = title_index()
    visible = np.logical_and.reduce([index.visible_to(member) for member in members])
    return Choice(index.ids[visible]).among(items)


def _as_items(
    found: RankedTogether, asker: User, heard: Sequence[User], planned: set[tuple[int, int]]
) -> Iterator[SharedRecommendation]:
    ids = found.ids.tolist()
    wanted = {*ids, *found.reason_ids.ravel().tolist()}
    showable = Title.objects.visible_to(asker).filter(pk__in=wanted, is_adult=False)
    shown = title_cards(showable.order_by().values_list("pk", flat=True))
    for place, pk in enumerate(ids):
        if pk not in shown:
            continue
        opinions = []
        for row, member in enumerate(heard):
            reason = shown.get(int(found.reason_ids[row, place]))
            opinions.append(Opinion(member, float(found.predicted[row, place]), reason, (member.pk, pk) in planned))
        yield SharedRecommendation(shown[pk], tuple(opinions))

"""The person to recommend to: a member with a list, or a visitor with scores in their session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from anirec.lib import prepared
from catalog.models import Title
from catalog.models.titles import TitleQuerySet, viewing_class
from recommendations.engine.data.interactions import LIKED, IdMap
from recommendations.engine.member_list import MemberList
from recommendations.inputs.member_lists import (
    EVIDENCE,
    FRANCHISE,
    FRANCHISE_OF_TITLE,
    franchise_stand_ins,
    franchises_of,
    known_parts,
    member_list,
    member_lists,
)
from social.review_reading.queries import evidence_of_review

Viewer = User | AnonymousUser | None
USER, TITLES = (prepared.Parameter(name, IntegerField()) for name in ("user", "titles"))


@dataclass(frozen=True)
class Liking:
    """score: given, or what the reader's review reads like (is_read)."""

    score: int
    is_read: bool = False


@dataclass(frozen=True)
class Reader:
    """member: None for a visitor. scores: a visitor's scores (title id → 1–10)."""

    member: User | None
    scores: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, viewer: Viewer, scores: Mapping[int, int]) -> Reader:
        """Create the viewer's reader. scores: the session's, ignored for members."""
        return cls(viewer) if isinstance(viewer, User) else cls(None, scores)

    def own_list(self, items: IdMap) -> MemberList:
        if self.member is not None:
            ((_, _, own),) = member_lists(items, [self.member.pk])
            return own
        title_ids = np.array(list(self.scores), dtype=np.int64)
        scores = np.array(list(self.scores.values()), dtype=np.int64)
        own = member_list(items, title_ids, scores, np.ones(len(scores), bool), title_ids[:0], shows_adult=False)
        if len(own.on_list) == len(title_ids):
            return own
        titles, franchises = franchises_of(title_ids)
        parts = known_parts(items, (titles, franchises))
        return replace(
            own, on_list=np.concatenate([own.on_list, franchise_stand_ins(items, titles, franchises, parts)])
        )

    def list_version(self) -> int | None:
        """Return the member's current list version, or None for a visitor."""
        if self.member is None:
            return None
        return User.objects.values_list("list_version", flat=True).get(pk=self.member.pk)

    def showable(self) -> TitleQuerySet:
        """Return the titles that may be recommended now to someone who has seen nothing of their franchises."""
        titles = Title.objects.visible_to(self.member).recommendable().entry_points()
        if self.member is None:
            return titles.exclude(pk__in=list(self.scores))
        return titles.filter(*_not_on_list(self.member))

    def showable_ids(self, title_ids: Collection[int]) -> set[int]:
        """Return those of the titles that may be shown now."""
        if self.member is None:
            return set(self.showable().filter(pk__in=title_ids).order_by().values_list("pk", flat=True))
        viewer = self.member

        def query() -> QuerySet[Title, Any]:
            titles = Title.objects.visible_to(viewer).recommendable().entry_points()
            titles = titles.filter(*_not_on_list(USER), pk__any=TITLES)
            return titles.order_by().values_list("pk")

        rows = prepared.run(("showable", viewing_class(viewer)), query, user=viewer.pk, titles=list(title_ids))
        return {pk for (pk,) in rows}

    def startable_ids(self) -> NDArray[np.int64]:
        """Return the ids of all titles that may be recommended now, of franchises that the reader hasn't started."""
        titles = self.showable().exclude(self.in_started_franchise()).order_by()
        return np.fromiter(titles.values_list("pk", flat=True), dtype=np.int64)

    def has_taken_up(self) -> Q:
        """Return a title condition: on the reader's list and more than planned, or scored."""
        if self.member is None:
            return Q(pk__in=list(self.scores))
        entries = ListEntry.objects.filter(user=self.member, title=OuterRef("pk")).exclude(status=EntryStatus.PLANNED)
        return Q(Exists(entries))

    def in_started_franchise(self) -> Q:
        """Return a title condition: a part of the same franchise is listed, hidden or scored."""
        if self.member is None:
            franchises = Title.objects.filter(pk__in=list(self.scores)).values(started_franchise=FRANCHISE_OF_TITLE)
            return Q(franchise_entry__in=franchises) | Q(pk__in=franchises)
        franchises_by_table = (
            rows.objects.filter(user=self.member).values(started_franchise=FRANCHISE).order_by()
            for rows in (ListEntry, HiddenTitle)
        )
        return reduce(or_, (Q(franchise_entry__in=ids) | Q(pk__in=ids) for ids in franchises_by_table))

    def liked(self, title_ids: Collection[int]) -> dict[int, Liking]:
        """Return what says that the reader likes those titles that they may see; for visitors, all scored ones."""
        visible = Title.objects.visible_to(self.member).order_by()
        if self.member is None:
            seen = visible.filter(pk__in=title_ids).values_list("pk", flat=True)
            return {pk: Liking(self.scores[pk]) for pk in seen if pk in self.scores}

        def query() -> QuerySet[ListEntry, Any]:
            titles = visible.filter(pk__any=TITLES).values("pk")
            entries = ListEntry.objects.filter(user=USER, title__in=titles).annotate(value=EVIDENCE)
            read = Case(When(score=None, then=evidence_of_review("score")))  # few entries have no score
            return entries.filter(value__gte=LIKED).values_list("title", "score", read)

        rows = prepared.run(("liked", viewing_class(self.member)), query, user=self.member.pk, titles=list(title_ids))
        return {pk: Liking(round(read), True) if score is None else Liking(score) for pk, score, read in rows}


def _not_on_list(user: User | prepared.Parameter) -> list[Q]:
    """Return title conditions: neither listed nor hidden by the member."""
    return [~Q(Exists(rows.objects.filter(user=user, title=OuterRef("pk")))) for rows in (ListEntry, HiddenTitle)]

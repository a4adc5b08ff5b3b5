"""Whose list is read: a member's, or the scores that a visitor gave in this visit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from accounts.models import HiddenTitle, ListEntry, User
from catalog.models import Title
from catalog.models.titles import TitleQuerySet
from recommendations.engine.data.interactions import LIKED, IdMap
from recommendations.engine.recommender import MemberList
from recommendations.inputs.member_lists import (
    FRANCHISE,
    FRANCHISE_OF_TITLE,
    begun,
    franchises_of,
    known_parts,
    member_list,
    member_lists,
)

Viewer = User | AnonymousUser | None


@dataclass(frozen=True)
class Reader:
    """member: None for a visitor, whose scores (title id → 1–10) are all there is of them."""

    member: User | None
    scores: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, viewer: Viewer, scores: Mapping[int, int]) -> Reader:
        """scores: what the visit holds; a member's are on the list."""
        return cls(viewer) if isinstance(viewer, User) else cls(None, scores)

    def own_list(self, items: IdMap) -> MemberList:
        if self.member is not None:
            ((_, _, own),) = member_lists(items, [self.member.pk])
            return own
        title_ids = np.array(list(self.scores), dtype=np.int64)
        given = np.array(list(self.scores.values()), dtype=np.int64)
        own = member_list(items, title_ids, given, np.ones(len(given), bool), title_ids[:0], shows_adult=False)
        if len(own.on_list) == len(title_ids):
            return own
        titles, franchises = franchises_of(title_ids)
        parts = known_parts(items, (titles, franchises))
        return replace(own, on_list=np.concatenate([own.on_list, begun(items, titles, franchises, parts)]))

    def list_version(self) -> int | None:
        """None for a visitor: a few scores are read anew each time."""
        if self.member is None:
            return None
        return User.objects.values_list("list_version", flat=True).get(pk=self.member.pk)

    def showable(self) -> TitleQuerySet:
        """What may be shown as a recommendation now, whatever was true when it was computed."""
        titles = Title.objects.visible_to(self.member).recommendable()
        if self.member is None:
            return titles.exclude(pk__in=list(self.scores))
        listed = ListEntry.objects.filter(user=self.member, title=OuterRef("pk"))
        hidden = HiddenTitle.objects.filter(user=self.member, title=OuterRef("pk"))
        return titles.filter(~Exists(listed), ~Exists(hidden))

    def is_of_a_begun_franchise(self) -> Q:
        """For titles: some part of the same franchise is on the list, or hidden."""
        if self.member is None:
            touched = Title.objects.filter(pk__in=list(self.scores)).values(begun=FRANCHISE_OF_TITLE)
            return Q(franchise_entry__in=touched) | Q(pk__in=touched)
        parts = (
            rows.objects.filter(user=self.member).values(begun=FRANCHISE).order_by()
            for rows in (ListEntry, HiddenTitle)
        )
        return reduce(or_, (Q(franchise_entry__in=of_rows) | Q(pk__in=of_rows) for of_rows in parts))

    def liked(self, title_ids: Collection[int]) -> dict[int, int]:
        """{title id: score} of those that are liked, and that the reader may see, now."""
        may_see = Title.objects.visible_to(self.member).filter(pk__in=title_ids).order_by()
        if self.member is None:
            return {pk: self.scores[pk] for pk in may_see.values_list("pk", flat=True) if pk in self.scores}
        entries = ListEntry.objects.filter(user=self.member, score__gte=LIKED, title__in=may_see.values("pk"))
        return {pk: score for pk, score in entries.values_list("title", "score") if score}

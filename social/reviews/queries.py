"""Queries for reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery

from catalog.models import Title
from social.models import HelpfulVote, Review
from social.visibility import entries_visible_to, reviews_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

SORTS = {"helpful": ("-n_helpful", "-created_at", "-pk"), "newest": ("-created_at", "-pk")}


def reviews_for(viewer: User | AnonymousUser) -> QuerySet[Review]:
    """Return visible reviews with `n_helpful`, `is_helpful` (the viewer's vote) and, if visible, the author's score."""
    score = entries_visible_to(viewer).filter(user=OuterRef("author"), title=OuterRef("title")).values("score")[:1]
    mine = HelpfulVote.objects.filter(review=OuterRef("pk"), voter=viewer.pk)
    reviews = reviews_visible_to(viewer).select_related("author")
    return reviews.annotate(n_helpful=Count("votes"), is_helpful=Exists(mine), score=Subquery(score))


def reviews_of_title(title: Title, viewer: User | AnonymousUser, sort: str = "helpful") -> QuerySet[Review]:
    return reviews_for(viewer).filter(title=title).order_by(*SORTS[sort])


def reviews_of_member(author: User, viewer: User | AnonymousUser) -> QuerySet[Review]:
    reviews = reviews_for(viewer).filter(author=author).order_by("-created_at", "-pk")
    return reviews.prefetch_related(Prefetch("title", Title.objects.for_cards()))

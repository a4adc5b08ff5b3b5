"""Queries for reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from catalog.models import Title
from social.models import HelpfulVote, Review, ReviewReading
from social.visibility import entries_visible_to, reviews_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

SORTS = {
    "helpful": ("-n_helpful", "-created_at", "-pk"),
    "newest": ("-created_at", "-pk"),
    "favourable": (F("tone").desc(nulls_last=True), "-created_at", "-pk"),
    "critical": (F("tone").asc(nulls_last=True), "-created_at", "-pk"),
}
TONES = {
    "favourable": Q(tone__gte=7.5),
    "balanced": Q(tone__gte=5.5, tone__lt=7.5),
    "critical": Q(tone__lt=5.5),
}


def reviews_for(viewer: User | AnonymousUser) -> QuerySet[Review]:
    """Return visible reviews with `n_helpful`, `is_helpful` (the viewer's vote) and, if visible, the author's score.

    Those without a visible score have `reads_like`, what their text reads like, once it has been read. `tone` is the
    one or the other. An author's private score isn't given away: the text is public, and only it is read.
    """
    score = entries_visible_to(viewer).filter(user=OuterRef("author"), title=OuterRef("title")).values("score")[:1]
    mine = HelpfulVote.objects.filter(review=OuterRef("pk"), voter=viewer.pk)
    reviews = reviews_visible_to(viewer).select_related("author")
    reviews = reviews.annotate(n_helpful=Count("votes"), is_helpful=Exists(mine), score=Subquery(score))
    read = ReviewReading.objects.filter(review=OuterRef("pk"), reader__is_active=True).values("score")[:1]
    reads_like = Case(When(score__isnull=True, then=Subquery(read)), output_field=FloatField())
    return reviews.annotate(reads_like=reads_like).annotate(
        tone=Coalesce("score", "reads_like", output_field=FloatField())
    )


def reviews_of_title(
    title: Title, viewer: User | AnonymousUser, sort: str = "helpful", tone: str = ""
) -> QuerySet[Review]:
    """Return the title's reviews. tone: one of TONES, or "" for all."""
    return reviews_for(viewer).filter(TONES.get(tone, Q()), title=title).order_by(*SORTS[sort])


def reviews_of_member(author: User, viewer: User | AnonymousUser) -> QuerySet[Review]:
    reviews = reviews_for(viewer).filter(author=author).order_by("-created_at", "-pk")
    return reviews.prefetch_related(Prefetch("title", Title.objects.for_cards()))

"""Similar titles."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, FloatField
from django.db.models.functions import Cast

from accounts.models import User
from catalog.models import Title
from recommendations.models import SimilarTitles


@dataclass(frozen=True)
class SimilarTitle:
    """by, score (0–1): "people" in common, relative to the closest title; or "tags", the share of tags in common."""

    title: Title
    score: float
    by: str


def similar_to(
    title: Title, viewer: User | AnonymousUser | None, n: int = 12, *, model: str = "people", order: str = "closest"
) -> list[SimilarTitle]:
    """Return the n closest titles that the viewer may see.

    model: "people" for people in common, falling back to tags if there is no data; "tags" for shared tags. order:
    "closest" or "best_known" first, of the n closest.
    """
    results = (_by_people(title, viewer, n) if model == "people" else []) or _by_tags(title, viewer, n)
    if order == "best_known":
        results.sort(key=lambda similar: similar.title.popularity, reverse=True)
    return results


def _by_people(title: Title, viewer: User | AnonymousUser | None, n: int) -> list[SimilarTitle]:
    row = SimilarTitles.objects.filter(version__is_active=True, title=title).first()
    if row is None or not row.similar_ids:
        return []
    cards = Title.objects.visible_to(viewer).recommendable().entry_points().for_cards().in_bulk(row.similar_ids)
    pairs = zip(row.similar_ids, row.scores, strict=True)
    return [SimilarTitle(cards[pk], score, "people") for pk, score in pairs if pk in cards][:n]


def _by_tags(title: Title, viewer: User | AnonymousUser | None, n: int) -> list[SimilarTitle]:
    """Return the titles from other franchises that share the most tags, ties by popularity."""
    tags = list(title.tags.values_list("pk", flat=True))
    if not tags:
        return []
    entry = title.franchise_entry_id or title.pk
    others = Title.objects.visible_to(viewer).recommendable().entry_points().filter(tags__in=tags).exclude(pk=title.pk)
    others = others.exclude(pk=entry)
    shared = others.annotate(shared=Cast(Count("tags"), FloatField()) / len(tags)).order_by(
        F("shared").desc(), "-popularity", "pk"
    )
    shares = dict(shared.values_list("pk", "shared")[:n])
    cards = Title.objects.for_cards().in_bulk(list(shares))
    return [SimilarTitle(cards[pk], share, "tags") for pk, share in shares.items()]

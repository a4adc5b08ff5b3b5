"""Titles like a title."""

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
    """score: 0–1, relative to the closest one. by: "people" who like both, or the "tags" both have."""

    title: Title
    score: float
    by: str


def similar_to(
    title: Title, viewer: User | AnonymousUser | None, n: int = 12, *, model: str = "people", order: str = "closest"
) -> list[SimilarTitle]:
    """The n closest titles that the viewer may see: by who likes both; by shared tags where nobody has rated it yet, or
    where the model is "tags". order: "closest" first, or of the n closest the "best_known" first."""
    found = (_by_people(title, viewer, n) if model == "people" else []) or _by_tags(title, viewer, n)
    if order == "best_known":
        found.sort(key=lambda similar: similar.title.members, reverse=True)
    return found


def _by_people(title: Title, viewer: User | AnonymousUser | None, n: int) -> list[SimilarTitle]:
    row = SimilarTitles.objects.filter(version__is_active=True, title=title).first()
    if row is None or not row.similar_ids:
        return []
    found = Title.objects.visible_to(viewer).recommendable().for_cards().in_bulk(row.similar_ids)
    pairs = zip(row.similar_ids, row.scores, strict=True)
    return [SimilarTitle(found[pk], score, "people") for pk, score in pairs if pk in found][:n]


def _by_tags(title: Title, viewer: User | AnonymousUser | None, n: int) -> list[SimilarTitle]:
    """Most shared tags, and of those that share as many the better known."""
    tags = list(title.tags.values_list("pk", flat=True))
    if not tags:
        return []
    entry = title.franchise_entry_id or title.pk
    others = Title.objects.visible_to(viewer).recommendable().filter(tags__in=tags).exclude(pk=title.pk)
    others = others.exclude(pk=entry).exclude(franchise_entry=entry)
    shared = others.annotate(shared=Cast(Count("tags"), FloatField()) / len(tags)).order_by(
        F("shared").desc(), "-members", "pk"
    )
    found = dict(shared.values_list("pk", "shared")[:n])
    cards = Title.objects.for_cards().in_bulk(list(found))
    return [SimilarTitle(cards[pk], share, "tags") for pk, share in found.items()]

"""What pages and endpoints read of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Prefetch, QuerySet

from catalog.filters import TitleFilter
from catalog.models import ExternalId, Relation, Tag, Title
from catalog.versioning import catalogue_version

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Viewer = User | AnonymousUser | None

GENRE_KINDS = [Tag.Kind.GENRE, Tag.Kind.THEME, Tag.Kind.DEMOGRAPHIC]
DAY = 86_400


@dataclass(frozen=True)
class RelatedTitle:
    """A title and what it is to the one it is shown with ("Sequel")."""

    label: str
    title: Title


@dataclass(frozen=True)
class TitleDetail:
    """All that a title's page shows of the catalogue."""

    title: Title
    related: list[RelatedTitle]
    franchise: list[Title]  # every part the viewer may see, itself included, in the order of their start
    tags: list[Tag]


def title_filter(parameters: Mapping[str, Any], viewer: Viewer) -> TitleFilter:
    """The bound filters: `.form` to show, `.qs` for the titles. A wrong value is an error of the form and filters nothing."""
    return TitleFilter(parameters, Title.objects.visible_to(viewer).for_cards(), viewer=viewer)


def browse_titles(parameters: Mapping[str, Any], viewer: Viewer) -> QuerySet[Title]:
    """The titles that fit `parameters` (see `TitleFilter`), ready for cards."""
    return title_filter(parameters, viewer).qs


def title_detail(pk: int, viewer: Viewer) -> TitleDetail:
    """Raises Title.DoesNotExist also for a title that `viewer` may not see."""
    visible = Title.objects.visible_to(viewer)
    cards = Title.objects.for_cards()
    there = Relation.objects.filter(to_title__in=visible).prefetch_related(Prefetch("to_title", cards))
    back = Relation.objects.filter(from_title__in=visible).prefetch_related(Prefetch("from_title", cards))
    title = visible.prefetch_related(
        "names",
        "studios",
        Prefetch("tags", Tag.objects.visible_to(viewer)),
        Prefetch("external_ids", ExternalId.objects.order_by("provider")),
        Prefetch("relations", there, to_attr="relations_there"),
        Prefetch("relations_back", back, to_attr="relations_here"),
    ).get(pk=pk)
    return TitleDetail(title, _related(title), _franchise(title, viewer), list(title.tags.all()))


def _related(title: Title) -> list[RelatedTitle]:
    """In the order of the kinds, each title once. Where only the child names its parent, it is shown as a side story."""
    order = list(Relation.Kind)
    related: dict[int, tuple[Relation.Kind, Title]] = {}
    for relation in title.relations_there:  # type: ignore[attr-defined]
        related.setdefault(relation.to_title_id, (Relation.Kind(relation.kind), relation.to_title))
    for relation in title.relations_here:  # type: ignore[attr-defined]
        if relation.kind == Relation.Kind.PARENT_STORY:
            related.setdefault(relation.from_title_id, (Relation.Kind.SIDE_STORY, relation.from_title))
    ordered = sorted(related.values(), key=lambda item: (order.index(item[0]), _start(item[1]), item[1].pk))
    return [RelatedTitle(str(kind.label), other) for kind, other in ordered]


def _franchise(title: Title, viewer: Viewer) -> list[Title]:
    if title.franchise_entry_id is None:
        return []
    parts = Title.objects.visible_to(viewer).filter(franchise_entry=title.franchise_entry_id).for_cards()
    return sorted(parts, key=lambda part: (_start(part), part.pk))


def _start(title: Title) -> str:
    return str(title.started_on or title.year or "9999")


def catalogue_size(viewer: Viewer) -> int:
    """How many titles `viewer` may see."""
    visible = Title.objects.visible_to(viewer)
    is_whole = "whole" if getattr(viewer, "shows_adult", False) else "common"
    return int(cache.get_or_set(f"catalog:size:{is_whole}:{catalogue_version()}", visible.count, DAY) or 0)


def genre_choices(viewer: Viewer = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a form: (kind, [(slug, name)]) of the genres, themes and demographics that any title has."""
    tags = Tag.objects.visible_to(viewer).filter(kind__in=GENRE_KINDS).annotate(n=Count("titles")).filter(n__gt=0)
    key = f"catalog:genres:{getattr(viewer, 'shows_adult', False)}:{catalogue_version()}"
    found = cache.get_or_set(key, lambda: list(tags.values_list("kind", "slug", "name")), DAY) or []
    return [
        (str(kind.label), [(slug, name) for tag_kind, slug, name in found if tag_kind == kind]) for kind in GENRE_KINDS
    ]

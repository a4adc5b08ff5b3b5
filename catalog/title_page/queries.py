"""Title page queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Prefetch, Q

from catalog.franchises.watch_order import up_to, watch_order
from catalog.models import ExternalId, Relation, Tag, Title
from catalog.models.titles import viewing_class
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

DAY = 86_400


@dataclass(frozen=True)
class RelatedTitle:
    """A related title with its relation, such as "Sequel"."""

    label: str
    title: Title


@dataclass(frozen=True)
class TitleDetail:
    """The catalogue data of a title page."""

    title: Title
    related: list[RelatedTitle]
    franchise: list[Title]  # visible parts, including this title, by start date
    tags: list[Tag]
    links: list[tuple[int, int, str]]  # (from title, to title, kind) of the relations within the franchise


def title_detail(pk: int, viewer: Viewer) -> TitleDetail:
    """Return the title's details. Raise Title.DoesNotExist if `viewer` may not see it."""
    visible = Title.objects.visible_to(viewer)
    title = (
        visible.with_tag_names()
        .prefetch_related(
            "names",
            "studios",
            "relations",
            "relations_back",
            Prefetch("tags", Tag.objects.visible_to(viewer)),
            Prefetch("external_ids", ExternalId.objects.order_by("provider")),
        )
        .get(pk=pk)
    )
    kinds, entry = _kinds_of_related(title), title.franchise_entry_id
    condition = Q(pk__in=kinds) | Q(franchise_entry=entry) if entry else Q(pk__in=kinds)
    cards = sorted(visible.for_airing().filter(condition), key=lambda card: (_start(card), card.pk))
    franchise = [card for card in cards if entry and card.franchise_entry_id == entry]
    parts = [card.pk for card in franchise]
    links = Relation.objects.filter(from_title__in=parts, to_title__in=parts) if parts else Relation.objects.none()
    order = list(Relation.Kind)
    related = sorted((card for card in cards if card.pk in kinds), key=lambda card: order.index(kinds[card.pk]))
    return TitleDetail(
        title=title,
        related=[RelatedTitle(str(kinds[card.pk].label), card) for card in related],
        franchise=franchise,
        tags=list(title.tags.all()),
        links=list(links.values_list("from_title_id", "to_title_id", "kind")),
    )


def parts_up_to(title: Title, viewer: Viewer) -> list[Title]:
    """Return the title and the required parts of its franchise before it."""
    detail = title_detail(title.pk, viewer)
    return up_to(watch_order(detail.franchise, detail.links), title) or [title]


def _kinds_of_related(title: Title) -> dict[int, Relation.Kind]:
    """Return each related title's relation; a child that only names its parent is a side story."""
    kinds: dict[int, Relation.Kind] = {}
    for relation in title.relations.all():
        kinds.setdefault(relation.to_title_id, Relation.Kind(relation.kind))
    for relation in title.relations_back.all():
        if relation.kind == Relation.Kind.PARENT_STORY:
            kinds.setdefault(relation.from_title_id, Relation.Kind.SIDE_STORY)
    return kinds


def _start(title: Title) -> str:
    return str(title.started_on or title.year or "9999")


def catalogue_size(viewer: Viewer) -> int:
    """Count the titles visible to `viewer`."""
    visible = Title.objects.visible_to(viewer)
    key = f"catalog:size:{viewing_class(viewer)}:{catalogue_version()}"
    return int(cache.get_or_set(key, visible.count, DAY) or 0)

"""Title page queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Prefetch, Q

from catalog.covers.addresses import has_cover
from catalog.franchises.watch_order import Link, up_to, watch_order
from catalog.models import CoverLook, Credit, ExternalId, Relation, SourceRecord, Tag, Title
from catalog.models.titles import Medium, viewing_class
from catalog.title_page.details import Details, details_of
from catalog.title_page.links import SOURCES, source_names
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

DAY = 86_400
MAX_DETAILS = 500  # about 25 kB each

_cache: tuple[str, dict[tuple[int, str], TitleDetail]] = ("", {})


@dataclass(frozen=True)
class RelatedTitle:
    """A related title with its relation, such as "Sequel"."""

    label: str
    title: Title


@dataclass(frozen=True)
class OtherVersion:
    """The same story in another medium. next_chapter: of a manga, where to read on after this anime; None if unknown.

    is_read_on: whether it goes on where this title, an anime, ends.
    """

    title: Title
    is_read_on: bool
    next_chapter: int | None = None


@dataclass(frozen=True)
class TitleDetail:
    """The catalogue data of a title page."""

    title: Title
    related: list[RelatedTitle]
    versions: list[OtherVersion]  # in other media that the viewer sees
    franchise: list[Title]  # visible parts, including this title, by start date
    tags: list[Tag]
    links: list[Link]  # the relations within the franchise
    details: Details
    has_people: bool
    has_look: bool  # titles with similar covers can be shown


def title_detail(pk: int, viewer: Viewer) -> TitleDetail:
    """Return the title's details. Raise Title.DoesNotExist if `viewer` may not see it.

    They are cached per process and shared between requests, so don't modify them.
    """
    global _cache
    version, key = catalogue_version(), (pk, viewing_class(viewer))
    if _cache[0] != version or len(_cache[1]) >= MAX_DETAILS:
        _cache = (version, {})
    details = _cache[1]
    if key not in details:
        details[key] = _read_detail(pk, viewer)
    return details[key]


def _read_detail(pk: int, viewer: Viewer) -> TitleDetail:
    visible = Title.objects.visible_to(viewer)
    title = (
        visible.with_tag_names()
        .annotate(
            has_people=Exists(Credit.objects.filter(title=OuterRef("pk"))),
            has_look=Exists(CoverLook.objects.filter(title=OuterRef("pk")).exclude(vector=None)),
        )
        .prefetch_related(
            "studios",
            "producers",
            "streams",
            Prefetch("tags", Tag.objects.visible_to(viewer)),
            Prefetch("external_ids", ExternalId.objects.filter(retired_at=None).order_by("provider", "-pk")),
        )
        .get(pk=pk)
    )
    entry = title.franchise_entry_id
    links = _links_of(title)
    kinds = _kinds_of_related(title, links)
    condition = Q(pk__in=kinds) | Q(franchise_entry=entry) if entry else Q(pk__in=kinds)
    cards = sorted(visible.for_airing().filter(condition), key=lambda card: (_start(card), card.pk))
    franchise = [card for card in cards if entry and card.franchise_entry_id == entry]
    parts = {card.pk for card in franchise}
    order = list(Relation.Kind)
    related = sorted((card for card in cards if card.pk in kinds), key=lambda card: order.index(kinds[card.pk]))
    return TitleDetail(
        title=title,
        related=[RelatedTitle(str(kinds[card.pk].label), card) for card in related],
        versions=_versions(title, [card for card in related if kinds[card.pk] == Relation.Kind.ADAPTATION]),
        franchise=franchise,
        tags=list(title.tags.all()),
        links=[link for link in links if parts.issuperset(link[:2])],
        details=details_of(title),
        has_people=title.has_people,  # type: ignore[attr-defined]
        has_look=has_cover(title) and title.has_look,  # type: ignore[attr-defined]
    )


def _versions(title: Title, adaptations: list[Title]) -> list[OtherVersion]:
    """Return those of the adaptations that are of another medium, with where to read on after an anime."""
    others = [card for card in adaptations if card.medium != title.medium]
    if not others:
        return []
    told = Relation.objects.filter(from_title=title, to_title__in=others, last_chapter__isnull=False)
    next_chapters = {pk: last + 1 for pk, last in told.values_list("to_title", "last_chapter") if last}
    is_anime = title.medium == Medium.ANIME
    return [OtherVersion(card, is_anime and card.is_read, next_chapters.get(card.pk)) for card in others]


@dataclass(frozen=True)
class Provenance:
    """Who says what a title's page shows, and when they last said so."""

    names: list[str]
    updated_at: datetime | None


def provenance_of(title: Title) -> Provenance:
    records = list(SourceRecord.objects.filter(title=title).order_by("-as_of").values_list("source", "as_of"))
    dates = [as_of for source, as_of in records if as_of and source in SOURCES]
    return Provenance(source_names(source for source, _ in records), max(dates, default=None))


def parts_up_to(title: Title, viewer: Viewer) -> list[Title]:
    """Return the title and the required parts of its franchise before it."""
    detail = title_detail(title.pk, viewer)
    return up_to(watch_order(detail.franchise, detail.links), title) or [title]


def _links_of(title: Title) -> list[Link]:
    """Return the relations of the title, and those within its franchise."""
    condition = Q(from_title=title) | Q(to_title=title)
    if entry := title.franchise_entry_id:
        condition |= Q(from_title__franchise_entry=entry, to_title__franchise_entry=entry)
    links = Relation.objects.filter(condition).order_by("pk")
    return list(links.values_list("from_title_id", "to_title_id", "kind"))


def _kinds_of_related(title: Title, links: list[Link]) -> dict[int, Relation.Kind]:
    """Return each related title's relation; a child that only names its parent is a side story."""
    kinds: dict[int, Relation.Kind] = {}
    for one, other, kind in links:
        if one == title.pk:
            kinds.setdefault(other, Relation.Kind(kind))
    for one, other, kind in links:
        if other == title.pk and kind == Relation.Kind.PARENT_STORY:
            kinds.setdefault(one, Relation.Kind.SIDE_STORY)
    return kinds


def _start(title: Title) -> str:
    return str(title.started_on or title.year or "9999")


def catalogue_size(viewer: Viewer) -> int:
    """Count the titles visible to `viewer`."""
    visible = Title.objects.visible_to(viewer)
    key = f"catalog:size:{viewing_class(viewer)}:{catalogue_version()}"
    return int(cache.get_or_set(key, visible.count, DAY) or 0)

"""Filtered titles, and the genres to filter by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from catalog.browse.filters import TitleFilter
from catalog.index.found import Found
from catalog.index.titles import title_index
from catalog.models import Tag, Title
from catalog.viewers import Viewer

GENRE_KINDS = [Tag.Kind.GENRE, Tag.Kind.THEME, Tag.Kind.DEMOGRAPHIC]


def title_filter(parameters: Mapping[str, Any], viewer: Viewer) -> TitleFilter:
    """Return the bound filters: `.form` and `.qs`. Invalid values are form errors and filter nothing."""
    return TitleFilter(parameters, Title.objects.visible_to(viewer).for_cards(), viewer=viewer)


def browse_titles(parameters: Mapping[str, Any], viewer: Viewer) -> Found:
    """Return titles that match `parameters` (see `TitleFilter`), ready for cards."""
    return cast(Found, title_filter(parameters, viewer).qs)


def genre_choices(viewer: Viewer = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return form choices (kind, [(slug, name)]) of the genres, themes and demographics in use."""
    index = title_index()
    counts, visible = index.tags.counts(index.visible_to(viewer)), index.tags_visible_to(viewer)
    has_titles = [term for term, n in zip(index.tags.terms, counts, strict=True) if n and term.slug in visible]
    return [
        (str(kind.label), [(term.slug, term.name) for term in has_titles if term.kind == kind]) for kind in GENRE_KINDS
    ]

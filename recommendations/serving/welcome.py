"""Titles for new visitors to rate, chosen without any knowledge of their taste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.core.cache import cache

from catalog.models import Title
from catalog.models.titles import Format, viewing_class
from catalog.titles.cards import title_cards
from catalog.versioning import catalogue_version
from recommendations.serving.readers import Viewer

WALL = 168  # titles in all
POOL = 600  # best-known titles to choose from
WINDOW = 72  # candidates per place: the best-known titles remaining
FAMILIAR = (Format.TV, Format.MOVIE)
DAY = 86_400


def onboarding_titles(viewer: Viewer = None, n: int = WALL, without: Collection[int] = ()) -> list[Title]:
    """Return n well-known titles for the rating wall, first parts of series, across many genres."""
    key = f"wall:{viewing_class(viewer)}:{catalogue_version()}"
    ids = cache.get_or_set(key, lambda: [title.pk for title in _wall(viewer)], DAY) or []
    title_ids = [pk for pk in ids if pk not in without][:n]
    cards = title_cards(title_ids)
    return [cards[pk] for pk in title_ids if pk in cards]


def _wall(viewer: Viewer) -> list[Title]:
    """Choose the wall greedily: each place goes to the candidate whose tags are the least frequent so far."""
    pool = list(
        Title.objects.visible_to(viewer)
        .filter(is_adult=False)
        .recommendable()
        .entry_points()
        .filter(format__in=FAMILIAR)
        .for_cards()
        .order_by("-popularity", "pk")[:POOL]
    )
    tag_counts: Counter[str] = Counter()
    chosen: list[Title] = []
    while pool and len(chosen) < WALL:
        title = min(pool[:WINDOW], key=lambda candidate: _mean_tag_count(candidate, tag_counts))
        pool.remove(title)
        chosen.append(title)
        tag_counts.update(title.tag_names)
    return chosen


def _mean_tag_count(title: Title, tag_counts: Counter[str]) -> float:
    """Return the mean count of the title's tags, infinite without tags."""
    names = title.tag_names
    return sum(tag_counts[name] for name in names) / len(names) if names else float("inf")

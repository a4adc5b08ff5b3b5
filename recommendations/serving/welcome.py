"""What to show somebody of whom nothing is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.core.cache import cache
from django.db.models import F, Q

from catalog.models import Title
from catalog.models.titles import Format, viewing_class
from catalog.titles.cards import title_cards
from catalog.versioning import catalogue_version
from recommendations.serving.readers import Viewer

WALL = 168  # titles in all
POOL = 600  # the best-known ones that they are chosen from
WINDOW = 72  # of those left, how many of the best known each place is given from
FAMILIAR = (Format.TV, Format.MOVIE)
DAY = 86_400


def onboarding_titles(viewer: Viewer = None, n: int = WALL, without: Collection[int] = ()) -> list[Title]:
    """Return n well-known titles for the rating wall, first parts of series, across many genres."""
    key = f"wall:{viewing_class(viewer)}:{catalogue_version()}"
    ids = cache.get_or_set(key, lambda: [title.pk for title in _wall(viewer)], DAY) or []
    wanted = [pk for pk in ids if pk not in without][:n]
    cards = title_cards(wanted)
    return [cards[pk] for pk in wanted if pk in cards]


def _wall(viewer: Viewer) -> list[Title]:
    """From the best known down, each place goes to the title whose genres were shown least so far."""
    pool = list(
        Title.objects.visible_to(viewer)
        .filter(is_adult=False)
        .recommendable()
        .filter(Q(franchise_entry=None) | Q(franchise_entry=F("pk")), format__in=FAMILIAR)
        .for_cards()
        .order_by("-members", "pk")[:POOL]
    )
    shown: Counter[str] = Counter()
    chosen: list[Title] = []
    while pool and len(chosen) < WALL:
        title = min(pool[:WINDOW], key=lambda candidate: _seen_share(candidate, shown))
        pool.remove(title)
        chosen.append(title)
        shown.update(title.tag_names)
    return chosen


def _seen_share(title: Title, shown: Counter[str]) -> float:
    """How often its tags were shown already, on average."""
    names = title.tag_names
    return sum(shown[name] for name in names) / len(names) if names else float("inf")

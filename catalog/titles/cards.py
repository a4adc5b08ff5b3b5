"""Title cards, cached per process because they're the same for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.models import Title
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

MAX_CARDS = 8000  # about 2 kB each

_cache: tuple[str, dict[int, Title]] = ("", {})


def title_cards(ids: Iterable[int]) -> dict[int, Title]:
    """Return existing titles by id. They are shared between requests: don't modify them.

    Callers check visibility, with `Title.objects.visible_to`.
    """
    global _cache
    version = catalogue_version()
    if _cache[0] != version:
        _cache = (version, {})
    cards = _cache[1]
    unique_ids = set(ids)
    result = {pk: cards[pk] for pk in unique_ids if pk in cards}
    if missing := unique_ids - result.keys():
        new = Title.objects.for_cards().in_bulk(missing)
        result |= new
        if len(cards) + len(new) > MAX_CARDS:
            cards.clear()
        cards |= new
    return result


def ordered_cards(ids: Sequence[int], viewer: Viewer) -> list[Title]:
    """Return those of the titles that the viewer may see, in the order of their ids, with one query."""
    cards = Title.objects.visible_to(viewer).for_cards().in_bulk(list(ids))
    return [cards[pk] for pk in ids if pk in cards]

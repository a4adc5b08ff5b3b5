"""Title cards, cached per process because they're the same for everyone."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import Title
from catalog.versioning import catalogue_version

MOST_KEPT = 8000  # about 2 kB each

_kept: tuple[str, dict[int, Title]] = ("", {})


def title_cards(ids: Iterable[int]) -> dict[int, Title]:
    """Return existing titles by id. They are shared between requests: don't modify them.

    Who may see them is the caller's question, to be asked of `Title.objects.visible_to`.
    """
    global _kept
    version = catalogue_version()
    if _kept[0] != version:
        _kept = (version, {})
    cards = _kept[1]
    wanted = set(ids)
    found = {pk: cards[pk] for pk in wanted if pk in cards}
    if missing := wanted - found.keys():
        read = Title.objects.for_cards().in_bulk(missing)
        found |= read
        if len(cards) + len(read) > MOST_KEPT:
            cards.clear()
        cards |= read
    return found

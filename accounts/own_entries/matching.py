"""Find own entries' titles in the catalogue, as an import would."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import OwnEntry, User
from catalog.models import Title
from catalog.models.titles import media_of
from catalog.titles.matching import Sought, match_titles


def titles_of(entries: Sequence[OwnEntry], viewer: User) -> dict[int, int]:
    """Map positions to title IDs, for entries that the catalogue has, with three queries for any number of entries.

    Entries of media that the viewer doesn't show stay: on the list, they would be hidden.
    """
    media = media_of(viewer)
    sought = [
        Sought(number, entry.name, entry.year, entry.format, entry.ids, entry.kind)
        for number, entry in enumerate(entries)
        if entry.kind in media
    ]
    return match_titles(sought, Title.objects.visible_to(viewer))

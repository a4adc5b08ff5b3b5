"""Statistics are of one medium: hours of anime and chapters of manga don't add up."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.models.titles import Medium, media_of
from catalog.viewers import Viewer


def medium_in(query: Mapping[str, str], viewer: Viewer) -> str:
    """Return the medium that a query asks for, if the viewer sees it; else anime."""
    asked = query.get("medium", "")
    return asked if asked in media_of(viewer) else Medium.ANIME.value


def media_choices(viewer: Viewer) -> list[tuple[str, str]]:
    """Return (medium, label) of each medium, for viewers who see more than anime; else nothing to choose from."""
    media = media_of(viewer)
    return [(medium, str(Medium(medium).label)) for medium in media] if len(media) > 1 else []

"""The name of a title in the viewer's language: a member's setting, or what the visitor's browser asks for."""

from __future__ import annotations

from contextvars import ContextVar

from catalog.models import Title
from catalog.viewers import Viewer

ROMAJI, ENGLISH, NATIVE = TITLE_LANGUAGES = ("romaji", "english", "native")

# Set for each request by `accounts.settings.language`, as Django sets the language of the interface.
visitors_language: ContextVar[str] = ContextVar("visitors_language", default=ROMAJI)


def name_for(title: Title, viewer: Viewer) -> str:
    """Return the name in the viewer's language, or the main name."""
    return name_in(title, language_for(viewer))


def language_for(viewer: Viewer) -> str:
    """Return one of TITLE_LANGUAGES."""
    return getattr(viewer, "title_language", "") or visitors_language.get()


def name_in(title: Title, language: str) -> str:
    """Return the name in a language, or the main name if the catalogue has none."""
    names = {ENGLISH: title.name_english, NATIVE: title.name_native}
    return names.get(language, "") or title.name

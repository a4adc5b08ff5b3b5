"""Parsers of title pages (HTML), one module for each site: bytes in, a row out. Need the extra `workers`."""

from __future__ import annotations

from collections.abc import Callable

from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.html import Page
from catalog.importing.parsers.pages import anidb, anisearch, livechart, myanimelist
from catalog.importing.parsers.pages.facts import split
from catalog.importing.parsers.services.answers import AnswerError

SITES: dict[str, tuple[str, Callable[[Page], SourceTitle]]] = {  # source → (host, parser)
    "myanimelist-page": ("myanimelist.net", myanimelist.parse),
    "anidb-page": ("anidb.net", anidb.parse),
    "anisearch-page": ("anisearch.com", anisearch.parse),
    "livechart-page": ("livechart.me", livechart.parse),
}


def parse_page(url_or_source: str, body: bytes) -> SourceTitle:
    """Return the title of a page. Raise AnswerError if it isn't a title's page of a site we know."""
    source = source_of(url_or_source) or url_or_source
    if source not in SITES:
        raise AnswerError(f"no parser reads pages of {url_or_source}")
    page = Page(body)
    try:
        return SITES[source][1](page)
    except AnswerError:
        raise
    except ValueError as error:
        raise AnswerError(f"the page “{page.title[:100]}” isn't a title's page: {error}") from error


def source_of(url: str) -> str | None:
    """Return the source whose site has this address."""
    host = (split(url).hostname or "").removeprefix("www.")
    return next((source for source, (own, _) in SITES.items() if own == host), None)

"""Read title pages: shared by the sites' parsers."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from catalog.importing.parsers.html import Page
from catalog.importing.parsers.services.answers import AnswerError, Fields


def address(page: Page) -> str:
    """Return the page's own address: the canonical one, or the one for sharing."""
    return page.attribute("link[rel=canonical]", "href") or page.attribute('meta[property="og:url"]', "content") or ""


def split(url: str | None) -> SplitResult:
    """Return the parts of an address; those of an empty one if it is malformed."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def title_id(url: str | None) -> str | None:
    """Return the id in an address like /anime/5114/Name or anime/3633,name; None for anything else."""
    parts = split(url).path.strip("/").split("/")
    number = parts[1].partition(",")[0] if len(parts) > 1 and parts[0] == "anime" else ""
    return number if number.isdecimal() else None


def facts_of(site: str, page: Page, facts: dict[str, Any]) -> Fields:
    """Return the facts to read, with the title's id under "id". Raise AnswerError if the page has none."""
    number = title_id(address(page))
    if number is None:
        raise AnswerError(f"{site}'s page “{page.title[:100]}” isn't the page of one anime")
    return Fields(1, {"id": number} | facts, [])


def linked_title(page: Page) -> dict[str, Any]:
    """Return the title that schema.org data describes; an empty object without one."""
    return next((item for item in page.linked_data() if item.get("@type") in ("TVSeries", "Movie", "TVEpisode")), {})

"""What a source is and what it is asked, in terms that the client and the services share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.importing.parsers.services.answers import Answer

Parse = Callable[[Path], Answer]  # of the file with a body; raises ValueError with a sentence
MEGABYTE = 1_000_000
MOST_PAGES = 3000  # of 20 titles: more than anybody has


@dataclass(frozen=True)
class Manners:
    """How often a service may be asked.

    pause: the shortest time between two requests, in seconds. after_refusal: the first wait after a status 403.
    """

    pause: float
    per_minute: int
    per_day: int
    after_refusal: timedelta = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class SourceRequest:
    """One question. key: what tells it from the source's other ones, and stays the same from day to day.

    every: how old its answer may become. most_pages: of the list that it begins.
    may_redirect: as files in releases do; answers of an API that redirects are refused.
    """

    key: str
    url: str
    every: timedelta
    parse: Parse
    method: str = "GET"
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = 20 * MEGABYTE
    seconds: float = 60
    may_redirect: bool = False
    most_pages: int = MOST_PAGES


@dataclass(frozen=True, kw_only=True)
class Service:
    """A source of titles. requests: what it should be asked, most needed first, whether due or not.

    address: its base URL, or "" while it isn't set up. is_daily: whether its data must never be older than a day.
    """

    name: str
    label: str
    address: str
    manners: Manners
    requests: Callable[[], Iterable[SourceRequest]]
    is_daily: bool = True

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def owns(self, url: str) -> bool:
        """Return whether the URL is on the service's host: a key must never be sent elsewhere."""
        return urlsplit(url)[:2] == urlsplit(self.address)[:2]


class SourceUnavailableError(Exception):
    """The source can't be asked now. The message says why."""

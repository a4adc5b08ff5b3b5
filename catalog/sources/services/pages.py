"""Pages of titles, for data that no API gives: by the owner's wish only, one every few seconds, as robots.txt allows.

A refusal ends it for a day: sites block whole networks that go on asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.robotparser import RobotFileParser

from catalog.importing.parsers.services.answers import Answer
from catalog.models import ExternalId, StoredAnswer
from catalog.sources.client.answers import body_of, path_of
from catalog.sources.client.ask import user_agent
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.need import MONTHLY, ids_by_need

Provider = ExternalId.Provider
ROBOTS = "robots"
MANNERS = Manners(pause=5, per_minute=10, per_day=1000, after_refusal=timedelta(days=1))


@dataclass(frozen=True)
class Site:
    name: str
    label: str
    provider: str
    address: str
    path: str  # of a title's page, with its id


SITES = (
    Site("myanimelist-page", "MyAnimeList (pages)", Provider.MAL, "https://myanimelist.net", "/anime/{id}"),
    Site("anidb-page", "AniDB (pages)", Provider.ANIDB, "https://anidb.net", "/anime/{id}"),
    Site("anisearch-page", "aniSearch (pages)", Provider.ANISEARCH, "https://www.anisearch.com", "/anime/{id}"),
    Site("livechart-page", "LiveChart (pages)", Provider.LIVECHART, "https://www.livechart.me", "/anime/{id}"),
)


def requests(site: Site) -> Iterator[SourceRequest]:
    """Ask for the rules first, then for the pages that they allow."""
    yield SourceRequest(
        key=ROBOTS, url=f"{site.address}/robots.txt", every=timedelta(days=1), parse=_nothing, may_redirect=True
    )
    rules = _rules(site)
    for value, every in ids_by_need(site.provider):
        url = f"{site.address}{site.path.format(id=value)}"
        if rules.can_fetch(user_agent(), url):
            yield SourceRequest(
                key=f"page:{value}", url=url, every=max(every, MONTHLY), parse=partial(_page, site.name)
            )


def _rules(site: Site) -> RobotFileParser:
    """Return the site's rules. Without any, everything is allowed; rules that can't be read allow nothing."""
    rules, answer = RobotFileParser(), StoredAnswer.objects.filter(source=site.name, key=ROBOTS).first()
    path = path_of(answer) if answer else None
    if path:
        rules.parse(body_of(path).decode(errors="replace").splitlines())
    elif answer and answer.status == 404:
        rules.parse([])
    return rules


def _nothing(path: Path) -> Answer:
    return Answer(())


def _page(kind: str, path: Path) -> Answer:
    from catalog.importing.parsers import pages  # web processes don't have its libraries

    return Answer((pages.parse_page(kind, body_of(path)),))


def service(site: Site) -> Service:
    return Service(
        name=site.name, label=site.label, address=site.address, manners=MANNERS, requests=partial(requests, site),
        is_daily=False,
    )  # fmt: skip

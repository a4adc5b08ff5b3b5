"""Sources that publish one file: the offline database, AniDB's titles and the map of ids. One request a day each.

An unchanged file costs a conditional request without a body.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from catalog.importing.parsers.services import anidb, id_map
from catalog.importing.parsers.services.answers import Answer
from catalog.sources.client.requests import MEGABYTE, Manners, Parse, Service, SourceRequest
from catalog.sources.services.parsing import of_stream

# AniDB bans whoever fetches its file twice a day.
A_DAY = timedelta(days=1, minutes=10)
HALF_A_DAY = timedelta(hours=12)
POLITE = Manners(pause=60, per_minute=1, per_day=6, after_refusal=timedelta(days=1))


def offline_database_service() -> Service:
    return _service("offline-database", "anime-offline-database", settings.OFFLINE_DATABASE_URL, HALF_A_DAY, _titles)


def anidb_service() -> Service:
    return _service("anidb", "AniDB", settings.ANIDB_TITLES_URL, A_DAY, of_stream(anidb.parse_titles))


def id_map_service() -> Service:
    return _service("id-map", "Fribb/anime-lists", settings.ID_MAP_URL, A_DAY, of_stream(id_map.parse))


def _titles(path: Path) -> Answer:
    from catalog.importing.files import date_of_file  # with parsers, whose libraries web processes don't have
    from catalog.importing.parsers.files import offline_database

    return Answer(offline_database.read_unparsed(path), as_of=date_of_file(path, "offline-database"))


def _service(name: str, label: str, url: str, every: timedelta, parse: Parse) -> Service:
    def requests() -> Iterator[SourceRequest]:
        yield SourceRequest(
            key="file", url=url, every=every, parse=parse, most_bytes=200 * MEGABYTE, seconds=300, may_redirect=True
        )

    return Service(
        name=name, label=label, address=url, manners=POLITE, requests=requests, is_daily=name == "offline-database"
    )

"""Shikimori's GraphQL: Russian names, by MyAnimeList's ids, and when the next episode airs.

Its scores are MyAnimeList's, and its descriptions Russian: neither is read.
"""

from __future__ import annotations

from typing import Any

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.services.answers import (
    Answer,
    AnswerError,
    Fields,
    at,
    collect,
    decode,
    items_at,
    refuse,
)

SERVICE = "Shikimori"
PAGE_SIZE = 50
QUERY = """query ($ids: String) {
  animes(ids: $ids, limit: 50) {
    id malId name russian licenseNameRu english japanese synonyms kind rating status
    episodes duration airedOn { year month day } releasedOn { year month day } season nextEpisodeAt
  }
}"""


def variables(ids: list[int]) -> dict[str, str]:
    """Return the variables of `QUERY`. Raise ValueError for more ids than fit on a page."""
    if len(ids) > PAGE_SIZE:
        raise ValueError(f"{len(ids)} ids at once: {SERVICE} answers {PAGE_SIZE}")
    return {"ids": ",".join(map(str, ids))}


def parse_titles(body: bytes) -> Answer:
    """Parse an answer to `QUERY`."""
    document = decode(body, SERVICE)
    titles = at(document, "data", "animes")
    if isinstance(titles, list):
        return collect(SERVICE, titles, parse_title)
    if errors := items_at(document, "errors"):
        raise refuse(SERVICE, at(errors[0], "message"))
    raise AnswerError(f"{SERVICE}'s answer has no list of titles")


def parse_title(row: Fields) -> SourceTitle:
    season, season_year = season_of(row)
    return row.title(
        "shikimori",
        {"mal": row.identifier("malId")},
        name=row.name("name"),
        name_english=row.name("english"),
        name_native=row.name("japanese"),
        synonyms=row.names(("russian",), ("licenseNameRu",), ("synonyms",)),
        format=row.read(normalise.title_format, "kind"),
        status=row.read(normalise.status, "status"),
        episodes=row.count("episodes"),
        episode_seconds=row.seconds(60, "duration"),
        started_on=row.dated("airedOn"),
        ended_on=row.dated("releasedOn"),
        season=season,
        season_year=season_year,
        age_rating=row.read(normalise.age_rating, "rating"),
        next_airing_at=row.read(normalise.iso_moment, "nextEpisodeAt"),
    )


def season_of(row: Fields) -> tuple[Any, int | None]:
    """Return the season and year of "spring_2019"; "2019" alone is a year."""
    return row.read(lambda value: normalise.season(str(value or "").replace("_", " ")), "season") or (None, None)

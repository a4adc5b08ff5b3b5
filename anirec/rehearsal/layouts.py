"""The rehearsed titles in the layouts of the services."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import zstandard

from anirec.rehearsal.world import WorldTitle
from catalog.airing.schedule import JAPAN
from catalog.models.titles import Status

MAL_STATUS = {
    Status.AIRING: "currently_airing",
    Status.UPCOMING: "not_yet_aired",
    Status.FINISHED: "finished_airing",
}
JIKAN_STATUS = {
    Status.AIRING: "Currently Airing",
    Status.UPCOMING: "Not yet aired",
    Status.FINISHED: "Finished Airing",
}
KITSU_STATUS = {Status.AIRING: "current", Status.UPCOMING: "upcoming", Status.FINISHED: "finished"}
ANILIST_STATUS = {Status.AIRING: "RELEASING", Status.UPCOMING: "NOT_YET_RELEASED", Status.FINISHED: "FINISHED"}
DATABASE_STATUS = {Status.AIRING: "ONGOING", Status.UPCOMING: "UPCOMING", Status.FINISHED: "FINISHED"}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


# --- MyAnimeList's API v2 --------------------------------------------------------------------------------------------


def mal_node(title: WorldTitle) -> dict[str, Any]:
    return {
        "id": title.id, "title": title.name, "alternative_titles": {"synonyms": [], "en": "", "ja": ""},
        "start_date": str(title.start.date()), "synopsis": f"What happens in {title.name}.", "mean": title.score,
        "num_list_users": title.members, "num_scoring_users": title.members // 2, "nsfw": "white", "media_type": "tv",
        "status": MAL_STATUS[title.status], "genres": [{"id": 1, "name": "Action"}],
        "num_episodes": title.episodes or 0, "source": "manga", "rating": "pg_13", "average_episode_duration": 1440,
        "start_season": {"year": title.season.year, "season": title.season.name},
        "broadcast": {
            "day_of_the_week": DAYS[title.weekday - 1], "start_time": f"{title.hour:02}:{title.minute:02}",
        },
        "studios": [{"id": 1, "name": "Example Studio"}],
    }  # fmt: skip


def mal_read_node(title: WorldTitle) -> dict[str, Any]:
    """Return the manga that a title was made from."""
    return {
        "id": title.id, "title": title.name, "start_date": "2001-04-01", "mean": title.score, "nsfw": "white",
        "num_list_users": title.members, "num_scoring_users": title.members // 2, "media_type": "manga",
        "status": "currently_publishing", "num_volumes": 0, "num_chapters": 0,
        "genres": [{"id": 1, "name": "Action"}],
        "authors": [{"node": {"id": 1, "first_name": "Example", "last_name": "Author"}, "role": "Story & Art"}],
    }  # fmt: skip


MAL_NODES = {"anime": mal_node, "manga": mal_read_node}


def mal_list(
    titles: list[WorldTitle], node: Callable[[WorldTitle], dict[str, Any]], url: str, offset: int, limit: int
) -> dict[str, Any]:
    """Return a page. url: its address without `offset`."""
    paging = {"next": f"{url}&offset={offset + limit}"} if len(titles) > offset + limit else {}
    return {"data": [{"node": node(title)} for title in titles[offset : offset + limit]], "paging": paging}


# --- Jikan -----------------------------------------------------------------------------------------------------------


def jikan_title(title: WorldTitle) -> dict[str, Any]:
    return {
        "mal_id": title.id, "title": title.name, "titles": [{"type": "Default", "title": title.name}], "type": "TV",
        "source": "Manga", "episodes": title.episodes, "status": JIKAN_STATUS[title.status],
        "airing": title.status == Status.AIRING,
        "aired": {"from": title.start.isoformat(), "to": None}, "duration": "24 min per ep",
        "rating": "PG-13 - Teens 13 or older", "score": title.score, "scored_by": title.members // 2,
        "members": title.members, "synopsis": f"What happens in {title.name}.", "season": title.season.name,
        "year": title.season.year, "studios": [{"mal_id": 1, "name": "Example Studio"}],
        "genres": [{"mal_id": 1, "name": "Action"}], "explicit_genres": [], "themes": [], "demographics": [],
        "broadcast": {
            "day": f"{DAYS[title.weekday - 1].title()}s", "time": f"{title.hour:02}:{title.minute:02}",
            "timezone": "Asia/Tokyo",
        },
    }  # fmt: skip


def jikan_list(titles: list[WorldTitle], page: int, size: int = 25) -> dict[str, Any]:
    first = (page - 1) * size
    pagination = {"has_next_page": len(titles) > first + size, "current_page": page}
    return {"data": [jikan_title(title) for title in titles[first : first + size]], "pagination": pagination}


# --- Kitsu -----------------------------------------------------------------------------------------------------------


def kitsu_list(titles: list[WorldTitle], url: str, offset: int, size: int = 20) -> dict[str, Any]:
    """Return a page. url: its address without the page."""
    page = titles[offset : offset + size]
    has_next = len(titles) > offset + size
    links = {"next": f"{url}&page[limit]={size}&page[offset]={offset + size}"} if has_next else {}
    return {
        "data": [_kitsu_title(title) for title in page],
        "included": [
            {"id": f"m{title.kitsu_id}", "type": "mappings",
             "attributes": {"externalSite": "myanimelist/anime", "externalId": str(title.id)}} for title in page
        ],
        "links": links,
    }  # fmt: skip


def _kitsu_title(title: WorldTitle) -> dict[str, Any]:
    attributes = {
        "canonicalTitle": title.name, "titles": {"en_jp": title.name}, "startDate": str(title.start.date()),
        "subtype": "TV", "status": KITSU_STATUS[title.status], "episodeCount": title.episodes, "episodeLength": 24,
        "averageRating": f"{title.score * 10:.2f}", "userCount": title.members // 10, "ageRating": "PG", "nsfw": False,
    }  # fmt: skip
    mappings = {"data": [{"type": "mappings", "id": f"m{title.kitsu_id}"}]}
    return {
        "id": str(title.kitsu_id), "type": "anime", "attributes": attributes, "relationships": {"mappings": mappings},
    }  # fmt: skip


# --- AniList, Shikimori ----------------------------------------------------------------------------------------------


def anilist_airing(titles: Iterable[WorldTitle], now: datetime) -> dict[str, Any]:
    media = [
        {
            "id": title.anilist_id, "idMal": title.id, "status": ANILIST_STATUS[title.status],
            "episodes": title.episodes, "nextAiringEpisode": _next_airing(title, now),
        }
        for title in titles
    ]  # fmt: skip
    return {"data": {"Page": {"pageInfo": {"hasNextPage": False}, "media": media}}}


def _next_airing(title: WorldTitle, now: datetime) -> dict[str, int] | None:
    if title.status == Status.FINISHED:
        return None
    day = max(now, title.start).astimezone(JAPAN)
    at = day.replace(hour=title.hour, minute=title.minute, second=0, microsecond=0)
    at += timedelta(days=(title.weekday - at.isoweekday()) % 7)
    at += timedelta(days=7 if at < day else 0)
    return {"airingAt": int(at.timestamp()), "episode": (at - title.start.astimezone(JAPAN)).days // 7 + 1}


def shikimori_names(titles: Iterable[WorldTitle]) -> dict[str, Any]:
    animes = [
        {"id": str(title.id), "malId": str(title.id), "name": title.name, "russian": f"Репетиция {title.id}"}
        for title in titles
    ]
    return {"data": {"animes": animes}}


# --- Files -----------------------------------------------------------------------------------------------------------


def offline_database(titles: Iterable[WorldTitle], updated_on: date) -> bytes:
    rows = [
        {
            "sources": [
                f"https://anidb.net/anime/{title.anidb_id}", f"https://anilist.co/anime/{title.anilist_id}",
                f"https://kitsu.app/anime/{title.kitsu_id}", f"https://myanimelist.net/anime/{title.id}",
            ],
            "title": title.name, "type": "TV", "episodes": title.episodes or 0,
            "status": DATABASE_STATUS[title.status],
            "animeSeason": {"season": title.season.name.upper(), "year": title.season.year}, "picture": "",
            "thumbnail": "", "duration": {"value": 1440, "unit": "SECONDS"}, "synonyms": [], "relatedAnime": [],
            "score": {"arithmeticMean": title.score, "arithmeticGeometricMean": title.score, "median": title.score},
            "studios": ["example studio"], "producers": [], "tags": ["action"],
        }
        for title in titles
    ]  # fmt: skip
    head = {"license": {"name": "ODbL 1.0"}, "repository": "", "lastUpdate": str(updated_on), "data": rows}
    return zstandard.ZstdCompressor().compress(json.dumps(head).encode())


def anidb_titles(titles: Iterable[WorldTitle]) -> bytes:
    lines = [f"{title.anidb_id}|1|x-jat|{title.name}\n" for title in titles]
    text = io.BytesIO("".join(["# made for a rehearsal\n", *lines]).encode())
    return gzip.compress(text.getvalue(), mtime=0)


def id_map(titles: Iterable[WorldTitle]) -> bytes:
    rows = [
        {"anidb_id": title.anidb_id, "anilist_id": title.anilist_id, "kitsu_id": title.kitsu_id, "mal_id": title.id}
        for title in titles
    ]
    return json.dumps(rows).encode()


def http_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")

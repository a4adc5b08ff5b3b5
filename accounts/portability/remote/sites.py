"""The sites that give a member's public list by username, each as JSON that one of the format readers knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.portability.formats.detection import ListFormat
from accounts.portability.formats.rows import MAX_ROWS, PortabilityError
from accounts.portability.remote.asking import ABSENT, FORBIDDEN, Progress, Site, session

PAGE = 500
MAL_PAGE, SHIKIMORI_PAGE = 1_000, 5_000  # the most that each gives at once
ANILIST_QUERY = """
query ($name: String, $chunk: Int, $size: Int) {
  MediaListCollection(userName: $name, type: ANIME, chunk: $chunk, perChunk: $size) {
    hasNextChunk
    lists { name isCustomList entries {
      mediaId status score(format: POINT_100) progress repeat notes private createdAt updatedAt customLists
      startedAt { year month day } completedAt { year month day }
      media { idMal type format episodes seasonYear startDate { year } title { romaji english native } }
    } }
  }
}
"""
MAL_FIELDS = (
    "list_status{status,score,num_episodes_watched,is_rewatching,num_times_rewatched,start_date,finish_date,tags,"
    "comments,updated_at},media_type,start_season"
)
Fetch = Callable[[Site, Progress], Any]


def fetch_list(format: str, account: str, progress: Progress) -> bytes:
    """Return the whole list as the site's JSON. Raise PortabilityError. progress: receives the number of entries."""
    source, fetch = SITES[format]
    with session() as opened:
        return json.dumps(fetch(Site(opened, source, account), progress)).encode()


def offered() -> list[tuple[str, str]]:
    """Return (format, name) of the sites that can be asked: MyAnimeList only with the owner's client ID."""
    names = {ListFormat.ANILIST: "AniList", ListFormat.KITSU: "Kitsu", ListFormat.SHIKIMORI: "Shikimori"}
    mal = {ListFormat.MAL_API: "MyAnimeList"} if settings.MAL_CLIENT_ID else {}
    return [(format.value, name) for format, name in {**mal, **names}.items()]


def _anilist(site: Site, progress: Progress) -> Any:
    lists: list[Any] = []
    for chunk in range(1, MAX_ROWS // PAGE + 1):
        variables = {"name": site.account, "chunk": chunk, "size": PAGE}
        status, answer = site.ask("POST", settings.ANILIST_URL, json={"query": ANILIST_QUERY, "variables": variables})
        answer = answer if isinstance(answer, dict) else {}
        if errors := answer.get("errors"):
            _raise_anilist_error(site, errors)
        if status >= 400 or not answer:
            raise site.unexpected()
        page = (answer.get("data") or {}).get("MediaListCollection") or {}
        lists += page.get("lists") or []
        progress(sum(len(one.get("entries") or []) for one in lists))
        if not page.get("hasNextChunk"):
            break
    collection = {"user": {"mediaListOptions": {"scoreFormat": "POINT_100"}}, "lists": lists}
    return {"data": {"MediaListCollection": collection}}


def _raise_anilist_error(site: Site, errors: Any) -> None:
    first = errors[0] if isinstance(errors, list) else errors
    message = str(first.get("message", ""))[:200] if isinstance(first, dict) else ""
    if "private" in message.lower():
        raise site.private()
    if "not found" in message.lower():
        raise site.not_found()
    raise PortabilityError(_("%(site)s reported an error: %(message)s") % {"site": site.name, "message": message})


def _kitsu(site: Site, progress: Progress) -> Any:
    base = settings.KITSU_URL
    people = _found(site, *site.ask("GET", f"{base}/users", params={"filter[name]": site.account}), "data")
    if not people:
        raise site.not_found()
    data: list[Any] = []
    included: dict[tuple[Any, Any], Any] = {}
    for offset in range(0, MAX_ROWS, PAGE):
        status, answer = site.ask("GET", f"{base}/library-entries", params={
            "filter[userId]": people[0].get("id"), "filter[kind]": "anime", "include": "anime,anime.mappings",
            "page[limit]": PAGE, "page[offset]": offset,
        })  # fmt: skip
        page = _found(site, status, answer, "data")
        data += page
        included |= {(item.get("type"), item.get("id")): item for item in answer.get("included") or []}
        progress(len(data))
        if len(page) < PAGE:
            break
    if not data:
        raise site.private()
    return {"data": data, "included": list(included.values())}


def _myanimelist(site: Site, progress: Progress) -> Any:
    """Fetch from MyAnimeList's API v2. Its own links to next pages aren't followed: the key stays with its host."""
    data: list[Any] = []
    for offset in range(0, MAX_ROWS, MAL_PAGE):
        status, answer = site.ask(
            "GET",
            f"{settings.MAL_API_URL}/users/{quote(site.account, safe='')}/animelist",
            params={"fields": MAL_FIELDS, "limit": MAL_PAGE, "offset": offset, "nsfw": "true"},
            headers={"X-MAL-CLIENT-ID": settings.MAL_CLIENT_ID},
        )
        data += _found(site, status, answer, "data")
        progress(len(data))
        paging = answer.get("paging")
        if not isinstance(paging, dict) or not paging.get("next"):
            break
    if not data:
        raise site.private()
    return {"data": data}


def _shikimori(site: Site, progress: Progress) -> Any:
    """Fetch from Shikimori, and return the layout of its own export. Its pages overlap by one entry."""
    base = settings.SHIKIMORI_URL.removesuffix("/graphql")
    name = quote(site.account, safe="")
    status, user = site.ask("GET", f"{base}/users/{name}", params={"is_nickname": 1})
    user_id = _found(site, status, {"data": [user]}, "data")[0].get("id")
    rates: dict[Any, Any] = {}
    for number in range(1, MAX_ROWS // SHIKIMORI_PAGE + 1):
        status, page = site.ask(
            "GET", f"{base}/users/{user_id}/anime_rates", params={"limit": SHIKIMORI_PAGE, "page": number}
        )
        page = _found(site, status, {"data": page}, "data")
        rates |= {rate.get("id"): _exported_rate(rate) for rate in page}
        progress(len(rates))
        if len(page) < SHIKIMORI_PAGE:
            break
    if not rates:
        raise site.private()
    return list(rates.values())


def _exported_rate(rate: dict[str, Any]) -> dict[str, Any]:
    anime = rate.get("anime")
    anime = anime if isinstance(anime, dict) else {}
    named = {"target_title": anime.get("name"), "target_id": anime.get("id"), "kind": anime.get("kind")}
    names = ("score", "status", "episodes", "rewatches", "text", "created_at", "updated_at")
    return {**named, "year": anime.get("aired_on"), **{name: rate.get(name) for name in names}}


def _found(site: Site, status: int, answer: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects under the key. Raise PortabilityError if the site has no such user, or hides the list."""
    if status == ABSENT:
        raise site.not_found()
    if status == FORBIDDEN:
        raise site.private()
    items = answer.get(key) if isinstance(answer, dict) else None
    if status >= 400 or not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise site.unexpected()
    return items


SITES: dict[str, tuple[str, Fetch]] = {
    ListFormat.ANILIST: ("anilist", _anilist),
    ListFormat.KITSU: ("kitsu", _kitsu),
    ListFormat.MAL_API: ("myanimelist", _myanimelist),
    ListFormat.SHIKIMORI: ("shikimori", _shikimori),
}

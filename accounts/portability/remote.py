"""Fetch a member's list by username from the public API of AniList or Kitsu."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from accounts.portability.formats.detection import ListFormat
from accounts.portability.formats.rows import MAX_BYTES, MAX_ROWS, PortabilityError
from catalog.sources.client.ask import user_agent
from catalog.sources.client.requests import SourceUnavailableError
from catalog.sources.client.turns import turn
from catalog.sources.services import service_named

PATIENCE = 20.0  # seconds to wait for a turn
TIMEOUT = (5, 20)  # seconds to connect, and between two reads of the response
PAGE = 500
Progress = Callable[[int], None]
ANILIST_QUERY = """
query ($name: String, $chunk: Int, $size: Int) {
  MediaListCollection(userName: $name, type: ANIME, chunk: $chunk, perChunk: $size) {
    hasNextChunk
    lists { entries {
      mediaId status score(format: POINT_100) progress repeat notes private createdAt updatedAt
      startedAt { year month day } completedAt { year month day }
      media { idMal type format seasonYear startDate { year } title { romaji english native } }
    } }
  }
}
"""


def fetch_list(format: str, account: str, progress: Progress) -> bytes:
    """Return the whole list as the site's JSON. Raises PortabilityError. progress: receives the number of entries."""
    with requests.Session() as session:
        retry = Retry(total=2, backoff_factor=0.5, status_forcelist=[500, 502, 503, 504], allowed_methods=None,
                      respect_retry_after_header=False, raise_on_status=False)  # fmt: skip
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        session.headers["User-Agent"] = user_agent()
        if format == ListFormat.ANILIST:
            return _anilist(session, account, progress)
        return _kitsu(session, account, progress)


def _anilist(session: requests.Session, account: str, progress: Progress) -> bytes:
    lists: list[Any] = []
    for chunk in range(1, MAX_ROWS // PAGE + 1):
        variables = {"name": account, "chunk": chunk, "size": PAGE}
        answer = _ask(session, "POST", settings.ANILIST_URL, "AniList",
                      json={"query": ANILIST_QUERY, "variables": variables})  # fmt: skip
        if errors := answer.get("errors"):
            _raise_anilist_error(account, errors)
        page = (answer.get("data") or {}).get("MediaListCollection") or {}
        lists += page.get("lists") or []
        progress(sum(len(one.get("entries") or []) for one in lists))
        if not page.get("hasNextChunk"):
            break
    collection = {"user": {"mediaListOptions": {"scoreFormat": "POINT_100"}}, "lists": lists}
    return json.dumps({"data": {"MediaListCollection": collection}}).encode()


def _raise_anilist_error(account: str, errors: list[Any]) -> None:
    message = str(errors[0].get("message", ""))[:200] if isinstance(errors[0], dict) else ""
    if "private" in message.lower():
        raise _private("AniList", account)
    if "not found" in message.lower():
        raise _not_found("AniList", account)
    raise PortabilityError(_("%(site)s reported an error: %(message)s") % {"site": "AniList", "message": message})


def _kitsu(session: requests.Session, account: str, progress: Progress) -> bytes:
    base = settings.KITSU_URL
    people = _ask(session, "GET", f"{base}/users", "Kitsu", params={"filter[name]": account}).get("data") or []
    if not people:
        raise _not_found("Kitsu", account)
    data: list[Any] = []
    included: dict[tuple[Any, Any], Any] = {}
    for offset in range(0, MAX_ROWS, PAGE):
        answer = _ask(session, "GET", f"{base}/library-entries", "Kitsu", params={
            "filter[userId]": people[0]["id"], "filter[kind]": "anime", "include": "anime,anime.mappings",
            "page[limit]": PAGE, "page[offset]": offset,
        })  # fmt: skip
        page = answer.get("data") or []
        data += page
        included |= {(item.get("type"), item.get("id")): item for item in answer.get("included") or []}
        progress(len(data))
        if len(page) < PAGE:
            break
    if not data:
        raise _private("Kitsu", account)
    return json.dumps({"data": data, "included": list(included.values())}).encode()


def _ask(session: requests.Session, method: str, url: str, site: str, **query: Any) -> dict[str, Any]:
    """Return the response's JSON. Errors that the site explains in it are left to the caller.

    The request takes its turn among those of the catalogue's sources.
    """
    try:
        with (
            turn(service_named(site.lower()), PATIENCE),
            session.request(method, url, timeout=TIMEOUT, stream=True, allow_redirects=False, **query) as response,
        ):
            if response.status_code == 429:
                raise _busy(site, response.headers.get("Retry-After", ""))
            answer = json.loads(_limited(response))
    except SourceUnavailableError as error:
        raise _busy(site, "") from error
    except requests.RequestException as error:
        raise PortabilityError(_("%(site)s isn’t responding. Try again later.") % {"site": site}) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, PortabilityError):
            raise
        raise PortabilityError(_("%(site)s sent an unexpected response. Try again later.") % {"site": site}) from error
    if not isinstance(answer, dict) or (response.status_code >= 400 and not answer.get("errors")):
        raise PortabilityError(_("%(site)s sent an unexpected response. Try again later.") % {"site": site})
    return answer


def _limited(response: requests.Response) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_content(1 << 16):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise PortabilityError(
                _("The unpacked file is too large for an anime list. The limit is %(most)s MB.")
                % {"most": MAX_BYTES // 1_000_000}
            )
    return b"".join(pieces)


def _not_found(site: str, account: str) -> PortabilityError:
    return PortabilityError(_("%(site)s has no user “%(name)s”. Check the spelling.") % {"site": site, "name": account})


def _private(site: str, account: str) -> PortabilityError:
    return PortabilityError(
        _("%(name)s’s list on %(site)s is private or empty. Make it public for a moment, or import a file.")
        % {"site": site, "name": account}
    )


def _busy(site: str, seconds: str) -> PortabilityError:
    if seconds.isdigit():
        return PortabilityError(
            _("Rate limit of %(site)s reached. Try again in %(seconds)s seconds.")
            % {"site": site, "seconds": int(seconds[:6])}
        )
    return PortabilityError(_("Rate limit of %(site)s reached. Try again in a minute.") % {"site": site})

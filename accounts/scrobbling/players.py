"""Read reports of Plex, Jellyfin and Emby into one form. No database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_NAME, LONGEST_ACCOUNT = 300, 120
MOST = 9_999  # episodes or seasons
FINISHED = 0.9  # share of the running time, if the server doesn't say whether an episode was finished
ANIDB_GUID = re.compile(
    r"(?:com\.plexapp\.agents\.)?(?:hama|anidb)://(?:anidb\d?-)?(\d{1,9})(?:[/?]|$)"
)  # a show's address in Plex
# Only AniDB gives episodes IDs of their own, so it names the title of a film only.
SHOW_IDS = {"anilist": "anilist", "myanimelist": "mal", "mal": "mal", "kitsu": "kitsu"}
FILM_IDS = SHOW_IDS | {"anidb": "anidb"}


class NotAnEventError(ValueError):
    """A report is unreadable. field: the missing or invalid field, "" if the whole report is."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class IgnoredError(Exception):
    """A report isn't about a finished episode or film."""


@dataclass(frozen=True)
class Watched:
    """A finished episode, or a film: without season and episode. ids: provider → value."""

    account: str
    name: str
    season: int | None = None
    episode: int | None = None
    year: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_film(self) -> bool:
        return self.episode is None


def parse(text: str | bytes) -> Watched:
    """Return the finished episode of a report in JSON. Raises NotAnEventError, or IgnoredError for other events."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAnEventError("The report isn't valid JSON.") from None
    return read(report)


def read(report: Any) -> Watched:
    """Return the finished episode of a decoded report, like `parse`."""
    if not isinstance(report, dict):
        raise NotAnEventError("The report isn't a JSON object.")
    for sign, reader in READERS.items():
        if sign in report:
            return reader(report)
    raise NotAnEventError(f"The report has none of the fields {', '.join(READERS)}. Is it from Plex, Jellyfin or Emby?")


def _plex(report: Mapping[str, Any]) -> Watched:
    if report["event"] != "media.scrobble":
        raise IgnoredError(f"Event {_short(report['event'])}: only media.scrobble counts.")
    account, item = _object(report, "Account").get("title"), _object(report, "Metadata")
    guid = str(item.get("grandparentGuid") or item.get("guid"))
    ids = {"anidb": found[1]} if (found := ANIDB_GUID.match(guid)) else {}
    return _watched(account, item, ("type", "grandparentTitle", "parentIndex", "index", "title", "year"), ids)


def _jellyfin(report: Mapping[str, Any]) -> Watched:
    if report["NotificationType"] != "PlaybackStop":
        raise IgnoredError(f"Notification {_short(report['NotificationType'])}: only PlaybackStop counts.")
    if not _is_true(report.get("PlayedToCompletion")):
        raise IgnoredError("Stopped before the end.")
    given = {name.removeprefix("Provider_"): value for name, value in report.items() if name.startswith("Provider_")}
    account = report.get("NotificationUsername") or report.get("UserName") or report.get("Username")
    names = ("ItemType", "SeriesName", "SeasonNumber", "EpisodeNumber", "Name", "Year")
    return _watched(account, report, names, _ids(given, report.get("ItemType")))


def _emby(report: Mapping[str, Any]) -> Watched:
    event = report["Event"]
    if event not in ("playback.stop", "item.markplayed"):
        raise IgnoredError(f"Event {_short(event)}: only playback.stop and item.markplayed count.")
    item = _object(report, "Item")
    if event == "playback.stop" and not _is_finished(report, item):
        raise IgnoredError("Stopped before the end.")
    given = item.get("ProviderIds")
    ids = _ids(given if isinstance(given, dict) else {}, item.get("Type"))
    names = ("Type", "SeriesName", "ParentIndexNumber", "IndexNumber", "Name", "ProductionYear")
    return _watched(_object(report, "User").get("Name"), item, names, ids)


READERS: dict[str, Callable[[Mapping[str, Any]], Watched]] = {
    "NotificationType": _jellyfin, "event": _plex, "Event": _emby,
}  # fmt: skip


def _watched(account: Any, item: Mapping[str, Any], names: tuple[str, ...], ids: Mapping[str, str]) -> Watched:
    """Return the finished episode. names: the fields of the kind, show, season, episode, film and year."""
    kind_name, show, season, episode, film, year_name = names
    kind = str(item.get(kind_name)).lower()
    if kind not in ("movie", "episode"):
        raise IgnoredError(f"Kind {_short(item.get(kind_name))}: only episodes and films count.")
    who = _text(account, "account name")[:LONGEST_ACCOUNT]
    year = _year(item.get(year_name))
    if kind == "movie":
        return Watched(who, _text(item.get(film), film), year=year, ids=ids)
    numbers = _number(item.get(season), season), _number(item.get(episode), episode)
    return Watched(who, _text(item.get(show), show), *numbers, year, ids)


def _is_finished(report: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    info = report.get("PlaybackInfo")
    info = info if isinstance(info, dict) else {}
    if "PlayedToCompletion" in info:
        return _is_true(info["PlayedToCompletion"])
    position, length = info.get("PositionTicks"), item.get("RunTimeTicks")
    return isinstance(position, int) and isinstance(length, int) and 0 < FINISHED * length <= position


def _ids(given: Mapping[Any, Any], kind: Any) -> dict[str, str]:
    known = FILM_IDS if str(kind).lower() == "movie" else SHOW_IDS
    pairs = ((known.get(str(name).lower()), str(value)) for name, value in given.items())
    return {provider: value for provider, value in pairs if provider and _is_number(value)}


def _object(report: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = report.get(name)
    if not isinstance(value, dict):
        raise NotAnEventError(f"{name} is missing or no object.", name)
    return value


def _text(value: Any, name: str) -> str:
    text = value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else ""
    if not text.strip():
        raise NotAnEventError(f"{name} is missing or no text.", name)
    return text.strip()[:LONGEST_NAME]


def _number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not _is_number(str(value)) or int(value) > MOST:
        raise NotAnEventError(f"{name} is missing or no whole number up to {MOST}.", name)
    return int(value)


def _year(value: Any) -> int | None:
    return int(value) if re.fullmatch(r"(?:19|20)\d\d", str(value), re.ASCII) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _short(value: Any) -> str:
    return ascii(str(value)[:40])

"""Reports as media servers send them, about an invented show."""

from __future__ import annotations

from typing import Any


def plex(**item: Any) -> dict[str, Any]:
    episode = {"type": "episode", "grandparentTitle": "Quiet Harbour", "parentIndex": 1, "index": 3, "title": "Fog"}
    return {"event": "media.scrobble", "Account": {"id": 1, "title": "ada"}, "Metadata": {**episode, **item}}


def jellyfin(**values: Any) -> dict[str, Any]:
    return {
        "NotificationType": "PlaybackStop", "PlayedToCompletion": True, "NotificationUsername": "ada",
        "ItemType": "Episode", "Name": "Fog", "SeriesName": "Quiet Harbour", "SeasonNumber": 1, "EpisodeNumber": 3,
        **values,
    }  # fmt: skip


def emby(event: str = "playback.stop", info: dict[str, Any] | None = None, **item: Any) -> dict[str, Any]:
    episode = {
        "Type": "Episode", "Name": "Fog", "SeriesName": "Quiet Harbour", "ParentIndexNumber": 1, "IndexNumber": 3,
    }  # fmt: skip
    stopped = {"PlayedToCompletion": True} if info is None else info
    return {"Event": event, "User": {"Name": "ada"}, "Item": {**episode, **item}, "PlaybackInfo": stopped}

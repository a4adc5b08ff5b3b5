"""`make run SOURCES=recorded`: point the site at a server of this machine that answers as the sources do."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

from anirec.start.servers import free_port

RECORDED = "recorded"
WEEK = 7 * 86_400
SOURCES = "myanimelist,offline-database,jikan,anilist,kitsu,shikimori,anidb,id-map"
CLIENT_ID = "rehearsal"


def rehearse(data_dir: Path) -> None:
    """Set the environment of a rehearsal, and its clock to a week ago. Without SOURCES=recorded, do nothing."""
    is_rehearsal = os.environ.get("SOURCES") == RECORDED
    os.environ["REHEARSAL"] = "true" if is_rehearsal else "false"
    if not is_rehearsal:
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    clock = data_dir / "clock"
    clock.write_bytes(struct.pack("d", time.time() - WEEK))
    os.environ.update(environment(f"http://127.0.0.1:{free_port()}", clock), SOURCES=SOURCES)


def environment(address: str, clock: Path) -> dict[str, str]:
    """Return the settings with which a site asks the server at `address`, by the time of `clock`."""
    return {
        "MAL_CLIENT_ID": CLIENT_ID,
        "MAL_API_URL": f"{address}/mal/v2",
        "JIKAN_URL": f"{address}/jikan/v4",
        "KITSU_URL": f"{address}/kitsu/edge",
        "ANILIST_URL": f"{address}/anilist/",
        "SHIKIMORI_URL": f"{address}/shikimori/graphql",
        "OFFLINE_DATABASE_URL": f"{address}/offline/anime-offline-database-minified.json.zst",
        "ANIDB_TITLES_URL": f"{address}/anidb/anime-titles.dat.gz",
        "ID_MAP_URL": f"{address}/idmap/all.json",
        "SOURCES_CLOCK": str(clock),
    }

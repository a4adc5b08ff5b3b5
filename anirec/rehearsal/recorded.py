"""Answers that real services gave, from the folder `../shared/data/recorded` beside the project, if it is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR).parent / "shared" / "data" / "recorded"


@dataclass(frozen=True)
class Recorded:
    status: int
    headers: dict[str, str]
    body: bytes


@cache
def recorded(path: str) -> Recorded | None:
    """Return the answer in the file at `path`, such as "anilist/unavailable.json", or None if it isn't there."""
    file = FOLDER / path
    if not file.is_file():
        return None
    about = file.with_name(f"{file.stem}.meta.json")
    meta = json.loads(about.read_text()) if about.is_file() else {}
    return Recorded(meta.get("status", 200), meta.get("headers", {}), file.read_bytes())

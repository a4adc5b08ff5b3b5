"""Small facts of this installation, as JSON files in DATA_DIR. They must not move to another site with the database."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from anirec.lib.private_files import write_private


def read(name: str) -> dict[str, Any] | None:
    """Return what was written, or None."""
    try:
        found = json.loads((settings.DATA_DIR / f"{name}.json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(name: str, value: dict[str, Any]) -> None:
    write_private(settings.DATA_DIR / f"{name}.json", json.dumps(value))


def forget(name: str) -> None:
    (settings.DATA_DIR / f"{name}.json").unlink(missing_ok=True)

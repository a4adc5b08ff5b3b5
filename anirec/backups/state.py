"""The outcome of the last backups, kept in DATA_DIR/backup.json for the staff page and metrics."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LastBackup:
    """finished_at, seconds, bytes: of the last backup that succeeded; None and 0 if none has.

    error: why the latest attempt failed; empty if it succeeded.
    """

    finished_at: datetime | None = None
    seconds: float = 0.0
    bytes: int = 0
    error: str = ""


def last_backup() -> LastBackup | None:
    """Return the outcome of the last backups; None if none was tried."""
    try:
        stored = json.loads(_file().read_text())
        finished_at = stored.pop("finished_at")
        return LastBackup(datetime.fromisoformat(finished_at) if finished_at else None, **stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def note_success(seconds: float, size: int) -> None:
    _write(LastBackup(datetime.now(UTC), round(seconds, 1), size))


def note_failure(error: str) -> None:
    _write(replace(last_backup() or LastBackup(), error=error))


def _write(state: LastBackup) -> None:
    fields = asdict(state) | {"finished_at": state.finished_at and state.finished_at.isoformat()}
    new = _file().with_suffix(".new")
    try:
        new.write_text(json.dumps(fields))
        os.replace(new, _file())
    except OSError as error:  # such as a full disk: the backup itself is on another one
        logger.warning("The outcome of the backup can't be stored: %s", error)


def _file() -> Path:
    return Path(settings.DATA_DIR) / "backup.json"

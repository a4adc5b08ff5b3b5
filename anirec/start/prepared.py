"""Whether the site was prepared before, by the same code for the same database: then a start can skip it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg

from anirec.start.embedded import BASE_DIR

APPS = ("catalog", "accounts", "social", "recommendations")
FOLDERS = ("static", "catalog/sample", "recommendations/starter", *(f"{app}/migrations" for app in APPS))


def is_prepared(stamp: Path, database_url: str) -> bool:
    """Return whether `note_prepared` was called for this code and database."""
    try:
        return stamp.read_text() == _fingerprint(database_url)
    except (OSError, psycopg.Error):
        return False


def note_prepared(stamp: Path, database_url: str) -> None:
    stamp.write_text(_fingerprint(database_url))


def _fingerprint(database_url: str) -> str:
    """Hash the migrations applied and on disk, the static files, the sample data and the installed packages."""
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        applied = connection.execute("SELECT count(*), max(id), max(applied) FROM django_migrations").fetchone()
    return hashlib.sha256("\n".join([repr(applied), *_sources()]).encode()).hexdigest()


def _sources() -> Iterator[str]:
    files = (path for folder in FOLDERS for path in (BASE_DIR / folder).rglob("*") if path.suffix != ".pyc")
    for path in sorted(files):
        state = path.stat()
        yield f"{path.relative_to(BASE_DIR)} {state.st_mtime_ns} {state.st_size}"
    yield (BASE_DIR / "requirements.lock").read_text()
    yield str((BASE_DIR / ".static" / ".collected").stat().st_mtime_ns)

"""Making a backup: the database and the files that belong to it, as of one moment."""

from __future__ import annotations

import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from anirec.backups import databases, files, folders, manifest, state
from anirec.backups.clients import client_for
from anirec.backups.errors import AlreadyRunningError, BackupError
from anirec.backups.manifest import Manifest
from anirec.backups.tables import count_rows, database_size, table_sizes

LOCK_SECONDS = 60  # for tables that a migration holds
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """keep, keep_weeks: see `folders.expired`."""

    keep: int = 7
    keep_weeks: int = 4
    with_keys: bool = True


@dataclass(frozen=True)
class Finished:
    folder: Path
    bytes: int
    seconds: float
    missing: list[str]


def back_up(folder: Path, options: Options, progress: Progress = lambda step: None) -> Finished:
    """Add a backup to `folder`, remove expired ones, and note the outcome (`state`). Raises BackupError."""
    started = time.monotonic()
    try:
        databases.lift_limits()
        folder.mkdir(parents=True, exist_ok=True)
        with folders.only_one(folder, "backup"):
            path, made = _add_backup(folder, options, progress)
            folders.rotate(folder, options.keep, options.keep_weeks)
    except AlreadyRunningError:
        raise
    except (BackupError, DatabaseError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        state.note_failure(reason)
        raise BackupError(reason) from error
    seconds = time.monotonic() - started
    state.note_success(seconds, made.size)
    return Finished(path, made.size, seconds, made.missing)


def _add_backup(folder: Path, options: Options, progress: Progress) -> tuple[Path, Manifest]:
    if folders.remove_leftovers(folder):
        progress("removed an interrupted backup")
    with folders.new_backup(folder) as (partial, final):
        content = _fill(partial, progress)
        if options.with_keys:
            files.copy_keys(partial / "keys")
        progress("computing checksums")
        content = replace(content, files=manifest.describe(partial))
        manifest.write(partial, content)
    return final, content


def _fill(partial: Path, progress: Progress) -> Manifest:
    """Copy the files and dump the database, both as one snapshot sees them. Return the manifest without files."""
    server = databases.server_major()
    client = client_for(server)
    with _snapshot() as snapshot:
        parts = files.parts()
        files.require_space(partial, sum(table_sizes().values()) + files.size_of(parts))
        progress("copying models, imported ratings and pictures")
        copied = {part.name for part in parts if files.copy(part, partial)}
        progress("counting rows")
        content = Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            site={"version": _version(), "commit": _commit()},
            server=server,
            client=client.major,
            database_bytes=database_size(),
            migrations=[list(key) for key in sorted(MigrationRecorder(connection).applied_migrations())],
            rows=count_rows(),
            missing=[part.name for part in parts if part.is_needed and part.name not in copied],
            files={},
        )
        progress("dumping the database")
        client.run(
            "pg_dump",
            "--format=custom",
            "--compress=1",  # a third of the time of the default, for a sixth more bytes
            f"--file={partial / manifest.DUMP}",
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_SECONDS}s",
            parameters=databases.parameters(),
        )
    return content


@contextmanager
def _snapshot() -> Iterator[str]:
    """Hold a view of the database that doesn't change, and yield its name for other sessions."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _version() -> str:
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def _commit() -> str:
    """Return the commit of a checkout; empty for a copy without its history."""
    command = ["git", "-C", str(settings.BASE_DIR), "rev-parse", "HEAD"]
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()
    return ""

"""The list of a backup's content: what it was made of, and each file with its size and checksum."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from anirec.backups.errors import BackupError

FORMAT = 1
NAME = "manifest.json"
DUMP = "database.dump"


@dataclass(frozen=True)
class Manifest:
    """made_at: ISO time, UTC. server, client: major versions of PostgreSQL and of pg_dump. rows: by table.

    database_bytes: on the server's disk. migrations: [app, name] as applied. missing: files that the site had lost.
    files: {path: {"bytes", "sha256"}}.
    """

    made_at: str
    site: dict[str, str]
    server: int
    client: int
    database_bytes: int
    migrations: list[list[str]]
    rows: dict[str, int]
    missing: list[str]
    files: dict[str, dict[str, Any]]
    format: int = FORMAT

    @property
    def origin(self) -> str:
        """The version of the site that made the backup, with its commit if known."""
        return f"{self.site['version']} {self.site['commit'][:10]}".strip()

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file["bytes"] for file in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    path = folder / NAME
    path.write_text(json.dumps(asdict(manifest), indent=1))
    sync(path)


def read(folder: Path) -> Manifest:
    """Return the manifest of the backup in `folder`. Raises BackupError."""
    path = folder / NAME
    try:
        stored = json.loads(path.read_text())
        if stored["format"] != FORMAT:
            raise BackupError(f"{path} has format {stored['format']}, and this version of the site reads {FORMAT}.")
        return Manifest(**stored)
    except OSError as error:
        raise BackupError(f"{path} can't be read ({error.strerror}): {folder} is not a complete backup.") from None
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{path} is damaged: use another backup.") from None


def describe(folder: Path) -> dict[str, dict[str, Any]]:
    """Return {path: size and checksum} of all files in `folder`, and see that they are on the disk."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sync(path)
        found[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    return found


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield a sentence for each file that is not as the manifest says."""
    for name, expected in manifest.files.items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield f"{name} leads out of the backup."
        elif not path.is_file():
            yield f"{name} is missing."
        elif path.stat().st_size != expected["bytes"]:
            yield f"{name} has {path.stat().st_size:,} bytes instead of {expected['bytes']:,}."
        elif sha256(path) != expected["sha256"]:
            yield f"{name} is damaged (its checksum differs)."
    if DUMP not in manifest.files:
        yield f"{DUMP} is missing."


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The folder with a site's backups: which are complete, which are leftovers, which have expired."""

from __future__ import annotations

import fcntl
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from anirec.backups import manifest
from anirec.backups.errors import AlreadyRunningError, BackupError

STAMP = "%Y-%m-%dT%H-%M-%SZ"
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")
LEFTOVER = re.compile(rf"\.{NAME.pattern}\.partial")


@contextmanager
def only_one(folder: Path, action: str) -> Iterator[None]:
    """Hold a lock on the folder, which the kernel frees when the process ends. Raises AlreadyRunningError."""
    with (folder / f".{action}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"Another {action} is running in {folder}: wait until it has finished.") from None
        yield


def complete(folder: Path) -> list[Path]:
    """Return the complete backups in `folder`, newest first."""
    return sorted((path.parent for path in folder.glob(f"*/{manifest.NAME}") if _is_ours(path.parent)), reverse=True)


def find(folder: Path) -> Path:
    """Return `folder` if it is a backup, else the newest backup in it. Raises BackupError if there is none."""
    if (folder / manifest.NAME).is_file():
        return folder
    if not folder.is_dir():
        raise BackupError(f"{folder} is not a folder.")
    backups = complete(folder)
    if not backups:
        raise BackupError(f"{folder} is not a complete backup and holds none: {manifest.NAME} is missing.")
    return backups[0]


@contextmanager
def new_backup(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield (the folder to fill, its name when complete). The backup appears under that name, or not at all."""
    final = folder / _free_name(folder)
    partial = folder / f".{final.name}.partial"
    partial.mkdir(mode=0o700)
    try:
        yield partial, final
        partial.rename(final)
        manifest.sync(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _free_name(folder: Path) -> str:
    while (folder / (name := datetime.now(UTC).strftime(STAMP))).exists():
        time.sleep(0.1)
    return name


def remove_leftovers(folder: Path) -> int:
    """Remove what interrupted backups have left. Return their number. The caller holds the lock."""
    leftovers = [path for path in folder.iterdir() if LEFTOVER.fullmatch(path.name)]
    for path in leftovers:
        shutil.rmtree(path)
    return len(leftovers)


def rotate(folder: Path, keep: int, weeks: int) -> int:
    """Remove the backups that have expired. Return their number. Raises BackupError."""
    gone = expired(complete(folder), keep, weeks)
    for path in gone:
        try:
            path.rename(leftover := path.with_name(f".{path.name}.partial"))  # never half of one under its name
            shutil.rmtree(leftover)
        except OSError as error:
            raise BackupError(f"The new backup is complete, but {path} can't be removed: {error.strerror}.") from None
    return len(gone)


def expired(backups: Sequence[Path], keep: int, weeks: int) -> list[Path]:
    """Return all but the newest `keep` backups and the newest one of each of the newest `weeks` calendar weeks."""
    newest_of_week: dict[tuple[int, int], Path] = {}
    for backup in sorted(backups, reverse=True):
        newest_of_week.setdefault(datetime.strptime(backup.name, STAMP).isocalendar()[:2], backup)
    kept = {*sorted(backups, reverse=True)[:keep], *list(newest_of_week.values())[:weeks]}
    return [backup for backup in backups if backup not in kept]


def _is_ours(path: Path) -> bool:
    return bool(NAME.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()

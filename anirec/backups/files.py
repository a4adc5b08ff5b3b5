"""The site's files beside the database: models, imported ratings, pictures, keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from anirec.backups.errors import BackupError
from anirec.lib.disk import LEAST_FREE_BYTES
from recommendations.artifact_store import artifact_folder
from recommendations.models import ModelVersion, RatingArchive

KEYS = ("secret_key", "demo_login")  # not `password`: each embedded PostgreSQL has its own
PICTURES = ("covers", "media")
ALWAYS = ("models", "archives")  # replaced even by none, because others would not fit the database


@dataclass(frozen=True)
class Part:
    """A file, or a folder that is only of use as a whole. is_needed: its absence is worth a warning."""

    name: str
    source: Path
    is_needed: bool = False

    def files(self) -> list[Path]:
        if self.source.is_file():
            return [self.source]
        return [Path(folder) / name for folder, _, names in os.walk(self.source) for name in names]


def parts() -> list[Part]:
    """Return what belongs to the database as the current transaction sees it."""
    ready = (ModelVersion.Status.PUBLISHED, ModelVersion.Status.PUBLISHING)
    versions = ModelVersion.objects.filter(status__in=ready)
    archives = [archive.file for archive in RatingArchive.objects.order_by("pk")]
    return [
        *(Part(f"models/{version.pk}", artifact_folder(version), version.is_active) for version in versions),
        *(Part(f"archives/{path.name}", path, True) for path in archives),
        *_pictures(),
    ]


def _pictures() -> Iterator[Part]:
    for name in PICTURES:
        for path in Part(name, Path(settings.DATA_DIR) / name).files():
            yield Part(path.relative_to(settings.DATA_DIR).as_posix(), path)


def size_of(wanted: Iterable[Part]) -> int:
    """Return the bytes of the parts that exist."""
    return sum(_size(path) for part in wanted for path in part.files())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # gone meanwhile
        return 0


def copy(part: Part, folder: Path) -> bool:
    """Copy the part into `folder`. Return whether it is there: one that is gone, or goes meanwhile, is left out."""
    target = folder / part.name
    try:
        found = part.files()
        for path in found:
            to = target / path.relative_to(part.source) if path != part.source else target
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
    except FileNotFoundError:
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
        return False
    return bool(found)


def copy_keys(folder: Path) -> None:
    """Copy the site's keys, readable only by their owner."""
    folder.mkdir(mode=0o700)
    for name in KEYS:
        _copy_private(Path(settings.DATA_DIR) / name, folder / name)


def restore_keys(folder: Path) -> bool:
    """Put the keys of a backup into the data folder. Return whether there were any."""
    for name in KEYS:
        _copy_private(folder / name, Path(settings.DATA_DIR) / name)
    return (folder / KEYS[0]).is_file()


def _copy_private(source: Path, target: Path) -> None:
    if source.is_file():
        new = target.with_name(f"{target.name}.new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(source.read_bytes())
        new.replace(target)


def require_space(folder: Path, needed: int) -> None:
    """Raise BackupError unless the disk of `folder` has room for so many bytes, and some more for the site."""
    needed += LEAST_FREE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"The disk of {folder} is too full: {free // 2**20:,} MB are free, and up to {needed // 2**20:,} MB are "
            "needed. Make room, or use another disk."
        )


# --- Restoring -----------------------------------------------------------------------------------------------------


def targets(backup: Path) -> dict[str, Path]:
    """Return {folder in the backup: folder of the site} of all that a restore replaces."""
    pictures = {name: Path(settings.DATA_DIR) / name for name in PICTURES if (backup / name).is_dir()}
    return dict(zip(ALWAYS, (Path(settings.MODEL_DIR), Path(settings.ARCHIVE_DIR)), strict=True)) | pictures


def stage(backup: Path) -> None:
    """Copy the backup's folders beside those of the site."""
    discard_staged(backup)
    for name, target in targets(backup).items():
        _staged(target).mkdir(parents=True)
        if (backup / name).is_dir():
            shutil.copytree(backup / name, _staged(target), dirs_exist_ok=True)


def discard_staged(backup: Path) -> None:
    for target in targets(backup).values():
        shutil.rmtree(_staged(target), ignore_errors=True)


@contextmanager
def exchanged(backup: Path) -> Iterator[None]:
    """Put the staged folders in place for the block, and for good if it succeeds; else put the former ones back."""
    folders = targets(backup).values()
    with ExitStack() as undo:
        for folder in folders:
            _move(folder, _replaced(folder))
            undo.callback(_move, _replaced(folder), folder)
            _move(_staged(folder), folder)
            undo.callback(_move, folder, _staged(folder))
        yield
        undo.pop_all()
    for folder in folders:
        shutil.rmtree(_replaced(folder), ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        source.rename(target)


def _staged(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.restoring")


def _replaced(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.replaced")

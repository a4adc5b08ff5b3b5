"""Artifacts of model versions in an object storage (MODELS_URL), for machines that share no folder: a tar file each."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.files.storage.handler import InvalidStorageError

from anirec.lib.storage.outages import StorageDownError, outages_named


def share(folder: Path) -> None:
    """Store a version's folder, if there is a storage. Raises StorageDownError."""
    if (storage := _storage()) is None:
        return
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(folder, arcname=".")
        file.seek(0)
        with outages_named():
            storage.save(_name(folder), File(file))


def fetch(folder: Path) -> None:
    """Fetch a version's folder, if it isn't here and the storage has it. It appears whole or not at all."""
    if folder.is_dir() or (storage := _storage()) is None:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with suppress(FileNotFoundError), outages_named(), storage.open(_name(folder)) as file:
            with tarfile.open(fileobj=file, mode="r|") as archive:
                archive.extractall(partial, filter="data")
            with suppress(OSError):  # another process was faster
                os.rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def is_shared(folder: Path) -> bool:
    storage = _storage()
    with suppress(StorageDownError), outages_named():
        return storage is not None and storage.exists(_name(folder))
    return False


def withdraw(folders: set[Path]) -> None:
    """Delete the stored versions of these folders."""
    if (storage := _storage()) is None:
        return
    with outages_named():
        stored = set(storage.listdir("")[1])
        for name in {_name(folder) for folder in folders} & stored:
            storage.delete(name)


def _storage() -> Storage | None:
    with suppress(InvalidStorageError):
        return storages["models"]
    return None


def _name(folder: Path) -> str:
    return f"{folder.name}.tar"

"""Pictures' files in Django's default storage: a folder, or an object storage."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from anirec.lib.storage.outages import outages_named


def save(name: str, content: bytes) -> None:
    """Save a file, in place of one of the same name."""
    with outages_named():
        default_storage.save(name, ContentFile(content))


def read(name: str) -> bytes | None:
    """Return a file's content, or None if there is none."""
    try:
        with outages_named(), default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def delete(name: str) -> None:
    with outages_named():
        default_storage.delete(name)


def list_folder(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and of the files in a folder."""
    try:
        with outages_named():
            folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files


def changed_at(name: str) -> datetime:
    with outages_named():
        return default_storage.get_modified_time(name)

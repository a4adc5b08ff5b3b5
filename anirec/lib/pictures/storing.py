"""Pictures' files in Django's default storage: a folder, or an object storage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


class StorageDownError(Exception):
    """The object storage refuses, fails or doesn't answer in time."""


def save(name: str, content: bytes) -> None:
    """Save a file, in place of one of the same name."""
    with _outages_named():
        default_storage.save(name, ContentFile(content))


def read(name: str) -> bytes | None:
    """Return a file's content, or None if there is none."""
    try:
        with _outages_named(), default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def delete(name: str) -> None:
    with _outages_named():
        default_storage.delete(name)


def list_folder(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and of the files in a folder."""
    try:
        with _outages_named():
            folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files


def changed_at(name: str) -> datetime:
    with _outages_named():
        return default_storage.get_modified_time(name)


@contextmanager
def _outages_named() -> Iterator[None]:
    """Raise StorageDownError for what the client of an object storage raises. It's loaded only where it is used."""
    try:
        yield
    except Exception as error:
        if isinstance(error, _client_errors()):
            raise StorageDownError(str(error)) from error
        raise


def _client_errors() -> tuple[type[Exception], ...]:
    client = sys.modules.get("botocore.exceptions")
    return (client.BotoCoreError, client.ClientError) if client else ()

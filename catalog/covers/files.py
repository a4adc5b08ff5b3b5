"""Files of covers in Django's default storage. Their names tell nobody without the secret key what they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.crypto import salted_hmac

SMALL, LARGE = WIDTHS = (225, 450)
QUALITIES = {SMALL: 80, LARGE: 65}  # screens that take the large one have small pixels
RATIO = 2 / 3
FOLDER = "covers"


def save(title_id: int, by_width: Mapping[int, bytes]) -> str:
    """Save a title's cover in its widths. Return the digest in the names, which changes with title and content."""
    content = b"".join(by_width[width] for width in sorted(by_width))
    digest = salted_hmac(f"cover {title_id}", content, algorithm="sha256").hexdigest()[:32]
    for width, data in by_width.items():
        name = name_of(digest, width)
        default_storage.delete(name)  # it may be the rest of an interrupted save
        default_storage.save(name, ContentFile(data))
    return digest


def read(digest: str, width: int) -> bytes | None:
    """Return a cover's file, or None if it is gone."""
    try:
        with default_storage.open(name_of(digest, width)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def stored() -> Iterator[tuple[str, str, datetime]]:
    """Yield (digest, name, time of the last change) of each file."""
    for folder in _listed(FOLDER)[0]:
        for file in _listed(f"{FOLDER}/{folder}")[1]:
            name = f"{FOLDER}/{folder}/{file}"
            yield file.partition("-")[0], name, default_storage.get_modified_time(name)


def delete(name: str) -> None:
    default_storage.delete(name)


def name_of(digest: str, width: int) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest}-{width}.webp"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files

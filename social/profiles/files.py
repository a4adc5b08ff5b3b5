"""Files of members' pictures, named by their content, in Django's default storage."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from anirec.lib.pictures.resizing import resize

SMALL, LARGE = 96, 256


def save(member_id: int, data: bytes) -> str:
    """Save the picture as squares in both sizes. Return its hash, which differs between members.

    Raises PictureError.
    """
    by_size = resize(data, (SMALL, LARGE), ratio=1)
    digest = hashlib.blake2b(by_size[LARGE], digest_size=16, key=str(member_id).encode()).hexdigest()
    for size, content in by_size.items():
        name = name_of(digest, size)
        default_storage.delete(name)  # it may be the rest of an interrupted save
        default_storage.save(name, ContentFile(content))
    return digest


def read(digest: str, size: int) -> bytes | None:
    """Return a picture's file, or None if it is gone."""
    try:
        with default_storage.open(name_of(digest, size)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def delete(digest: str) -> None:
    if digest:
        for size in (SMALL, LARGE):
            default_storage.delete(name_of(digest, size))


def name_of(digest: str, size: int) -> str:
    return f"avatars/{digest[:2]}/{digest}-{size}.webp"

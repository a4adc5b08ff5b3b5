"""Files of members' pictures, named by their content, in Django's default storage."""

from __future__ import annotations

import hashlib

from anirec.lib.pictures import storing
from anirec.lib.pictures.resizing import resize

SMALL, LARGE = 96, 256


def save(member_id: int, data: bytes) -> str:
    """Save the picture as squares in both sizes. Return its hash, which differs between members.

    Raises PictureError.
    """
    by_size = resize(data, (SMALL, LARGE), ratio=1)
    digest = hashlib.blake2b(by_size[LARGE], digest_size=16, key=str(member_id).encode()).hexdigest()
    for size, content in by_size.items():
        storing.save(name_of(digest, size), content)
    return digest


def read(digest: str, size: int) -> bytes | None:
    """Return a picture's file, or None if it is gone."""
    return storing.read(name_of(digest, size))


def delete(digest: str) -> None:
    if digest:
        for size in (SMALL, LARGE):
            storing.delete(name_of(digest, size))


def name_of(digest: str, size: int) -> str:
    return f"avatars/{digest[:2]}/{digest}-{size}.webp"

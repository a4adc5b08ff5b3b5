"""Files of covers in Django's default storage. Their names tell nobody without the secret key what they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.crypto import salted_hmac

from anirec.lib.pictures import storing

SMALL, LARGE = WIDTHS = (225, 450)
QUALITIES = {SMALL: 80, LARGE: 65}  # screens that take the large one have small pixels
RATIO = 2 / 3
FOLDER = "covers"


def save(title_id: int, by_width: Mapping[int, bytes]) -> str:
    """Save a title's cover in its widths. Return the digest in the names, which changes with title and content."""
    content = b"".join(by_width[width] for width in sorted(by_width))
    digest = salted_hmac(f"cover {title_id}", content, algorithm="sha256").hexdigest()[:32]
    for width, data in by_width.items():
        storing.save(name_of(digest, width), data)
    return digest


def read(digest: str, width: int) -> bytes | None:
    """Return a cover's file, or None if it is gone."""
    return storing.read(name_of(digest, width))


def stored() -> Iterator[tuple[str, str]]:
    """Yield (digest, name) of each file."""
    for folder in storing.list_folder(FOLDER)[0]:
        for file in storing.list_folder(f"{FOLDER}/{folder}")[1]:
            yield file.partition("-")[0], f"{FOLDER}/{folder}/{file}"


def name_of(digest: str, width: int) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest}-{width}.webp"

"""The raw answers of sources, kept for a time, so that a parser that was mended needs no new request."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from catalog.models import StoredAnswer
from catalog.sources.clock import clock

PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK")  # gzip, Zstandard, zip
PART = ".part"


def folder_of(source: str) -> Path:
    folder = Path(settings.ANSWERS_DIR) / source
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path_of(answer: StoredAnswer) -> Path | None:
    """Return the file with the answer's body, or None if it isn't kept any more."""
    path = folder_of(answer.source) / answer.file
    return path if answer.file and path.is_file() else None


@contextmanager
def body_file(source: str, pieces: Iterable[bytes]) -> Iterator[tuple[Path, str, int]]:
    """Write a body to a new file, packed unless it is already. Yield (path, SHA-256 of the body, its size).

    The file is removed at the end, unless it was moved to its place.
    """
    descriptor, name = tempfile.mkstemp(dir=folder_of(source), suffix=PART)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            digest, size = _write(raw, pieces)
        yield path, digest, size
    finally:
        path.unlink(missing_ok=True)


def _write(raw: BinaryIO, pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream: BinaryIO | gzip.GzipFile | None = None
    for piece in pieces:
        stream = stream or (raw if piece.startswith(PACKED) else gzip.GzipFile("", "wb", 3, raw, mtime=0))
        stream.write(piece)
        digest.update(piece)
        size += len(piece)
    if isinstance(stream, gzip.GzipFile):
        stream.close()
    return digest.hexdigest(), size


def keep(path: Path, answer: StoredAnswer) -> None:
    """Move a body to its place, and forget the body it replaces once the answer is stored."""
    answer.file = f"{hashlib.sha256(answer.key.encode()).hexdigest()[:16]}-{answer.digest[:16]}"
    path.replace(folder_of(answer.source) / answer.file)


def body_of(path: Path) -> bytes:
    """Return the body of a small answer."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == PACKED[0]
    return gzip.decompress(path.read_bytes()) if is_packed else path.read_bytes()


def remove_old_answers() -> int:
    """Delete the bodies of answers that nobody has confirmed for ANSWERS_KEPT days, and files that no answer names.

    Return the number of files. When a question was last asked is still known.
    """
    oldest = clock().now() - timedelta(days=settings.ANSWERS_KEPT)
    StoredAnswer.objects.filter(fetched_at__lt=oldest, imported_at__isnull=False).update(file="")
    named = set(StoredAnswer.objects.exclude(file="").values_list("source", "file"))
    removed = 0
    for path in Path(settings.ANSWERS_DIR).glob("*/*"):
        is_young = path.stat().st_mtime > oldest.timestamp() if path.suffix == PART else False
        if (path.parent.name, path.name) not in named and not is_young:
            path.unlink(missing_ok=True)
            removed += 1
    return removed

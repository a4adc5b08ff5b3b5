"""Unpacked bytes of an uploaded file, limited in size."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.portability.formats.rows import MAX_BYTES, PortabilityError

GZIP_MAGIC = b"\x1f\x8b"


class LimitedReader(io.RawIOBase):
    """A reader that raises PortabilityError after MAX_BYTES, so that decompression bombs are harmless."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.n_read = stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size if 0 < size <= MAX_BYTES else MAX_BYTES + 1)
        self.n_read += len(data)
        if self.n_read > MAX_BYTES:
            raise PortabilityError(
                _("The unpacked file is too large for an anime list. The limit is %(most)s MB.")
                % {"most": MAX_BYTES // 1_000_000}
            )
        return data

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def unpacked(stream: BinaryIO) -> Iterator[LimitedReader]:
    """Yield a reader of the file's bytes, decompressed if gzipped. Damaged data raises PortabilityError."""
    buffered = io.BufferedReader(stream) if isinstance(stream, io.RawIOBase) else stream
    start = buffered.read(2)
    buffered.seek(0)
    try:
        yield LimitedReader(gzip.GzipFile(fileobj=buffered) if start == GZIP_MAGIC else buffered)  # type: ignore[arg-type]
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PortabilityError(
            _("The compressed file is incomplete or damaged (%(error)s). Export it again and retry.") % {"error": error}
        ) from error

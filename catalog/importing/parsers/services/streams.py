"""Read files of services that are too large to hold at once."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast
from xml.etree.ElementTree import ParseError

import ijson
from defusedxml.common import DefusedXmlException

from catalog.importing.parsers.services.answers import AnswerError

GZIP_MAGIC = b"\x1f\x8b"
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError, ijson.JSONError, ParseError, DefusedXmlException)


@contextmanager
def unreadable(service: str) -> Iterator[None]:
    """Turn every error of reading into an AnswerError."""
    try:
        yield
    except UNREADABLE as error:
        raise AnswerError(f"{service}'s file is truncated, or of another kind ({type(error).__name__})") from error


@contextmanager
def decompressed(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Return the stream, decompressed if it is gzip."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    if beginning(buffered).startswith(GZIP_MAGIC):
        with gzip.GzipFile(fileobj=buffered) as content:
            yield io.BufferedReader(cast("io.RawIOBase", content))  # type: ignore[misc]
    else:
        yield cast(BinaryIO, buffered)


def beginning(stream: BinaryIO) -> bytes:
    """Return the first bytes, without consuming them."""
    return cast(io.BufferedReader, stream).peek(64)[:64]

"""Adapt parsers of bodies and streams to the files that answers are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, cast

from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.services.answers import Answer
from catalog.sources.client.answers import body_of
from catalog.sources.client.requests import Parse


def of_bytes(parse: Callable[[bytes], Answer]) -> Parse:
    return lambda path: parse(body_of(path))


def of_stream(parse: Callable[[BinaryIO], Iterable[SourceTitle | RejectedRow]]) -> Parse:
    """Adapt a parser that streams. The file stays open while its rows are read."""

    def rows(path: Path) -> Iterable[SourceTitle | RejectedRow]:
        from catalog.importing.parsers.files.reading import open_bytes  # web processes don't have its libraries

        with open_bytes(path) as stream:
            yield from parse(cast(BinaryIO, stream))

    return lambda path: Answer(rows(path))

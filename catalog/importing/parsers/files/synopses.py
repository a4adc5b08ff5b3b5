"""Synopses only (Parquet: mal_id, synopsis), for titles already in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import parquet_rows


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(parquet_rows(path, ("mal_id", "synopsis")), parse)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, synopsis = normalise.identifier(row["mal_id"], "mal_id"), normalise.markup_to_text(row["synopsis"])
    if mal_id is None or synopsis is None:
        raise ValueError("mal_id is missing" if mal_id is None else "synopsis is missing")
    return SourceTitle(source="synopses", row=number, external_ids={"mal": mal_id}, name=None, synopsis=synopsis)

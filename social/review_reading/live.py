"""The live reader in this process. Its table is copied from the database to a file once, and mapped from there."""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from social.models import ReviewReader
from social.review_reading.model import Parameters, ReviewModel, Table

logger = logging.getLogger(__name__)

_loaded: dict[int, ReviewModel] = {}  # at most one: the reader used last


@dataclass(frozen=True)
class LiveReader:
    pk: int
    model: ReviewModel


def live_reader() -> LiveReader | None:
    """Return the live reader, or None before the first one. One query, two when it is new to the process."""
    live = ReviewReader.objects.filter(is_active=True).values_list("pk", "parameters").first()
    if live is None:
        return None
    pk, parameters = live
    if pk not in _loaded:
        table = _table_of(pk)
        if table is None:
            return None
        _loaded.clear()
        _loaded[pk] = ReviewModel(Parameters.from_json(parameters), table)
    return LiveReader(pk, _loaded[pk])


def _table_of(pk: int) -> Table | None:
    path = settings.REVIEW_READER_DIR / f"{pk}.table"
    if not path.is_file():
        stored = ReviewReader.objects.filter(pk=pk, is_active=True).values_list("table", flat=True).first()
        if not stored:
            return None  # another reader became live meanwhile
        try:
            _write(path, bytes(stored))
        except OSError as error:
            logger.warning("the reader of reviews is kept in memory: %s", error)
            return Table.from_bytes(bytes(stored))
    return Table.map_file(path)


def _write(path: Path, stored: bytes) -> None:
    """Write a file that is whole or isn't there, and remove those of earlier readers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(stored)
    os.replace(partial, path)
    for other in set(path.parent.glob("*.table")) - {path}:
        other.unlink(missing_ok=True)

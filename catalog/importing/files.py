"""Files as a whole: whether one changed since its last import, the date of its values, and lists of dropped ids."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from django.db.models import Count, Max
from django.utils import timezone

from catalog.importing.parsers.base import CatalogueFileError
from catalog.importing.records import parsers_digest
from catalog.importing.writer import mark_retired
from catalog.models import ExternalId, ImportedFile, SourceRecord
from catalog.versioning import catalogue_changed

DEAD_ENTRIES = "dead-entries"
# Collections that were made once; None: they have no date, so their values never count as recent.
COLLECTED: dict[str, datetime | None] = {
    "mal-2020": datetime(2021, 1, 1, tzinfo=UTC),
    "synopses": None,
    "sample": None,
}
LAST_UPDATE = re.compile(rb'"lastUpdate"\s*:\s*"(\d{4}-\d{2}-\d{2})"')
HEAD = 4096  # bytes, in which the offline database says when it was made
PROVIDERS = {"myanimelist": ExternalId.Provider.MAL} | {str(value): value for value in ExternalId.Provider}


def digest_of(path: Path) -> str:
    """Return the digest of a file and of our parsers, which may read the same file differently one day."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha1").hexdigest() + parsers_digest().hex()
    except OSError:
        return ""  # the reader says what is wrong


def state_of(source: str) -> str:
    """Return the number of a source's records and when the last one changed: the same as long as they are."""
    found = SourceRecord.objects.filter(source=source).aggregate(n=Count("pk"), last=Max("changed_at"))
    return f"{found['n']} {found['last'].isoformat() if found['last'] else ''}"


def find_unchanged(path: Path, format: str) -> ImportedFile | None:
    """Return the file's last import if neither the file nor its source's records have changed since."""
    former = ImportedFile.objects.filter(source=format, name=path.name, digest=digest_of(path)).first()
    if former is None or former.state != state_of(format):
        return None
    former.save(update_fields=["imported_at"])
    return former


def remember(path: Path, format: str, rows: int, rejected: list[tuple[int, str]]) -> None:
    values = {"digest": digest_of(path), "state": state_of(format), "rows": rows, "rejected": rejected}
    ImportedFile.objects.update_or_create(source=format, name=path.name, defaults=values)


def date_of_file(path: Path, format: str) -> datetime | None:
    """Return the date of a file's values: of the collection, as the file says, or now."""
    if format in COLLECTED:
        return COLLECTED[format]
    if format == "offline-database" and (found := LAST_UPDATE.search(_head(path))):
        return datetime.fromisoformat(found[1].decode()).replace(tzinfo=UTC)
    return timezone.now()


def _head(path: Path) -> bytes:
    from catalog.importing.parsers.files.reading import naming_errors, open_bytes

    with naming_errors(path), open_bytes(path) as stream:
        return stream.read(HEAD)


def retire_dead_entries(path: Path) -> int:
    """Retire the ids in a list of the offline database, named after its catalogue. Return how many were current.

    Raise CatalogueFileError. The titles keep them, so that old lists still find their titles.
    """
    provider = PROVIDERS.get(path.name.partition(".")[0].removesuffix("-minified"))
    if provider is None:
        raise CatalogueFileError(path, f"the file’s name must be one of {', '.join(PROVIDERS)}")
    retired = mark_retired([(provider, value) for value in _dead_ids(path)] or [(provider, "")], timezone.now())
    if retired:
        catalogue_changed()
    return retired


def _dead_ids(path: Path) -> list[str]:
    from catalog.importing.parsers.files.reading import naming_errors, open_bytes

    with naming_errors(path), open_bytes(path) as stream:
        content = json.load(stream)
    ids = content.get("deadEntries") if isinstance(content, dict) else None
    if not isinstance(ids, list):
        raise CatalogueFileError(path, "it holds no 'deadEntries' list of ids")
    return [str(value) for value in ids]

"""Progress of an import, in the cache because the job's own transaction isn't visible until it commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core.cache import cache

SECONDS = 60  # workers report more often than that


@dataclass(frozen=True)
class Progress:
    doing: str  # "fetch", "match", "write"
    done: int = 0
    total: int = 0  # 0 if unknown


def report(import_id: int, progress: Progress) -> None:
    cache.set(_key(import_id), asdict(progress), SECONDS)


def current(import_id: int) -> Progress | None:
    """Return an import's progress; None before a worker starts and after it finishes."""
    fields = cache.get(_key(import_id))
    return Progress(**fields) if fields else None


def clear(import_id: int) -> None:
    cache.delete(_key(import_id))


def _key(import_id: int) -> str:
    return f"import:{import_id}:progress"

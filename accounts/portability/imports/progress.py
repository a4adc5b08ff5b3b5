"""Progress of a job, in the cache because its own transaction is not visible yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core.cache import cache

SECONDS = 300


@dataclass(frozen=True)
class Progress:
    doing: str  # "fetch", "match", "write"
    done: int = 0
    total: int = 0  # 0: nobody knows


def tell(import_id: int, progress: Progress) -> None:
    cache.set(_key(import_id), asdict(progress), SECONDS)


def told(import_id: int) -> Progress | None:
    """None when no worker has begun, or all of it is done."""
    found = cache.get(_key(import_id))
    return Progress(**found) if found else None


def forget(import_id: int) -> None:
    cache.delete(_key(import_id))


def _key(import_id: int) -> str:
    return f"import:{import_id}:progress"

"""Rebuilds that were killed: their version still says that it is running, but nobody holds the lock."""

from __future__ import annotations

from django.db.models import QuerySet

from anirec.lib.database.locks import MODEL_REBUILD, try_lock
from recommendations.models import ModelVersion

MESSAGE = "The process was killed before it finished."


def fail_abandoned_versions() -> int:
    """Mark versions as failed whose rebuild was killed. Return how many; 0 while a rebuild runs."""
    if not _running().exists():
        return 0
    with try_lock(MODEL_REBUILD) as is_held:
        return fail_running_versions() if is_held else 0


def fail_running_versions() -> int:
    """Like `fail_abandoned_versions`, for a caller that holds the lock."""
    return _running().update(status=ModelVersion.Status.FAILED, message=MESSAGE)


def _running() -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(status=ModelVersion.Status.RUNNING)

"""Artifacts of model versions: their folders, and the last loaded one in this process's memory."""

from __future__ import annotations

import logging
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from anirec.lib.storage.outages import StorageDownError
from recommendations import artifact_sharing
from recommendations.engine.artifacts import ArtifactError
from recommendations.engine.recommender import Recommender
from recommendations.engine.segments import Segments
from recommendations.models import ModelVersion

logger = logging.getLogger(__name__)

_loaded: dict[int, Recommender] = {}  # at most one: the version loaded last
_segments: dict[int, Segments | None] = {}  # likewise


def artifact_folder(version: ModelVersion) -> Path:
    return settings.MODEL_DIR / str(version.pk)


def share_artifact(version: ModelVersion) -> None:
    """Store the finished artifact where other machines find it (MODELS_URL)."""
    artifact_sharing.share(artifact_folder(version))


def has_artifact(version: ModelVersion) -> bool:
    return artifact_folder(version).is_dir() or artifact_sharing.is_shared(artifact_folder(version))


def remove_artifacts(versions: Iterable[ModelVersion]) -> None:
    folders = {artifact_folder(version) for version in versions}
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    artifact_sharing.withdraw(folders)


def load_recommender(version: ModelVersion) -> Recommender:
    """Return a version's recommender. Raises ArtifactError if its artifact is missing, damaged or outdated."""
    if version.pk not in _loaded:
        recommender = Recommender.load(_fetched(artifact_folder(version)))
        _loaded.clear()
        _loaded[version.pk] = recommender
    return _loaded[version.pk]


def readable_recommender(version: ModelVersion | None) -> Recommender | None:
    """Return a version's recommender, or None without a version or a readable artifact."""
    try:
        return None if version is None else load_recommender(version)
    except ArtifactError as error:
        logger.warning("%s: %s", version, error)
        return None


def judged_folder(version: ModelVersion) -> Path:
    return artifact_folder(version) / "judged"


def judged_recommender(version: ModelVersion | None) -> Recommender | None:
    """Return the recommender that a version's figures are of, to compare the next one with; None if unreadable.

    Members are served its sibling fitted on everybody, who can't be judged. Without one, both are the same.
    """
    if version is None or not (_fetched(artifact_folder(version)) / judged_folder(version).name).is_dir():
        return readable_recommender(version)
    try:
        return Recommender.load(judged_folder(version))
    except ArtifactError as error:
        logger.warning("%s: %s", version, error)
        return None


def segments_folder(version: ModelVersion) -> Path:
    return artifact_folder(version) / "segments"


def load_segments(version: ModelVersion) -> Segments | None:
    """Return a version's segments, or None if it has none. Raises ArtifactError if they are unreadable."""
    if version.pk not in _segments:
        _fetched(artifact_folder(version))
        folder = segments_folder(version)
        segments = Segments.load(folder) if folder.is_dir() else None
        _segments.clear()
        _segments[version.pk] = segments
    return _segments[version.pk]


def readable_segments(version: ModelVersion) -> Segments | None:
    """Return a version's segments, or None if it has none or they are unreadable."""
    try:
        return load_segments(version)
    except ArtifactError as error:
        logger.warning("%s: %s", version, error)
        return None


def _fetched(folder: Path) -> Path:
    """Fetch a folder that isn't on this machine, and return it. Raises ArtifactError if the storage fails."""
    try:
        artifact_sharing.fetch(folder)
    except (StorageDownError, tarfile.TarError, OSError) as error:
        raise ArtifactError(f"{folder}: {error}") from error
    return folder

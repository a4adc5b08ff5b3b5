"""Where the artifacts of model versions are, and the active one in this process's memory."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

from recommendations.engine.artifacts import ArtifactError
from recommendations.engine.recommender import Recommender
from recommendations.engine.segments import Segments
from recommendations.models import ModelVersion

logger = logging.getLogger(__name__)

_loaded: dict[int, Recommender] = {}  # at most one: the version that was asked for last
_segments: dict[int, Segments | None] = {}  # the same


def artifact_folder(version: ModelVersion) -> Path:
    return settings.MODEL_DIR / str(version.pk)


def load_recommender(version: ModelVersion) -> Recommender:
    """Raises engine.artifacts.ArtifactError when the version's artifact is missing or damaged."""
    if version.pk not in _loaded:
        recommender = Recommender.load(artifact_folder(version))
        _loaded.clear()
        _loaded[version.pk] = recommender
    return _loaded[version.pk]


def readable_recommender(version: ModelVersion | None) -> Recommender | None:
    """None where there is no version, or its artifact is gone, damaged or of an older program."""
    try:
        return None if version is None else load_recommender(version)
    except ArtifactError as error:
        logger.warning("%s: %s", version, error)
        return None


def segments_folder(version: ModelVersion) -> Path:
    return artifact_folder(version) / "segments"


def load_segments(version: ModelVersion) -> Segments | None:
    """None for a version that has none. Raises engine.artifacts.ArtifactError when they are damaged."""
    if version.pk not in _segments:
        folder = segments_folder(version)
        segments = Segments.load(folder) if folder.is_dir() else None
        _segments.clear()
        _segments[version.pk] = segments
    return _segments[version.pk]


def readable_segments(version: ModelVersion) -> Segments | None:
    """None also where they are damaged."""
    try:
        return load_segments(version)
    except ArtifactError as error:
        logger.warning("%s: %s", version, error)
        return None

"""Where the artifacts of model versions are, and the active one in this process's memory."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from recommendations.engine.recommender import Recommender
from recommendations.models import ModelVersion

_loaded: dict[int, Recommender] = {}  # at most one: the version that was asked for last


def artifact_folder(version: ModelVersion) -> Path:
    return settings.MODEL_DIR / str(version.pk)


def load_recommender(version: ModelVersion) -> Recommender:
    """Raises engine.artifacts.ArtifactError when the version's artifact is missing or damaged."""
    if version.pk not in _loaded:
        recommender = Recommender.load(artifact_folder(version))
        _loaded.clear()
        _loaded[version.pk] = recommender
    return _loaded[version.pk]

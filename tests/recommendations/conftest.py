from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.recommender import Recommender
from tests.conftest import forget_models
from tests.recommendations.engine.toys import clusters, fitted

if TYPE_CHECKING:  # pytest may read this file before Django is set up
    from catalog.models import Title
    from recommendations.models import ModelVersion

N_TITLES, FIRST_ID = 40, 1_000_000


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MODEL_DIR = tmp_path / "models"
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.ARCHIVE_DIR.mkdir()
    forget_models()


@pytest.fixture
def catalogue(db: None, new_title: Callable[..., Title]) -> list[Title]:
    """Titles with the MAL ids 1 to 40: in `clusters`, people like either odd or even ones."""
    from catalog.models import ExternalId, Title

    made = Title.objects.bulk_create(
        new_title(f"Title {mal_id}", pk=FIRST_ID + mal_id, members=2000 - mal_id) for mal_id in range(1, N_TITLES + 1)
    )
    ExternalId.objects.bulk_create(
        ExternalId(title=title, provider="mal", medium="anime", value=str(mal_id))
        for mal_id, title in enumerate(made, 1)
    )
    return made


@pytest.fixture
def brief_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit networks to two epochs, which is enough for comparisons."""
    from recommendations.pipelines import comparison

    kept = comparison.parameters_for
    brief = {"ncf": {"epochs": 2}}
    monkeypatch.setattr(comparison, "parameters_for", lambda name: {**kept(name), **brief.get(name, {})})


@pytest.fixture
def ratings(tmp_path: Path) -> Callable[..., Path]:
    """Write interactions as a ratings file: `ratings(clusters())`."""

    def write(data: Interactions, name: str = "ratings.csv") -> Path:
        path = tmp_path / name
        rows = zip(
            data.users.ids[data.user_index], data.items.ids[data.item_index], data.score.astype(int), strict=True
        )
        path.write_text("user_id,mal_id,score\n" + "\n".join(f"{u},{i},{s}" for u, i, s in rows))
        return path

    return write


@pytest.fixture
def odd(catalogue: list[Title]) -> list[Title]:
    return catalogue[0::2]


@pytest.fixture
def even(catalogue: list[Title]) -> list[Title]:
    return catalogue[1::2]


@pytest.fixture
def new_version(catalogue: list[Title]) -> Callable[[], tuple[ModelVersion, Recommender]]:
    """Create an unpublished version with an artifact fitted on `clusters`."""
    from recommendations.artifact_store import artifact_folder
    from recommendations.models import ModelVersion

    def make() -> tuple[ModelVersion, Recommender]:
        version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)
        _fitted_on_clusters().save(artifact_folder(version), {})
        return version, _fitted_on_clusters()

    return make


@cache
def _fitted_on_clusters() -> Recommender:
    return fitted(clusters(), IdMap(FIRST_ID + np.arange(1, N_TITLES + 1)))


@pytest.fixture
def publish_model(new_version: Callable[[], tuple[ModelVersion, Recommender]]) -> Callable[[], ModelVersion]:
    """Publish a model fitted on `clusters`, with rows for all members with a list."""
    from recommendations.publishing.publish import publish

    def make() -> ModelVersion:
        version, recommender = new_version()
        publish(version, recommender)
        return version

    return make

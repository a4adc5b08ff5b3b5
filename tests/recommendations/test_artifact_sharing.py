"""Artifacts of models in an object storage, for machines that share no folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from anirec.start.storages import object_storage
from recommendations import artifact_sharing
from recommendations.artifact_store import (
    artifact_folder,
    has_artifact,
    load_recommender,
    remove_artifacts,
    share_artifact,
)
from recommendations.engine.artifacts import ArtifactError
from recommendations.models import ModelVersion
from tests.anirec import object_storages

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with object_storages.serving() as address:
        yield address


@pytest.fixture
def _shared(address, settings, monkeypatch):
    models = object_storage("MODELS_URL", "s3://models/versions")
    object_storages.use(address, {"models": models}, settings, monkeypatch)
    object_storages.make_bucket("models")


@pytest.fixture
def folder() -> Path:
    version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)
    path = artifact_folder(version)
    (path / "segments").mkdir(parents=True)
    (path / "manifest.json").write_text("{}")
    (path / "segments" / "centres.npy").write_bytes(b"numbers")
    return path


def version_of(folder: Path) -> ModelVersion:
    return ModelVersion.objects.get(pk=int(folder.name))


@pytest.mark.usefixtures("_shared")
class TestSharing:
    def test_a_machine_without_the_folder_fetches_it_whole(self, folder):
        share_artifact(version_of(folder))
        shutil.rmtree(folder)

        assert has_artifact(version_of(folder))
        artifact_sharing.fetch(folder)

        assert (folder / "segments" / "centres.npy").read_bytes() == b"numbers"
        assert [path.name for path in folder.parent.glob(f".{folder.name}-*")] == []

    def test_a_folder_that_is_there_is_not_fetched(self, folder):
        share_artifact(version_of(folder))
        (folder / "manifest.json").write_text("newer")

        artifact_sharing.fetch(folder)

        assert (folder / "manifest.json").read_text() == "newer"

    def test_what_nobody_shared_is_not_there(self, folder):
        shutil.rmtree(folder)

        artifact_sharing.fetch(folder)

        assert not folder.exists()
        assert not has_artifact(version_of(folder))

    def test_removed_artifacts_are_gone_everywhere(self, folder):
        share_artifact(version_of(folder))

        remove_artifacts([version_of(folder)])

        assert not has_artifact(version_of(folder))

    def test_while_the_storage_is_down_the_error_names_the_model(self, folder, settings, monkeypatch):
        shutil.rmtree(folder)
        models = object_storage("MODELS_URL", "s3://models/versions")
        object_storages.use("http://127.0.0.1:9", {"models": models}, settings, monkeypatch)

        with pytest.raises(ArtifactError, match=f"{folder.name}: "):
            load_recommender(version_of(folder))


def test_without_a_storage_the_folder_is_all_there_is(folder):
    share_artifact(version_of(folder))
    shutil.rmtree(folder)

    assert not has_artifact(version_of(folder))

import numpy as np
import pytest

from recommendations.engine import artifacts


@pytest.fixture
def folder(tmp_path):
    artifacts.save(tmp_path / "of" / "7", {"a": np.arange(5), "b": np.eye(2)}, {"seed": 3})
    return tmp_path / "of" / "7"


def test_what_was_saved_is_loaded(folder):
    arrays, description = artifacts.load(folder)

    assert {name: array.tolist() for name, array in arrays.items()} == {"a": [0, 1, 2, 3, 4], "b": [[1, 0], [0, 1]]}
    assert description == {"seed": 3}


def test_saving_again_replaces_everything(folder):
    artifacts.save(folder, {"c": np.zeros(1)}, {})

    assert list(artifacts.load(folder)[0]) == ["c"]
    assert [path.name for path in folder.parent.iterdir()] == ["7"]


def test_a_damaged_array_is_noticed(folder):
    (folder / "a.npy").write_bytes((folder / "b.npy").read_bytes())

    with pytest.raises(artifacts.ArtifactError, match=r"a\.npy: missing or damaged"):
        artifacts.load(folder)


def test_a_missing_artifact_is_named(tmp_path):
    with pytest.raises(artifacts.ArtifactError, match="nowhere"):
        artifacts.load(tmp_path / "nowhere")


def test_another_format_is_refused(folder):
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {artifacts.FORMAT}', '"format": 99'))

    with pytest.raises(artifacts.ArtifactError, match="format 99"):
        artifacts.load(folder)


def test_objects_that_would_need_pickle_are_refused_and_nothing_appears(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        artifacts.save(tmp_path / "8", {"a": np.array([object()])}, {})

    assert not (tmp_path / "8").exists()


def test_large_arrays_stay_in_their_file_for_all_processes(tmp_path):
    arrays = {"large": np.arange(100_000.0), "small": np.arange(3.0)}
    artifacts.save(tmp_path / "model", arrays, {})
    loaded, _ = artifacts.load(tmp_path / "model")
    assert isinstance(loaded["large"].base, np.memmap)
    assert not loaded["large"].flags.writeable
    assert loaded["small"].flags.writeable
    assert (loaded["large"] == arrays["large"]).all()

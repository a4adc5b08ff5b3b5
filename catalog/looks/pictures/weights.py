"""The weights of EfficientNet-Lite0, read from PyTorch's file without PyTorch.

The file is a pickle, which could run anything: only what a table of arrays needs is read, all else is an error.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # of files before PyTorch 1.6
KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
PLACE = np.dtype("<i8")  # the number of values before each storage


class WeightsError(ValueError):
    """A file that isn't a table of arrays as PyTorch wrote them before 1.6."""


@dataclass(frozen=True)
class View:
    """An array as a view of a storage. offset and strides: in values."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_weights(path: Path) -> dict[str, Array]:
    """Return the file's arrays by name. Raise WeightsError for anything else in it."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise WeightsError(f"{path.name}: {error}") from error


def _read(file: IO[bytes]) -> dict[str, Array]:
    kinds: dict[str, np.dtype[Any]] = {}
    magic, protocol, _machine, views, names = (_Tables(file, kinds).load() for _ in range(5))
    if (magic, protocol) != (MAGIC, PROTOCOL):
        raise WeightsError("not a file of PyTorch")
    storages = {name: _storage(file, kinds[name]) for name in names}
    return {name: _array(view, storages) for name, view in views.items()}


def _storage(file: IO[bytes], kind: np.dtype[Any]) -> Array:
    n = int(np.frombuffer(file.read(PLACE.itemsize), PLACE)[0])
    data = file.read(n * kind.itemsize) if n >= 0 else b""
    if len(data) != n * kind.itemsize:
        raise WeightsError("the file is cut off")
    return np.frombuffer(data, kind)


def _array(view: View, storages: Mapping[str, Array]) -> Array:
    """Return a copy of the view, which must lie within its storage."""
    values = storages[view.storage]
    last = view.offset + sum((n - 1) * step for n, step in zip(view.shape, view.strides, strict=True))
    if min(view.offset, *view.strides, *view.shape, 0) < 0 or last >= len(values):
        raise WeightsError("an array is outside its storage")
    steps = [step * values.itemsize for step in view.strides]
    return np.lib.stride_tricks.as_strided(values[view.offset :], view.shape, steps).copy()


def _view(storage: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_others: object) -> View:
    return View(storage, offset, tuple(shape), tuple(strides))


class _Tables(pickle.Unpickler):
    """Reads dictionaries of views of storages. kinds: takes the types of their values."""

    ALLOWED: Mapping[tuple[str, str], Callable[..., Any]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _view,
    }

    def __init__(self, file: IO[bytes], kinds: dict[str, np.dtype[Any]]) -> None:
        super().__init__(file)
        self.kinds = kinds

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in KINDS:
            return KINDS[name]
        if (module, name) not in self.ALLOWED:
            raise WeightsError(f"{module}.{name} has no place in a table of arrays")
        return self.ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> str:
        what, kind, name, _device, _n, _view_of = pid
        if what != "storage":
            raise WeightsError("an unknown reference")
        self.kinds[name] = kind
        return str(name)

"""Fitted models on disk: one .npy file per array and a manifest with checksums. No pickle: loading runs no code."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 4
MANIFEST = "manifest.json"
LARGE = 2**18  # bytes; smaller arrays are copied, since each file that stays open has its cost


class ArtifactError(RuntimeError):
    """Raised for a missing or damaged artifact, or one of another format. The message names the file."""


def save(folder: Path, arrays: Mapping[str, NDArray[Any]], description: Mapping[str, Any]) -> None:
    """Write all arrays and the description (JSON values), or nothing: the folder appears only when complete."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    checksums = {}
    for name, array in arrays.items():
        path = partial / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        checksums[name] = _sha256(path)
    manifest = {"format": FORMAT, "arrays": checksums, "description": dict(description)}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(partial, folder)


def load(folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return (arrays, description). Raises ArtifactError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder / MANIFEST}: {error}") from error
    if manifest.get("format") != FORMAT:
        raise ArtifactError(f"{folder}: format {manifest.get('format')!r}, but format {FORMAT} is required")
    arrays = {}
    for name, checksum in manifest["arrays"].items():
        path = folder / f"{name}.npy"
        if not path.is_file() or _sha256(path) != checksum:
            raise ArtifactError(f"{path}: missing or damaged (checksum mismatch)")
        arrays[name] = _read(path)
    return arrays, manifest["description"]


def _read(path: Path) -> NDArray[Any]:
    """Return the array; a large one is read-only and stays in its file, whose pages all processes share."""
    if path.stat().st_size < LARGE:
        return np.load(path, allow_pickle=False)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

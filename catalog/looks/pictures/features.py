"""Covers as features: what a network sees in them, and their colours."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catalog.looks.pictures import colours, network
from catalog.looks.pictures.weights import Array

if TYPE_CHECKING:
    from PIL.Image import Image

N_FEATURES = network.N_FEATURES + colours.N_COLOURS
COLOUR_WEIGHT = 1.0  # of the colours beside the network's features; measured by `make bench-looks`

Features = NDArray[np.float32]


def open_picture(content: bytes) -> Image | None:
    """Return the picture in RGB, or None if the file is damaged. It is one of the site's own."""
    from PIL import Image

    try:
        return Image.open(BytesIO(content), formats=("WEBP",)).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None


def features_of(pictures: Sequence[Image]) -> Features:
    """Return (n, N_FEATURES) of pictures in RGB; the network's and the colours' part each have a fixed length."""
    seen = unit(_squares(pictures))
    counted = np.stack([colours.histogram(np.asarray(_small(one).convert("HSV"))) for one in pictures])
    return np.hstack([seen, COLOUR_WEIGHT * unit(counted)])


def colours_of(picture: Image) -> list[float]:
    return colours.colours_of(np.asarray(_small(picture)))


def unit(rows: Array) -> Features:
    """Return the rows with length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-9)).astype(np.float32)


def _squares(pictures: Sequence[Image]) -> Features:
    """Return (n, 1280) what the network sees in the whole pictures, squeezed into squares."""
    from PIL import Image

    side = (network.SIDE, network.SIDE)
    squares = np.stack([np.asarray(one.resize(side, Image.Resampling.BICUBIC)) for one in pictures])
    means: Features = network.feature_maps(squares).mean(axis=(1, 2))
    return means


def _small(picture: Image) -> Image:
    return picture.resize(colours.SIDES)

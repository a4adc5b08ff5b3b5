"""Covers as features: what a network sees in them, their style and their colours."""

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

SEEN = slice(0, network.N_SEEN)
STYLE = slice(SEEN.stop, SEEN.stop + network.N_STYLE)
COLOURS = slice(STYLE.stop, STYLE.stop + colours.N_COLOURS)
N_FEATURES = COLOURS.stop

Features = NDArray[np.float32]


def open_picture(content: bytes) -> Image | None:
    """Return the picture in RGB, or None if the file is damaged. It is one of the site's own."""
    from PIL import Image

    try:
        return Image.open(BytesIO(content), formats=("WEBP",)).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None


def features_of(pictures: Sequence[Image]) -> Features:
    """Return (n, N_FEATURES) of pictures in RGB: what they show, their style and their colours."""
    seen, style = network.see(np.stack([_square(one) for one in pictures]))
    counted = np.stack([colours.histogram(np.asarray(_small(one))) for one in pictures])
    return np.hstack([unit(np.sqrt(seen)), style, counted])


def colours_of(picture: Image) -> list[float]:
    return colours.colours_of(np.asarray(_small(picture)))


def unit(rows: Array) -> Features:
    """Return the rows with length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-9)).astype(np.float32)


def _square(picture: Image) -> Array:
    """Return the whole picture, squeezed."""
    from PIL import Image

    return np.asarray(picture.resize((network.SIDE, network.SIDE), Image.Resampling.BICUBIC))


def _small(picture: Image) -> Image:
    from PIL import Image

    return picture.resize(colours.SIDES, Image.Resampling.BICUBIC)

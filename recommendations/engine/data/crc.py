"""CRC-32 of many concatenated texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0xEDB88320  # zlib's, bits reversed


def crc32_of_each(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Return the (n,) checksums of the texts."""
    return np.fromiter((crc32(text.encode()) for text in texts), np.uint32, len(texts))


def crc32_of_pairs(
    first: Sequence[str], second: Sequence[str], first_index: NDArray[np.integer], second_index: NDArray[np.integer]
) -> NDArray[np.uint32]:
    """Return (n,) zlib.crc32(first[first_index] + second[second_index]) without building the concatenated texts.

    CRC is linear: the checksum of "ab" is that of "a" shifted by the length of "b", xor that of "b". Each text is
    read once, and each pair costs two look-ups.
    Source: zlib, crc32_combine.
    """
    lengths = np.fromiter((len(text.encode()) for text in second), np.intp, len(second))
    shifted = [crc32_of_each(first)]
    for _ in range(lengths.max(initial=0)):
        shifted.append(_shifted_by_a_byte(shifted[-1]))
    return np.stack(shifted)[lengths[second_index], first_index] ^ crc32_of_each(second)[second_index]


def _shifted_by_a_byte(checksums: NDArray[np.uint32]) -> NDArray[np.uint32]:
    shifted = checksums.copy()
    for _ in range(8):
        shifted = ((shifted >> 1) ^ np.where(shifted & 1, POLYNOMIAL, 0)).astype(np.uint32)
    return shifted

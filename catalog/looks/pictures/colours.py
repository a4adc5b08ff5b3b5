"""The colours of a picture: how many pixels have which, and what mood that makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from catalog.looks.pictures.weights import Array

SIDES = (64, 96)  # width and height in which colours are counted
BINS = (5, 6, 6)  # lightness, green to red, blue to yellow
LOWEST, HIGHEST = np.array([0, -60, -60]), np.array([100, 60, 60])
QUARTERS = [(slice(top, top + 48), slice(left, left + 32)) for top in (0, 48) for left in (0, 32)]
N_COLOURS = 4 * 180
COLOURED = 12.0  # chroma from which a pixel's hue is seen
WARM, COLD = (-30.0, 100.0), (150.0, 315.0)  # degrees of hue in CIELAB: pink to yellow, green-blue to violet
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])

Values = NDArray[np.float32]


def histogram(rgb: Array) -> Values:
    """Return (N_COLOURS,) the square roots of the shares of colours in each quarter of a picture (96, 64, 3)."""
    steps = (lab(rgb) - LOWEST) / (HIGHEST - LOWEST) * BINS
    codes = np.ravel_multi_index(np.moveaxis(steps, -1, 0).astype(int), BINS, mode="clip")
    counts = [np.bincount(codes[quarter].ravel(), minlength=N_COLOURS // 4) for quarter in QUARTERS]
    return np.sqrt(np.concatenate(counts) / codes.size).astype(np.float32)


def colours_of(rgb: Array) -> list[float]:
    """Return lightness (0–100), chroma, and the shares of warm and cold pixels of a picture, RGB, 0 to 255."""
    lightness, green_red, blue_yellow = np.moveaxis(lab(rgb), -1, 0)
    chroma = np.hypot(green_red, blue_yellow)
    hue = np.degrees(np.arctan2(blue_yellow, green_red))
    warm, cold = (float(np.mean((chroma > COLOURED) & ((hue - low) % 360 < high - low))) for low, high in (WARM, COLD))
    return [float(lightness.mean()), float(chroma.mean()), warm, cold]


def lab(rgb: Array) -> NDArray[np.float64]:
    """Return a picture (…, 3) in CIELAB. Source: CIE 15:2004, for sRGB and the white of D65."""
    part = rgb / 255
    linear = np.where(part > 0.04045, ((part + 0.055) / 1.055) ** 2.4, part / 12.92)
    xyz = linear @ TO_XYZ.T / WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)

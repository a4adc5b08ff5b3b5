"""The colours of covers, and the moods they make."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from catalog.index.moods import moods_of
from catalog.looks.pictures import colours
from tests.catalog.looks.conftest import BLUE, GREY, NAVY, ORANGE, PINK, RED, cover


def picture(*args) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(cover(*args))).convert("RGB").resize(colours.SIDES))


@pytest.mark.parametrize(
    ("args", "moods"),
    [
        ((ORANGE, RED), {"warm", "colourful"}),
        ((BLUE,), {"cold", "colourful"}),
        ((NAVY,), {"cold", "dark"}),
        ((PINK,), {"warm", "pastel"}),
        ((GREY,), {"black_and_white"}),
    ],
)
def test_a_cover_has_the_moods_of_its_colours(args, moods):
    assert set(moods_of(*colours.colours_of(picture(*args)))) == moods


def test_white_and_red_have_the_values_of_cielab():
    values = colours.lab(np.array([[[255, 255, 255]], [[255, 0, 0]]]))

    assert np.allclose(values[:, 0], [[100, 0, 0], [53.2, 80.1, 67.2]], atol=0.1)


def test_a_histogram_has_length_one_and_one_place_for_one_colour_in_each_quarter():
    counted = colours.histogram(np.full((96, 64, 3), 255))

    assert len(np.flatnonzero(counted)) == 4
    assert np.linalg.norm(counted) == pytest.approx(1)

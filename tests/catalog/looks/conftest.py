from io import BytesIO

import pytest
from PIL import Image, ImageDraw

WHITE, BLACK, GREY = "#ffffff", "#000000", "#808080"
ORANGE, RED, BLUE, NAVY, PINK = "#e07020", "#d02020", "#2060d0", "#101840", "#f4ccd8"


def cover(colour, shape_colour=None):
    """Return a cover in one colour, with a disc of another one, as a WebP file."""
    image = Image.new("RGB", (225, 338), colour)
    if shape_colour:
        ImageDraw.Draw(image).ellipse((40, 90, 180, 230), fill=shape_colour)
    target = BytesIO()
    image.save(target, "WEBP")
    return target.getvalue()


def give_cover(title, content):
    from catalog.covers import files
    from catalog.models import Title

    digest = files.save(title.pk, {files.SMALL: content})
    Title.objects.filter(pk=title.pk).update(cover_digest=digest, cover_colour="#204060", cover_width=225)
    title.refresh_from_db()


@pytest.fixture(autouse=True)
def _covers(settings, tmp_path):
    settings.COVERS, settings.MEDIA_ROOT = True, tmp_path


@pytest.fixture
def covered(make_title):
    """Titles by name with covers, of which "Ember" and "Lava", and "Tide" and "Rain", look alike."""
    pictures = {"Ember": (ORANGE, RED), "Lava": (ORANGE, RED), "Tide": (BLUE, WHITE), "Rain": (BLUE, WHITE),
                "Ink": (GREY, BLACK)}  # fmt: skip
    titles = {name: make_title(name) for name in pictures}
    for name, colours in pictures.items():
        give_cover(titles[name], cover(*colours))
    return titles

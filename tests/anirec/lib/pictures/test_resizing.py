from __future__ import annotations

import struct
import time
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from anirec.lib.pictures import resizing
from anirec.lib.pictures.resizing import (
    DamagedPictureError,
    FileTooLargeError,
    PictureError,
    TooManyPixelsError,
    UnknownFormatError,
    resize,
)

RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG file that says how large it is, with no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_webp_in_each_width(kind):
    small, large = resize(picture(kind), (12, 30)).values()
    assert [(opened(one).format, opened(one).size) for one in (small, large)] == [("WEBP", (12, 8)), ("WEBP", (30, 20))]


def test_a_ratio_crops_around_the_centre():
    square = opened(resize(picture(size=(300, 100)), (50,), ratio=1)[50]).convert("RGB")
    left, right = square.getpixel((5, 25)), square.getpixel((45, 25))
    assert (square.size, left[0] > 150 > left[2], right[2] > 150 > right[0]) == ((50, 50), True, True)


def test_a_camera_held_upside_down_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = opened(resize(picture("JPEG", exif=exif), (60,))[60]).convert("RGB")
    assert (turned.getpixel((5, 20))[2] > 150, turned.getpixel((55, 20))[0] > 150) == (True, True)


def test_no_metadata_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "Where I live"
    text = PngInfo()
    text.add_text("Comment", "Where I live")
    for data in (
        picture("JPEG", exif=exif, comment=b"Where I live", icc_profile=b"Where I live" * 20),
        picture("PNG", pnginfo=text, exif=exif),
        picture("WEBP", exif=exif, xmp=b"<x>Where I live</x>"),
    ):
        assert b"Where I live" in data
        result = resize(data, (30,))[30]
        assert (b"Where I live" in result, b"EXIF" in result, b"ICCP" in result) == (False, False, False)


def test_transparency_is_kept_and_odd_modes_are_converted():
    for mode, has_alpha in (("RGBA", True), ("P", False), ("L", False), ("LA", True), ("1", False), ("I;16", False)):
        target = BytesIO()
        Image.new(mode, (20, 20)).save(target, "PNG")
        result = opened(resize(target.getvalue(), (10,))[10])
        assert (mode, result.mode == "RGBA") == (mode, has_alpha)
    target = BytesIO()
    Image.new("CMYK", (20, 20)).save(target, "JPEG")
    assert opened(resize(target.getvalue(), (10,))[10]).size == (10, 10)


def test_only_the_first_frame_of_an_animation_is_kept():
    target = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])
    still = opened(resize(target.getvalue(), (10,))[10])
    assert (getattr(still, "n_frames", 1), still.convert("RGB").getpixel((5, 5))[0] > 150) == (1, True)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", UnknownFormatError, "JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnknownFormatError, "JPEG, PNG or WebP"),
        (picture("GIF"), UnknownFormatError, "JPEG, PNG or WebP"),
        (picture("TIFF"), UnknownFormatError, "JPEG, PNG or WebP"),
        (picture("JPEG", size=(400, 400))[:3000], DamagedPictureError, "damaged"),
        (b"\0" * (5 * 2**20 + 1), FileTooLargeError, "up to 5 MB"),
        (png_header(5001, 5000), TooManyPixelsError, "up to 25 megapixels"),
        (png_header(60_000, 60_000), TooManyPixelsError, "up to 25 megapixels"),
        (png_header(100, 100), DamagedPictureError, "damaged"),
    ],
)
def test_what_is_no_usable_picture_is_refused(data, error, message):
    with pytest.raises(error, match=message):
        resize(data, (10,))


def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")  # 400 megapixels in a few kilobytes
    assert len(bomb.getvalue()) < 100_000
    started = time.perf_counter()
    with pytest.raises(TooManyPixelsError):
        resize(bomb.getvalue(), (10,))
    assert time.perf_counter() - started < 0.5


def test_text_that_inflates_in_a_png_is_refused():
    bomb = zlib.compress(b"\0" * 80_000_000)
    data = picture()
    chunk = b"zTXtComment\0\0" + bomb
    inflating = data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    with pytest.raises(PictureError):
        resize(inflating, (10,))


@pytest.mark.property
@given(data=st.binary(max_size=200), kind=st.sampled_from(["JPEG", "PNG", "WEBP"]), at=st.integers(0, 400))
def test_anything_is_a_picture_or_a_picture_error(data, kind, at):
    whole = picture(kind)
    for odd in (data, whole[:at] + data + whole[at + len(data) :]):
        with suppress(PictureError):
            assert opened(resize(odd, (10,))[10]).width == 10


def test_the_limits_are_those_that_are_named():
    assert (resizing.MOST_BYTES, resizing.MOST_PIXELS) == (5 * 2**20, 25_000_000)

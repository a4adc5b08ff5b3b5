"""Decode untrusted pictures safely, and encode them anew: without metadata, upright, as WebP, in fixed sizes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.translation import gettext

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES, MOST_PIXELS = 5 * 2**20, 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80
METHOD = 2  # half the time of 4, for files that are 4 % larger
MOST_ENLARGED = 1.5


class PictureError(ValueError):
    """A picture that can't be used. Its message says why and what to do."""


class FileTooLargeError(PictureError):
    """The file has more than `MOST_BYTES`."""


class TooManyPixelsError(PictureError):
    """The picture has more than `MOST_PIXELS`, whatever the size of its file."""


class UnknownFormatError(PictureError):
    """The file is none of `FORMATS`."""


class DamagedPictureError(PictureError):
    """The file begins like a picture and can't be decoded."""


def resize(data: bytes, widths: Iterable[int], *, ratio: float | None = None) -> dict[int, bytes]:
    """Return the picture as WebP in these widths. ratio: width by height, cropped around the centre; None: as it is.

    Only the first frame of an animation is kept. Raises PictureError.
    """
    image = _upright(_decoded(data))
    return {width: _encoded(image, width, ratio) for width in widths}


@dataclass(frozen=True)
class Renditions:
    """A picture as WebP in several widths. colour: the one that most of it has, such as "#1a2b3c"."""

    by_width: dict[int, bytes]
    colour: str


def render(data: bytes, qualities: Mapping[int, int], *, ratio: float) -> Renditions:
    """Return the picture, cropped to width by height, in the widths that need no great enlargement; the least always.

    qualities: width → WebP's quality. Raises PictureError.
    """
    image = _upright(_decoded(data))
    smallest, *others = sorted(qualities)
    most = min(image.width, image.height * ratio) * MOST_ENLARGED
    fitting = [smallest, *(width for width in others if width <= most)]
    by_width = {width: _encoded(image, width, ratio, qualities[width]) for width in fitting}
    return Renditions(by_width, _main_colour(image))


def require_size(n_bytes: int) -> None:
    """Raise FileTooLargeError if a file is too large to be read."""
    if n_bytes > MOST_BYTES:
        message = gettext("Pictures can have up to %(most)d MB (this one has %(given).1f MB). Choose a smaller one.")
        raise FileTooLargeError(message % {"most": MOST_BYTES // 2**20, "given": n_bytes / 2**20})


def _decoded(data: bytes) -> Image:
    """Return the decoded picture. Its dimensions are read from its header, and checked, before any pixel is decoded."""
    from PIL import Image, UnidentifiedImageError

    require_size(len(data))
    broken = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
        _require_pixels(*image.size)
        image.load()
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise UnknownFormatError(gettext("This file isn’t a picture. Choose a JPEG, PNG or WebP file.")) from None
    except PictureError:
        raise
    except broken:
        raise DamagedPictureError(gettext("This picture is damaged. Save it again, or choose another one.")) from None
    return image


def _require_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> TooManyPixelsError:
    message = gettext("Pictures can have up to %(most)d megapixels. Choose a smaller one.")
    return TooManyPixelsError(message % {"most": MOST_PIXELS // 1_000_000})


def _upright(image: Image) -> Image:
    """Return the picture as its camera held it, in colours that WebP has."""
    from PIL import ImageOps

    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    with suppress(SyntaxError, ValueError, TypeError, struct.error, OSError):  # odd metadata, which goes anyway
        ImageOps.exif_transpose(image, in_place=True)  # a copy of the largest pictures takes 100 MB
    mode = "RGBA" if has_alpha else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _encoded(image: Image, width: int, ratio: float | None, quality: int = QUALITY) -> bytes:
    from PIL import Image, ImageOps

    height = round(width / ratio) if ratio else max(1, round(image.height * width / image.width))
    small = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    small.info.clear()  # the colour profile and other metadata
    target = BytesIO()
    small.save(target, "WEBP", quality=quality, method=METHOD)
    return target.getvalue()


def _main_colour(image: Image) -> str:
    """Return the most frequent of five colours that stand for the picture."""
    few = image.convert("RGB").resize((32, 48)).quantize(5)
    counts = few.histogram()
    start = 3 * counts.index(max(counts))
    return "#" + "".join(f"{part:02x}" for part in (few.getpalette() or [])[start : start + 3])

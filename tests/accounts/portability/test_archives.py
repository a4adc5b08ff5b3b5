"""Archives that can't be unpacked are refused with a sentence."""

import io
import zipfile

import pytest

from accounts.portability.formats.rows import PortabilityError
from accounts.portability.formats.streams import unpacked


def archive() -> bytearray:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("list.csv", "title\nMonster\n")
    return bytearray(stream.getvalue())


def patched(offset: int, value: int) -> bytes:
    """Change a byte at `offset` behind the signatures' start, in the local and the central header (two bytes later)."""
    data = archive()
    central = data.index(b"PK\x01\x02")
    data[offset] = data[central + offset + 2] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [patched(6, 1), patched(8, 99), bytes(archive()[:40])],
    ids=["encrypted", "packed in an unknown way", "cut"],
)
def test_an_archive_that_cannot_be_unpacked(data):
    with pytest.raises(PortabilityError, match="incomplete or damaged"):
        unpacked(data)


def test_a_whole_archive():
    assert unpacked(bytes(archive()))[0] == b"title\nMonster\n"

"""Unpacked bytes of an uploaded file, limited in size."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.portability.formats.rows import MAX_BYTES, PortabilityError

GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
LAYERS = 3  # some browsers and servers compress an archive once more
LISTS = {".xml", ".json", ".csv", ".tsv", ".txt", ".gz"}
# What `zipfile` raises for damaged archives, and a RuntimeError for encrypted ones and unknown ways of packing.
UNREADABLE_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError)


def read_limited(stream: BinaryIO) -> bytes:
    """Return a stream's bytes. Raises PortabilityError after MAX_BYTES."""
    pieces, n_read = [], 0
    while n_read <= MAX_BYTES and (piece := stream.read(1 << 20)):
        pieces.append(piece)
        n_read += len(piece)
    if n_read > MAX_BYTES:
        raise _too_large()
    return b"".join(pieces)


def unpacked(data: bytes) -> tuple[bytes, list[str]]:
    """Return a file's bytes, unpacked from gzip and zip, and remarks. Raises PortabilityError if damaged."""
    remarks: list[str] = []
    for _layer in range(LAYERS):
        if data.startswith(GZIP_MAGIC):
            data, is_whole = _inflated(data)
            remarks += [] if is_whole else [_("The compressed file is incomplete: only its beginning was read.")]
        elif data.startswith(ZIP_MAGIC):
            data = _only_list(data)
        else:
            break
    return data, remarks


def _inflated(data: bytes) -> tuple[bytes, bool]:
    """Return the unpacked data, as far as it goes, and whether that is all. Decompression bombs are stopped."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise _damaged(error) from error
    if len(unpacked) > MAX_BYTES:
        raise _too_large()
    if not unpacked and not unpacker.eof:
        raise _damaged("end of file")
    return unpacked, unpacker.eof


def _only_list(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if _is_list(name)]
            if len(names) != 1:
                raise _no_single_list(names)
            with archive.open(names[0]) as stream:
                return read_limited(stream)  # type: ignore[arg-type]
    except UNREADABLE_ZIP as error:
        raise _damaged(error) from error


def _is_list(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in LISTS and not path.name.startswith(".") and "__MACOSX" not in path.parts


def _no_single_list(names: list[str]) -> PortabilityError:
    if any(name.startswith("xl/") for name in names):
        return PortabilityError(_("Excel workbooks aren’t supported. Save the sheet as CSV."))
    if not names:
        return PortabilityError(_("The archive contains no list. Supported: XML, JSON and CSV."))
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return PortabilityError(
        _("The archive contains several files: %(names)s. Upload the one to import.") % {"names": shown}
    )


def _damaged(error: object) -> PortabilityError:
    return PortabilityError(
        _("The compressed file is incomplete or damaged (%(error)s). Export it again and retry.") % {"error": error}
    )


def _too_large() -> PortabilityError:
    return PortabilityError(
        _("The unpacked file is too large for an anime list. The limit is %(most)s MB.")
        % {"most": MAX_BYTES // 1_000_000}
    )

"""Covers come from strangers: whatever is no picture of a decent size is refused, and the reason is kept."""

from __future__ import annotations

import socket
import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from PIL import Image

from catalog.cover_fetching import downloading, fetching
from catalog.cover_fetching.errors import CoverError
from catalog.cover_fetching.fetching import fetch_covers
from catalog.cover_fetching.hosts import checked_url
from catalog.covers import files
from catalog.models import Cover, SourceState
from catalog.sources.client.requests import SourceUnavailableError
from tests.catalog.cover_fetching.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF_AND_SCRIPT = b"GIF89a/*\x01\x00\x80\x00\x00*/=1;alert(1)//\x00;"


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that claims 900 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def reason_for(server, make_title):
    """Return a function: why the cover at an address is refused. It checks that no file was written."""

    def ask(url: str) -> str:
        title = make_title(cover_url=url)
        outcome = fetch_covers()
        title.refresh_from_db()
        assert (outcome.fetched, outcome.failed, title.cover_digest) == (0, 1, "")
        assert list(files.stored()) == []
        return Cover.objects.get(title=title).reason

    return ask


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (bomb(), "image/png", "The picture has more than 25 megapixels."),
        (SVG, "image/svg+xml", "The answer is image/svg+xml, not a JPEG, PNG or WebP picture."),
        (SVG, "image/png", "The file isn’t a JPEG, PNG or WebP picture."),
        (GIF_AND_SCRIPT, "image/jpeg", "The file isn’t a JPEG, PNG or WebP picture."),
        (picture(), "text/html", "The answer is text/html, not a JPEG, PNG or WebP picture."),
        (picture(kind="PNG")[:200], "image/png", "The picture is damaged."),
        (b"", "image/png", "The file isn’t a JPEG, PNG or WebP picture."),
        (b"\xff\xd8" + b"\0" * (5 * 2**20), "image/jpeg", "The file is larger than 5 MB."),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(server, reason_for, body, kind, reason) -> None:
    assert reason_for(server.answer("/a", body, kind=kind)) == reason


def test_an_archive_behind_a_picture_is_not_kept(server, make_title) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("page.html", "<script>alert(1)</script>")
    title = make_title(cover_url=server.answer("/a", picture() + archive.getvalue()))

    fetch_covers()

    title.refresh_from_db()
    for width in files.WIDTHS:
        stored = files.read(title.cover_digest, width)
        assert Image.open(BytesIO(stored)).format == "WEBP"
        assert not zipfile.is_zipfile(BytesIO(stored))
        assert b"script" not in stored


def test_metadata_is_not_kept(server, make_title) -> None:
    target, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (460, 650), "red").save(target, "JPEG", exif=exif, comment=b"a comment")
    title = make_title(cover_url=server.answer("/a", target.getvalue()))

    fetch_covers()

    title.refresh_from_db()
    stored = files.read(title.cover_digest, files.LARGE)
    assert not Image.open(BytesIO(stored)).getexif()
    assert b"taken at home" not in stored
    assert b"a comment" not in stored


def test_a_body_that_claims_more_than_it_sends_is_refused(server, reason_for) -> None:
    assert reason_for(server.answer("/a", picture(), Content_Length="90000")) == "The picture was cut off."


def test_a_body_in_chunks_that_ends_early_is_refused(server, reason_for) -> None:
    def send(handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"400\r\n" + picture()[:500])
        handler.close_connection = True

    server.answers["/a"] = send

    assert reason_for(f"{server.url}/a") == "The picture was cut off."


def test_an_endless_body_is_refused(server, reason_for) -> None:
    def send(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.end_headers()
        while not server.stopping.is_set():
            handler.wfile.write(b"\0" * 65_536)

    server.answers["/a"] = send

    assert reason_for(f"{server.url}/a") == "The file is larger than 5 MB."


def test_a_slow_body_is_refused(server, reason_for, monkeypatch) -> None:
    def send(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.end_headers()
        while not server.stopping.wait(0.05):
            handler.wfile.write(b"\0")

    server.answers["/a"] = send
    monkeypatch.setattr(fetching, "download", lambda url, conditions: downloading.download(url, conditions, 0.3))

    assert reason_for(f"{server.url}/a") == "The picture took too long."


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://127.0.0.1:9/a.jpg", "Its address doesn’t start with https://."),
        ("https://127.0.0.1/a.jpg", "The host 127.0.0.1 isn’t on the list of hosts."),
        ("https://example.org/a.jpg", "The host example.org isn’t on the list of hosts."),
        ("https://cdn.myanimelist.net:8443/a.jpg", "The host cdn.myanimelist.net:8443 isn’t on the list of hosts."),
        ("https://u@s4.anilist.co/a.jpg", "The host u@s4.anilist.co isn’t on the list of hosts."),
        ("https://s4.anilist.co.example.org/a", "The host s4.anilist.co.example.org isn’t on the list of hosts."),
        ("file:///etc/passwd", "Its address doesn’t start with https://."),
        ("//[", "It redirects to an invalid address."),
        ("", "Its address redirects more than 3 times."),
    ],
)
def test_redirects_lead_only_to_hosts_of_the_list(server, reason_for, target, reason) -> None:
    assert reason_for(server.answer("/a", status=302, Location=target)) == reason


def test_redirects_within_the_list_are_followed(server, make_title) -> None:
    server.answer("/b", picture())
    title = make_title(cover_url=server.answer("/a", status=301, Location="/b"))

    assert fetch_covers().fetched == 1
    title.refresh_from_db()
    assert title.cover_digest


def test_a_known_host_that_resolves_to_a_private_address_is_not_asked(server, monkeypatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    with pytest.raises(SourceUnavailableError, match="isn’t public"):
        downloading.download("https://s4.anilist.co/a.jpg", {})

    assert "isn’t public" in SourceState.objects.get(source="s4.anilist.co").reason


def test_without_the_setting_of_the_benchmark_no_server_here_is_asked(server, settings) -> None:
    settings.COVER_TEST_ORIGIN = ""

    with pytest.raises(CoverError, match="https"):
        checked_url(f"{server.url}/a")

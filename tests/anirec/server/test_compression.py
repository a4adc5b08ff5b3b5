"""Text leaves compressed; downloads still stream."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from anirec.server.compression import LEAST_BYTES, MOST_PADDING, CompressionMiddleware, compress

PAGE = "<p>Frieren: Beyond Journey's End</p>" * 100


def respond(response, accepted="gzip, deflate, br, zstd"):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    return CompressionMiddleware(lambda _request: response)(request)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "image/svg+xml", "text/calendar"])
def test_long_text_is_compressed(kind):
    response = respond(HttpResponse(PAGE, content_type=kind))

    assert gzip.decompress(response.content).decode() == PAGE
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(response.content)), "Vary": "Accept-Encoding"}
    assert {name: response.headers[name] for name in headers} == headers


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip; q=0.0"])
def test_not_for_clients_that_do_not_accept_it(accepted):
    response = respond(HttpResponse(PAGE), accepted)

    assert (response.content.decode(), response.headers["Vary"]) == (PAGE, "Accept-Encoding")
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("x" * (LEAST_BYTES - 1)),
        HttpResponse(PAGE, content_type="image/png"),
        HttpResponse(PAGE, headers={"Content-Encoding": "br"}),
    ],
    ids=["short", "an image", "already compressed"],
)
def test_not_where_it_is_not_worthwhile(response):
    before = (response.content, dict(response.headers))
    after = respond(response)
    assert (after.content, dict(after.headers)) == before


def test_downloads_arrive_as_they_are_made():
    response = respond(StreamingHttpResponse(iter([PAGE, PAGE]), content_type="text/csv"))

    assert next(iter(response)) == PAGE.encode()
    assert "Content-Encoding" not in response.headers


def test_the_length_does_not_give_the_content_away():
    lengths = {len(compress(PAGE.encode())) for _ in range(200)}
    assert (len(lengths) > 30, max(lengths) - min(lengths) < MOST_PADDING) == (True, True)


def test_a_compressed_entity_has_a_weak_tag():
    response = respond(HttpResponse(PAGE, headers={"ETag": '"abc"'}))
    assert response.headers["ETag"] == 'W/"abc"'

"""HEAD: the status and headers of GET, without a body."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from anirec.server.head import HeadMiddleware


def head(response: Any) -> tuple[Any, str]:
    """Return the response to HEAD and the method that the view was asked with."""
    methods = []

    def view(request):
        methods.append(request.method)
        return response

    request = RequestFactory().head("/")
    answer = HeadMiddleware(view)(request)
    assert request.method == "HEAD"
    return answer, methods[0]


def test_the_body_is_left_out_and_its_length_is_told():
    answer, method = head(HttpResponse("Grüße", status=404))
    assert (answer.content, answer.headers["Content-Length"], answer.status_code) == (b"", "7", 404)
    assert method == "GET"


def test_a_length_that_is_known_stays():
    assert head(HttpResponse("x", headers={"Content-Length": "70"}))[0].headers["Content-Length"] == "70"


def test_a_stream_is_not_read():
    def pieces():
        raise AssertionError("read")
        yield ""

    assert b"".join(head(StreamingHttpResponse(pieces()))[0].streaming_content) == b""


@pytest.mark.django_db
def test_an_address_that_only_takes_post_refuses_head_too(client):
    assert client.head("/csp-reports/").status_code == 405
    assert client.post("/titles/").status_code == client.post("/offline/").status_code == 405

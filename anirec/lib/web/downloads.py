"""Streamed downloads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

PIECES = 200  # per chunk


def download(request: HttpRequest, name: str, content_type: str, pieces: Iterator[str]) -> StreamingHttpResponse:
    """Return a streamed attachment, which no cache keeps."""
    response = stream(request, content_type, pieces)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def stream(request: HttpRequest, content_type: str, pieces: Iterator[str]) -> StreamingHttpResponse:
    """Return a streamed response, asynchronous under ASGI, where Django would buffer a synchronous iterator."""
    chunks = _chunks(pieces)
    body = _asynchronous(chunks) if isinstance(request, ASGIRequest) else chunks
    return StreamingHttpResponse(body, content_type=f"{content_type}; charset=utf-8")


def _chunks(pieces: Iterator[str]) -> Iterator[str]:
    while chunk := "".join(islice(pieces, PIECES)):
        yield chunk


async def _asynchronous(chunks: Iterator[str]) -> AsyncIterator[str]:
    next_chunk = sync_to_async(lambda: next(chunks, ""))
    while chunk := await next_chunk():
        yield chunk

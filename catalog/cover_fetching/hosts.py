"""The hosts that covers may come from, and how often each may be asked."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from catalog.cover_fetching.errors import CoverError
from catalog.sources.client.requests import Manners, Service

MANNERS = Manners(pause=0.1, per_minute=600, per_day=50_000)
LONGEST_NAME = 24  # of a source's state


def checked_url(url: str) -> SplitResult:
    """Return the parsed address. Raise CoverError unless it is an https address of a known host."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is not None
    except ValueError as error:
        raise CoverError("Its address is invalid.") from error
    if is_test_server(parts):
        return parts
    if parts.scheme != "https":
        raise CoverError("Its address doesn’t start with https://.")
    if parts.hostname not in settings.COVER_HOSTS or has_port or "@" in parts.netloc:
        raise CoverError(f"The host {parts.netloc[:100]} isn’t on the list of hosts.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise CoverError("Its address has characters that addresses can’t have.")
    return parts


def is_test_server(parts: SplitResult) -> bool:
    """Return whether the address is on the server of a test or the benchmark, which is on this machine."""
    return bool(settings.COVER_TEST_ORIGIN) and f"{parts.scheme}://{parts.netloc}" == settings.COVER_TEST_ORIGIN


def service_of(parts: SplitResult) -> Service:
    """Return the host as a service, which is asked in turns and left alone when it refuses."""
    address = f"{parts.scheme}://{parts.netloc}"
    return Service(
        name=parts.netloc[:LONGEST_NAME], label=parts.netloc, address=address, manners=MANNERS, requests=lambda: ()
    )

"""What an object storage's client raises, under one name. The client is loaded only where it is used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class StorageDownError(Exception):
    """The object storage refuses, fails or doesn't answer in time."""


@contextmanager
def outages_named() -> Iterator[None]:
    """Raise StorageDownError for an error of the client."""
    try:
        yield
    except Exception as error:
        if isinstance(error, _client_errors()):
            raise StorageDownError(str(error)) from error
        raise


def _client_errors() -> tuple[type[Exception], ...]:
    client = sys.modules.get("botocore.exceptions")
    return (client.BotoCoreError, client.ClientError) if client else ()

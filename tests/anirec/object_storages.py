"""A server on this machine that speaks S3, for tests of what is in an object storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer


@contextmanager
def serving() -> Iterator[str]:
    """Yield the server's address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def use(address: str, storages: dict[str, dict[str, Any]], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have these of Django's storages there."""
    variables = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | storages


def make_bucket(name: str) -> Any:
    client = boto3.client("s3")
    client.create_bucket(Bucket=name)
    return client

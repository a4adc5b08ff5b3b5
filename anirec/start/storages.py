"""Where pictures and models are stored, by STORAGE_URL and MODELS_URL."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 2


def picture_storage(url: str) -> dict[str, Any]:
    """Return Django's settings of a storage: "" is the folder MEDIA_ROOT, s3://BUCKET/FOLDER an object storage.

    Keys, region and address of an object storage are in the environment's AWS_… variables, which its client reads.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
    return object_storage("STORAGE_URL", url)


def object_storage(name: str, url: str) -> dict[str, Any]:
    """Return Django's settings of an object storage at s3://BUCKET/FOLDER. name: of the variable, for errors."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be s3://BUCKET or s3://BUCKET/FOLDER, not {url!r}.")
    if find_spec("storages") is None:
        raise ImproperlyConfigured(f"{name} needs more packages: install the extra s3 of pyproject.toml.")
    _drop_empty_variables()
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _options(parts.netloc, parts.path.strip("/"))}


def _drop_empty_variables() -> None:
    """Unset what a compose file passes on though nobody set it: the client would take "" for a region's name."""
    for name in [name for name, value in os.environ.items() if name.startswith("AWS_") and not value]:
        del os.environ[name]


def _options(bucket: str, folder: str) -> dict[str, Any]:
    from botocore.config import Config

    retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
    bounded = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries)
    return {"bucket_name": bucket, "location": folder, "file_overwrite": True, "client_config": bounded}

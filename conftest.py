"""The tests' own PostgreSQL and Valkey, started before Django reads its settings.

They live in TEST_DATA_DIR (default: `test` in the data folder), so that a running site is not disturbed. Under
pytest-xdist the first process starts them; each worker has its own test database and its own
Valkey database (tests/__init__.py).
"""

import os
from pathlib import Path

import pytest
from django.conf import settings

from anirec.start import embedded
from tests import template


def _provide_test_services() -> None:
    if os.environ.get("PYTEST_XDIST_WORKER"):  # the first process has set the URLs
        return
    folder = os.environ.get("TEST_DATA_DIR") or str(embedded.data_dir() / "test")
    os.environ["DATA_DIR"] = str(Path(folder).resolve())
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):  # never the tests on somebody's real data
        os.environ.pop(name, None)
    embedded.provide_services(durable=False)


_provide_test_services()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
assert settings.DATABASES  # read now: pytest-django sets Django up only when the settings are known


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "dist", "no") != "no":  # the first of several processes
        template.start_making()

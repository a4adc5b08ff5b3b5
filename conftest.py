"""The tests' own PostgreSQL and Valkey, started before Django reads its settings.

They live in TEST_DATA_DIR (default: `test` in the data folder), so that a running site is not disturbed. Under
pytest-xdist the first process starts them; each worker has its own test database and its own
Valkey database (tests/__init__.py). The test databases are copies of one template (tests/database/template.py).
"""

import os
import subprocess
from pathlib import Path

from django.conf import settings

from anirec.start import embedded
from tests.database import template


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


_making: list[subprocess.Popen[bytes]] = []


def pytest_configure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _making.append(template.start_making())


def pytest_unconfigure() -> None:
    for process in _making:  # before the servers stop
        process.wait()

"""Under pytest-xdist each worker has its own Valkey database, as it has its own test database.

Said here because a worker reads `tests.settings` before any conftest: it inherits DJANGO_SETTINGS_MODULE.
"""

import os
from urllib.parse import urlsplit

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}").geturl()

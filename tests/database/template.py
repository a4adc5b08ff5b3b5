"""A database with all tables, migrated once for a run of the tests; each process of it starts with a copy.

Migrating takes ten seconds, nearly all of them Django's own work. The first process starts it while the others read the tests.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

NAME = "anirec_template"


def _lock_file() -> Path:
    return Path(os.environ["DATA_DIR"]) / "template.lock"


def start_making() -> None:
    """Make the template in a process of its own, which holds the lock for as long as it takes."""
    with _lock_file().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.Popen([sys.executable, "-m", "tests.template"], pass_fds=[lock.fileno()])


def wait() -> None:
    with _lock_file().open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def make() -> None:
    import django
    from django.db import connection

    django.setup()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")  # of the run before
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, serialize=False)


if __name__ == "__main__":
    make()

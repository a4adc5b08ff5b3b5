"""A database with all tables, which each process of a run copies instead of migrating one of its own.

Migrating takes ten seconds, nearly all of them Django's own work. The template is kept until migrations, models or
packages change. The first process of a run makes it while the others still read the tests.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

BASE_DIR = Path(__file__).parents[2]
APPS = ("accounts", "anirec", "catalog", "recommendations", "social")
PREFIX = "anirec_template_"


def name() -> str:
    """Return the name of the template for the code as it is."""
    sources = [BASE_DIR / "requirements.lock"]
    for app in APPS:
        for room in ("migrations", "models"):
            sources += sorted((BASE_DIR / app).glob(f"**/{room}/*.py"))
    return PREFIX + sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def start_making() -> subprocess.Popen[bytes]:
    """Make the template in a process of its own, which holds the lock for as long as it takes."""
    command = [sys.executable, "-m", "tests.database.template"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "anirec.settings"}  # those of tests empty our folders
    with _lock_file().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.Popen(command, cwd=BASE_DIR, env=environment, pass_fds=[lock.fileno()])


def wait() -> None:
    """Return when the process of `start_making` is done."""
    with _lock_file().open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def _lock_file() -> Path:
    return Path(os.environ["DATA_DIR"]) / "template.lock"


def make() -> None:
    """Make the template, if it is not there, and drop those of former code."""
    import django
    from django.db import connection

    django.setup()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        found = {row[0] for row in cursor.fetchall()}
        if name() in found:
            return
        for former in found:
            cursor.execute(f'DROP DATABASE "{former}"')
    connection.settings_dict["TEST"]["NAME"] = f"{PREFIX}unfinished"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{PREFIX}unfinished" RENAME TO "{name()}"')


if __name__ == "__main__":
    make()

"""`python -m anirec.bench.backups`: back up a site of 15,000 synthetic members, and restore it on a fresh machine.

Uses its own site and a fresh data folder (DATA_DIR/bench-backups). Prints size, seconds and memory, and compares every
row of every table, and every model.
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from anirec.backups.tables import TABLES
from anirec.bench.pages import Figure
from anirec.bench.speeds import manage, provide_own_services, step
from anirec.start.embedded import BASE_DIR, data_dir, provide_services

MEMBERS = 15_000
RESTORE_TARGET, MEMORY_TARGET = 300.0, 500.0  # seconds, MB
PROGRAMS = ("pg_dump", "pg_restore")
OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.bench.backups")
    parser.add_argument("--members", type=int, default=MEMBERS)
    options = parser.parse_args()
    os.chdir(BASE_DIR)
    folder = data_dir() / "bench-backups"
    shutil.rmtree(folder, ignore_errors=True)
    provide_own_services("bench-backups/site")
    step(f"create a site with {options.members:,} members and their recommendations (some minutes)")
    manage("migrate", "--verbosity", "0")
    manage("seed")
    manage("bench_publish", "--members", str(options.members))
    step("back it up")
    written, write_mb = _measured(["backup", str(folder / "backups")], dict(os.environ))
    size = sum(path.stat().st_size for path in (folder / "backups").rglob("*") if path.is_file())
    step("restore it into a fresh data folder")
    fresh = {name: value for name, value in os.environ.items() if name not in OWN} | {"DATA_DIR": str(folder / "fresh")}
    restored, restore_mb = _measured(["restore", str(folder / "backups")], fresh)
    step("compare every table and every model")
    differing = _differences(folder, fresh)
    print(f"\nsize {size / 2**20:,.1f} MB; backup {written:.1f} s")
    print(Figure("restore into a fresh data folder", RESTORE_TARGET, restored, "s"))
    print(Figure("memory of the backup, pg_dump included, peak", MEMORY_TARGET, write_mb, "MB"))
    print(Figure("memory of the restore, pg_restore included, peak", MEMORY_TARGET, restore_mb, "MB"))
    print(f"differing tables and files: {', '.join(differing) or 'none'}")
    sys.exit(bool(differing))


def _measured(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command of manage.py. Return its seconds and its peak memory (PSS, MB) without the database servers."""
    started, peak = time.monotonic(), 0
    process = psutil.Popen([sys.executable, "manage.py", *arguments], env=environment)
    while process.poll() is None:
        peak = max(peak, _memory(process))
        time.sleep(0.05)
    if process.returncode:
        sys.exit(f"anirec: `manage.py {' '.join(arguments)}` failed.")
    return time.monotonic() - started, peak / 2**20


def _memory(process: psutil.Process) -> int:
    """Return the memory of the command and its PostgreSQL programs; a fork of it shares its memory."""
    children = _attempt(lambda: process.children(recursive=True), [])
    return sum(_pss(one) for one in [process, *(one for one in children if _attempt(one.name, "") in PROGRAMS)])


def _pss(process: psutil.Process) -> int:
    return int(_attempt(lambda: process.memory_full_info().pss, 0))


def _attempt(read: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read()
    except psutil.Error:
        return otherwise


def _differences(folder: Path, fresh: dict[str, str]) -> list[str]:
    """Return the tables and the files of models that are not the same on both sites."""
    command = [sys.executable, "-c", "from anirec.bench.backups import print_fingerprints; print_fingerprints()"]
    theirs = json.loads(subprocess.check_output(command, env=fresh, text=True).splitlines()[-1])
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        ours = fingerprints(connection)
    tables = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    models = folder / "site" / "models"
    paths = [path.relative_to(models) for path in sorted(models.rglob("*")) if path.is_file()]
    copies = folder / "fresh" / "models"
    return tables + [str(path) for path in paths if not _is_same(models / path, copies / path)]


def _is_same(one: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


def print_fingerprints() -> None:
    provide_services()
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        print(json.dumps(fingerprints(connection)))


def fingerprints(connection: psycopg.Connection) -> dict[str, str]:
    """Return {table: SHA-256 of its rows in a fixed order}, and {sequence: its last value}."""
    tables = [table for table, _ in connection.execute(TABLES)]  # type: ignore[arg-type]
    sequences = connection.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value::text FROM pg_sequences"
    ).fetchall()
    return {table: _hash(connection, table) for table in tables} | dict(sequences)


def _hash(connection: psycopg.Connection, table: str) -> str:
    found = hashlib.sha256()
    query = f'COPY (SELECT whole.* FROM {table} whole ORDER BY whole::text COLLATE "C") TO STDOUT'
    with connection.cursor() as cursor, cursor.copy(query) as rows:  # type: ignore[arg-type]
        for block in rows:
            found.update(block)
    return found.hexdigest()


if __name__ == "__main__":
    main()

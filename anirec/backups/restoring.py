"""Restoring a verified backup: into a new database and new folders, which then take the place of the site's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from psycopg import Error
from redis.exceptions import RedisError

from anirec.backups import databases, files, folders
from anirec.backups.errors import BackupError
from anirec.backups.manifest import DUMP
from anirec.backups.tables import count_rows
from anirec.backups.verifying import Plan

MOST_JOBS = 4
LONGEST_NAME = 50  # PostgreSQL cuts names at 63 bytes
Progress = Callable[[str], None]


def restore(plan: Plan, progress: Progress = lambda step: None) -> None:
    """Restore the backup. Until the last step the site stays as it was. Raises BackupError."""
    with folders.only_one(Path(settings.DATA_DIR), "restore"):
        connection.close()
        with databases.administration() as admin:
            _require_possible(admin, plan)
            new, old = (f"{plan.database[:LONGEST_NAME]}_{word}" for word in ("restoring", "replaced"))
            databases.drop(admin, old)
            try:
                databases.drop(admin, new)
                databases.create_like(admin, new, plan.database)
                _fill(plan, new, progress)
                with files.exchanged(plan.backup):
                    databases.exchange(admin, new, plan.database, old)
            except BaseException:
                databases.drop(admin, new)
                files.discard_staged(plan.backup)
                raise
            _finish(plan, admin, old, progress)


def _require_possible(admin: databases.Admin, plan: Plan) -> None:
    if not databases.may_create(admin, plan.database):
        role = databases.parameters().get("user", "")
        raise BackupError(
            f"The database role must own {plan.database} and be allowed to create databases: "
            f'ALTER ROLE "{role}" CREATEDB.'
        )
    if users := databases.wait_until_unused(admin, plan.database):
        raise BackupError(
            f"The site is running ({users} connections to {plan.database}): stop web, workers and beat, then restore."
        )


def _fill(plan: Plan, new: str, progress: Progress) -> None:
    progress("restoring the database")
    with databases.using(new):
        plan.client.run(
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-comments",  # on extensions, which only their owner may write
            f"--jobs={min(MOST_JOBS, os.cpu_count() or 1)}",
            str(plan.backup / DUMP),
            parameters=databases.parameters(),
        )
        progress("comparing the number of rows")
        _compare(plan.manifest.rows, count_rows())
        if plan.new_migrations:
            progress("applying newer migrations")
            call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    progress("copying models, imported ratings and pictures")
    files.stage(plan.backup)


def _compare(expected: dict[str, int], found: dict[str, int]) -> None:
    for table in sorted({*expected, *found}):
        if expected.get(table) != found.get(table):
            raise BackupError(
                f"{table} has {found.get(table, 'no')} rows in the dump instead of {expected.get(table, 'none')}: "
                "use another backup."
            )


def _finish(plan: Plan, admin: databases.Admin, old: str, progress: Progress) -> None:
    """Do what remains once the site is restored. Failures are named, and undo nothing."""
    try:
        if not files.restore_keys(plan.backup / "keys"):
            progress("no keys in the backup: without the former SECRET_KEY, members must log in again")
    except OSError as error:
        progress(f"the keys can't be written, copy them from {plan.backup / 'keys'}: {error}")
    try:
        cache.clear()  # all of this Valkey database: its caches and queues belong to the former data
    except RedisError as error:
        progress(f"Valkey can't be emptied, do it by hand: {error}")
    try:
        databases.drop(admin, old)
    except Error as error:
        progress(f"the former database {old} can't be deleted: {error}")

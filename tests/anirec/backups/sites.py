"""A site of its own: a database on the tests' PostgreSQL, and a data folder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.test import override_settings

from accounts.models import User
from anirec.backups import databases
from anirec.bench.backups import fingerprints
from recommendations.artifact_store import artifact_folder
from recommendations.models import ModelVersion

COMMAND = [sys.executable, "manage.py"]


@dataclass(frozen=True)
class Site:
    database: str
    folder: Path

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let Django work on this site."""
        folders = {"MODEL_DIR": self.folder / "models", "ARCHIVE_DIR": self.folder / "archives"}
        with databases.using(self.database), override_settings(DATA_DIR=self.folder, **folders):
            yield

    def call(self, *arguments: Any, **options: Any) -> None:
        with self.used():
            call_command(*arguments, **options)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(**(databases.parameters() | {"dbname": self.database}), autocommit=True)

    def fingerprints(self) -> dict[str, str]:
        with self.connect() as database:
            return fingerprints(database)

    def value(self, query: str) -> Any:
        with self.connect() as database:
            return database.execute(query).fetchone()[0]

    def usernames(self) -> list[str]:
        with self.used():
            return list(User.objects.order_by("username").values_list("username", flat=True))

    def add_member(self, username: str) -> User:
        with self.used():
            return User.objects.create_user(username, f"{username}@example.org")

    def add_model(self, content: str, **fields: Any) -> int:
        """Add a published version with an artifact of one file, and return its number."""
        with self.used():
            version = ModelVersion.objects.create(kind="site", status="published", **fields)
            folder = artifact_folder(version)
            folder.mkdir(parents=True)
            (folder / "weights.npy").write_text(content)
        return version.pk

    def environment(self, **changes: str) -> dict[str, str]:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.database}").geturl()
        own = {"DATABASE_URL": url, "DATA_DIR": str(self.folder), "SECRET_KEY": "unused", "BACKUP_DIR": ""}
        return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "anirec.settings", **changes}


def disk_with(free: int) -> Callable[[Any], Any]:
    """Return a `shutil.disk_usage` of a disk with so many bytes free."""
    return lambda folder: shutil._ntuple_diskusage(free, 0, free)

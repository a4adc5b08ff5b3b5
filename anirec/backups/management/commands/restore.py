"""Restore a backup."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from psycopg import Error

from anirec.backups.errors import BackupError
from anirec.backups.restoring import restore
from anirec.backups.verifying import verify


class Command(BaseCommand):
    help = "Restore a backup into an empty site. The site must not run."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a backup, or a folder of backups: then the newest")
        parser.add_argument("--replace", action="store_true", help="replace a site that has members")
        parser.add_argument("--dry-run", action="store_true", help="check the backup and print the plan, no more")

    def handle(self, *, folder: Path, replace: bool, dry_run: bool, **options: Any) -> None:
        started = time.monotonic()
        try:
            self._say("checking the backup")
            plan = verify(folder.resolve(), replace=replace)
            self.stdout.write("\n".join(plan.lines()))
            if dry_run:
                self.stdout.write("The backup can be restored. Nothing was changed (--dry-run).")
                return
            restore(plan, self._say)
        except (BackupError, DatabaseError, Error, OSError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"Nothing was restored. {reason}") from error
        self.stdout.write(
            f"Restored in {time.monotonic() - started:.1f} s. Next: start the site with `make run`, or start web, "
            "workers and beat."
        )

    def _say(self, step: str) -> None:
        self.stdout.write(f"{step} …")
        self.stdout.flush()

"""Back up the database and the site's files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from anirec.backups.errors import AlreadyRunningError, BackupError
from anirec.backups.writing import Options, back_up

RUNNING_CODE = 3


class Command(BaseCommand):
    help = "Add a backup of the database, models, imported ratings, pictures and keys to a folder. The site may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", help="folder of the backups (default: BACKUP_DIR)")
        parser.add_argument(
            "--keep", type=int, default=settings.BACKUP_KEEP, help="newest backups to keep (default: %(default)s)"
        )
        parser.add_argument(
            "--keep-weeks",
            type=int,
            default=settings.BACKUP_KEEP_WEEKS,
            help="weeks of which one backup each is kept, too (default: %(default)s)",
        )
        parser.add_argument("--without-keys", action="store_true", help="leave out the secret key and the demo login")

    def handle(self, *, folder: Path | None, keep: int, keep_weeks: int, without_keys: bool, **options: Any) -> None:
        if folder is None and not settings.BACKUP_DIR:
            raise CommandError("Name a folder for the backup, or set BACKUP_DIR.")
        if keep < 1 or keep_weeks < 0:
            raise CommandError("--keep must be 1 or more, and --keep-weeks 0 or more.")
        try:
            finished = back_up(
                (folder or Path(settings.BACKUP_DIR)).resolve(), Options(keep, keep_weeks, not without_keys), self._say
            )
        except AlreadyRunningError as error:
            raise CommandError(str(error), returncode=RUNNING_CODE) from error
        except BackupError as error:
            raise CommandError(f"Backup failed. {error}") from error
        for name in finished.missing:
            self.stderr.write(f"Not in the backup, because the site has lost it: {name}")
        self.stdout.write(f"{finished.folder}: {finished.bytes / 2**20:,.1f} MB in {finished.seconds:.1f} s")

    def _say(self, step: str) -> None:
        self.stdout.write(f"{step} …")
        self.stdout.flush()

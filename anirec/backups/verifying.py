"""Whether a backup is whole and fits this site: checked before a restore changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from anirec.backups import databases, files, folders, manifest
from anirec.backups.clients import Client, client_for
from anirec.backups.errors import BackupError
from anirec.backups.manifest import Manifest

MOST_NAMED = 5


@dataclass(frozen=True)
class Plan:
    """A verified restore. members: of the site that it replaces."""

    backup: Path
    manifest: Manifest
    client: Client
    database: str
    members: int
    new_migrations: int

    def lines(self) -> Iterator[str]:
        """Yield sentences that say what is restored, and over what."""
        made, folders_named = self.manifest, files.targets(self.backup).values()
        size, rows = made.size / 2**20, sum(made.rows.values())
        yield f"Backup:   {self.backup}"
        yield f"Made:     {made.made_at} by version {made.origin} on PostgreSQL {made.server}"
        yield f"Content:  {rows:,} rows in {len(made.rows)} tables, {len(made.files)} files, {size:,.1f} MB"
        yield f"Database: {self.database}" + (f", whose {self.members:,} members it REPLACES" if self.members else "")
        yield f"Files:    {', '.join(map(str, folders_named))}"
        if self.new_migrations:
            yield f"Then:     {self.new_migrations} newer migrations"
        if made.missing:
            yield f"Missing:  the site had already lost {', '.join(made.missing)}"


def verify(folder: Path, *, replace: bool) -> Plan:
    """Check the backup (or the newest in `folder`) and the site. replace: a site with members may be replaced.

    Raises BackupError.
    """
    databases.lift_limits()
    backup = folders.find(folder)
    made = manifest.read(backup)
    server = databases.server_major()
    if server < made.server:
        raise BackupError(
            f"The backup is from PostgreSQL {made.server}, and this is PostgreSQL {server}: restore it into "
            f"{made.server} or newer."
        )
    new_migrations = _new_migrations(made)
    damage = [*islice(manifest.problems(backup, made), MOST_NAMED)]
    if damage:
        raise BackupError(f"The backup {backup} is damaged: {' '.join(damage)} Use another backup.")
    client = client_for(server, at_least=made.client)
    client.run("pg_restore", "--list", str(backup / manifest.DUMP))
    members = _members()
    if members and not replace:
        raise BackupError(f"The site has {members:,} members. Restore into an empty one, or replace it with --replace.")
    _require_space(made)
    return Plan(backup, made, client, connection.settings_dict["NAME"], members, new_migrations)


def _new_migrations(made: Manifest) -> int:
    """Return how many migrations come after the backup's. Raises BackupError if the backup has unknown ones."""
    loader = MigrationLoader(None)
    known = {*loader.disk_migrations, *(key for one in loader.disk_migrations.values() for key in one.replaces)}
    applied = {(app, name) for app, name in made.migrations}
    # Of an app that was taken out only the tables remain, which do no harm.
    unknown = sorted(key for key in applied - known if key[0] in loader.migrated_apps)
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:MOST_NAMED])
        raise BackupError(
            f"The backup is from a newer version of the site ({made.origin}), with "
            f"migrations that this one doesn't know: {names}. Install that version, or a newer one."
        )
    return len(set(loader.disk_migrations) - applied)


def _members() -> int:
    """Return the number of the site's members. Raises BackupError if the database is something else's."""
    tables = connection.introspection.table_names()
    users = get_user_model()
    if tables and users._meta.db_table not in tables:
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} holds tables of another program, such as "
            f"{tables[0]}: set DATABASE_URL to an empty database."
        )
    return users._default_manager.count() if tables else 0


def _require_space(made: Manifest) -> None:
    data_dir = Path(settings.DATA_DIR)
    data_dir.mkdir(parents=True, exist_ok=True)
    is_embedded = (data_dir / "postgres").is_dir()  # on the same disk
    others = made.size - made.files[manifest.DUMP]["bytes"]
    files.require_space(data_dir, others + (made.database_bytes if is_embedded else 0))

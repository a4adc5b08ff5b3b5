"""`manage.py restore`: all is as it was, and whatever can't be restored leaves the site alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import ListEntry, User
from anirec.backups import databases, files, restoring
from anirec.backups.folders import complete
from catalog.models import Title
from recommendations.models import ModelVersion
from tests.anirec.backups.sites import COMMAND, Site, disk_with

EMPTY = hashlib.sha256().hexdigest()  # of a table without rows


@pytest.fixture
def empty(new_site: Callable[..., Site]) -> Site:
    """A site on a fresh machine."""
    return new_site(empty=True)


@pytest.fixture
def other(new_site: Callable[..., Site]) -> Site:
    """Another site with a member and a model."""
    other = new_site()
    other.add_member("ben")
    other.add_model("other weights")
    return other


def change(backup: Path, **fields: object) -> None:
    """Change the manifest, as an honest one of other circumstances."""
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def describe(backup: Path, name: str) -> None:
    """Let the manifest say that the file is as it is now."""
    content = (backup / name).read_bytes()
    stored = json.loads((backup / "manifest.json").read_text())["files"]
    change(backup, files=stored | {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}})


def databases_of(site: Site) -> set[str]:
    """The site's database, and those that a restore makes beside it."""
    with databases.administration() as admin:
        names = {row["datname"] for row in admin.execute("SELECT datname FROM pg_database")}
    return {name for name in names if name.startswith(site.database)}


def state_of(site: Site) -> tuple[object, ...]:
    """All of a site."""
    found = {path.relative_to(site.folder): path.read_bytes() for path in site.folder.rglob("*") if path.is_file()}
    return (
        site.fingerprints(),
        {name: text for name, text in found.items() if name.suffix != ".lock"},
        databases_of(site),
    )


# --- All is as it was ----------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_as_it_was(new_site, backups):
    site, copy = new_site(), new_site(empty=True)
    with site.used():
        call_command("seed", community=3)
        title, user = Title.objects.first(), User.objects.first()
        entry = ListEntry.objects.filter(user=user).first()
        Title.objects.filter(pk=title.pk).update(name="ä\\n\t\n\"' 進撃\U0001f600")
        ListEntry.objects.filter(pk=entry.pk).update(notes="\\.\r\n\x7f")
    before = site.fingerprints()

    site.call("backup", backups, verbosity=0)
    copy.call("restore", backups, verbosity=0)

    assert len([value for value in before.values() if value and value != EMPTY]) > 30
    assert copy.fingerprints() == before == site.fingerprints()
    models = [sorted(path.relative_to(one.folder) for path in one.folder.rglob("models/*/*")) for one in (site, copy)]
    assert models[0] == models[1] != []


def test_extensions_and_their_columns_are_restored(new_site, empty, backups):
    site = new_site()
    with site.connect() as database:
        database.execute("CREATE EXTENSION vector")
        database.execute("COMMENT ON EXTENSION vector IS 'of another owner'")
        database.execute("CREATE TABLE likeness (title int PRIMARY KEY, at vector(3))")
        database.execute("CREATE INDEX ON likeness USING hnsw (at vector_l2_ops)")
        database.execute("INSERT INTO likeness VALUES (1, '[1,2,3]'), (2, NULL)")

    site.call("backup", backups, verbosity=0)
    empty.call("restore", backups, verbosity=0)

    assert empty.value("SELECT at <-> '[1,2,5]' FROM likeness WHERE title = 1") == 2
    assert empty.fingerprints() == site.fingerprints()


def test_keys_and_models_come_back(site, site_backup, empty):
    version = site.value("SELECT id FROM recommendations_modelversion")
    (empty.folder / "secret_key").write_text("of the fresh machine")
    (empty.folder / "password").write_text("of its own PostgreSQL")

    empty.call("restore", site_backup, verbosity=0)

    assert (empty.folder / "secret_key").read_text() == "the key"
    assert stat.S_IMODE((empty.folder / "secret_key").stat().st_mode) == 0o600
    assert (empty.folder / "password").read_text() == "of its own PostgreSQL"
    assert (empty.folder / "models" / str(version) / "weights.npy").read_text() == "the weights"
    assert sorted(path.name for path in empty.folder.iterdir() if path.is_dir()) == ["archives", "models"]


def test_without_keys_the_former_ones_stay_and_it_is_said(site, backups, empty, capsys):
    (empty.folder / "secret_key").write_text("of the fresh machine")
    site.call("backup", backups, "--without-keys", verbosity=0)

    empty.call("restore", backups)

    assert (empty.folder / "secret_key").read_text() == "of the fresh machine"
    assert "no keys in the backup" in capsys.readouterr().out


def test_the_newest_of_several_backups_is_restored(site, site_backup, empty):
    site.add_member("ben")
    site.call("backup", site_backup.parent, verbosity=0)

    empty.call("restore", site_backup.parent, verbosity=0)

    assert empty.usernames() == ["ada", "ben"]


def test_a_database_keeps_its_locale(site, site_backup, empty):
    with databases.administration() as admin:
        databases.drop(admin, empty.database)
        admin.execute(
            f"CREATE DATABASE {empty.database} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )

    empty.call("restore", site_backup, verbosity=0)

    locale = f"SELECT datlocprovider::text || datcollate FROM pg_database WHERE datname = '{empty.database}'"
    assert empty.value(locale) == "cC"
    assert empty.fingerprints() == site.fingerprints()


def test_migrations_that_the_backup_lacks_are_applied(site, empty, backups):
    site.call("migrate", "sessions", "zero", verbosity=0)
    site.call("backup", backups, verbosity=0)

    empty.call("restore", backups, verbosity=0)

    assert site.value("SELECT to_regclass('django_session')") is None
    assert empty.value("SELECT to_regclass('django_session')::text") == "django_session"
    assert empty.usernames() == ["ada"]


def test_caches_of_the_former_data_are_emptied(backup, empty):
    cache.set("former", 1)

    empty.call("restore", backup, verbosity=0)

    assert cache.get("former") is None


def test_both_commands_work_as_programs_also_with_the_settings_of_a_web_process(site, empty, backups, tmp_path):
    """DATABASE_POOL keeps connections open and ends long statements; and DATA_DIR may not be there yet."""

    def run(one: Site, *arguments: str, **changes: str) -> str:
        environment = one.environment(DATABASE_POOL="4", **changes)
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    made = run(site, "backup", BACKUP_DIR=str(backups))
    restored = run(empty, "restore", str(backups), DATA_DIR=str(tmp_path / "not" / "there"))

    assert f"{complete(backups)[0]}: 0." in made
    assert "Next: start the site" in restored
    assert empty.fingerprints() == site.fingerprints()
    assert (tmp_path / "not" / "there" / "secret_key").read_text() == "the key"


# --- Replacing -----------------------------------------------------------------------------------------------------


def test_a_site_with_members_is_not_replaced_by_mistake(backup, other):
    before = state_of(other)

    with pytest.raises(CommandError, match=r"^Nothing was restored\. The site has 1 members\..* with --replace\.$"):
        other.call("restore", backup, verbosity=0)

    assert state_of(other) == before


def test_replacing_leaves_nothing_of_the_former_site(site, site_backup, other):
    with other.connect() as database:
        database.execute("CREATE TABLE of_a_later_version (id int)")

    other.call("restore", site_backup, "--replace", verbosity=0)

    assert other.fingerprints() == site.fingerprints()
    weights = [path.read_text() for path in (other.folder / "models").rglob("*.npy")]
    assert weights == ["the weights"]
    assert sorted(path.name for path in other.folder.iterdir() if path.is_dir()) == ["archives", "models"]
    assert databases_of(other) == {other.database}


def test_a_dry_run_says_what_would_be_replaced_and_changes_nothing(backup, other, capsys):
    before = state_of(other)

    other.call("restore", backup, "--replace", "--dry-run")

    assert state_of(other) == before
    said = capsys.readouterr().out
    assert f"Database: {other.database}, whose 1 members it REPLACES" in said
    assert "Nothing was changed" in said


def test_an_error_at_the_last_step_puts_everything_back(backup, other, monkeypatch):
    before = state_of(other)
    monkeypatch.setattr(databases, "exchange", lambda *names: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        other.call("restore", backup, "--replace", verbosity=0)

    assert state_of(other) == before


# --- Backups that are not restored ---------------------------------------------------------------------------------


def damage(backup: Path) -> None:
    path = next(backup.glob("models/*/weights.npy"))
    path.write_text("the weirdos")


def truncate(backup: Path) -> None:
    (backup / "database.dump").write_bytes((backup / "database.dump").read_bytes()[:5000])


def truncate_and_describe(backup: Path) -> None:
    truncate(backup)
    describe(backup, "database.dump")


def spoil_and_describe(backup: Path) -> None:
    """Damage compressed rows, which only reading them shows."""
    content = bytearray((backup / "database.dump").read_bytes())
    content[-4000:-1000] = bytes(3000)
    (backup / "database.dump").write_bytes(content)
    describe(backup, "database.dump")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (damage, r"models/\d+/weights.npy is damaged \(its checksum differs\)\. Use another backup"),
        (truncate, r"database.dump has 5,000 bytes instead of [\d,]+\."),
        (truncate_and_describe, r"pg_restore failed: "),
        (spoil_and_describe, r"pg_restore failed: "),
        (lambda backup: (backup / "database.dump").unlink(), r"database.dump is missing\."),
        (lambda backup: shutil.rmtree(backup / "models"), r"models/\d+/weights.npy is missing\."),
        (lambda backup: (backup / "manifest.json").unlink(), "is not a complete backup"),
        (lambda backup: (backup / "manifest.json").write_text('{"format": 1'), "manifest.json is damaged"),
        (lambda backup: change(backup, files={}), "database.dump is missing"),
        (lambda backup: change(backup, format=2), "has format 2, and this version of the site reads 1"),
        (lambda backup: change(backup, files={"../x": {"bytes": 0, "sha256": ""}}), "../x leads out of the backup"),
        (
            lambda backup: change(backup, migrations=[["accounts", "9999_future"]]),
            r"newer version of the site .* doesn't know: accounts\.9999_future\. Install that version",
        ),
        (lambda backup: change(backup, server=99), r"from PostgreSQL 99, and this is PostgreSQL 18"),
        (
            lambda backup: change(backup, rows={"public.accounts_user": 2}),
            r"public\.\w+ has \d+ rows in the dump instead of",
        ),
    ],
)
def test_a_backup_that_is_damaged_or_does_not_fit_changes_nothing(backup, empty, spoil, sentence):
    before = state_of(empty)
    spoil(backup)

    with pytest.raises(CommandError, match=rf"^Nothing was restored\. .*{sentence}"):
        empty.call("restore", backup, verbosity=0)

    assert state_of(empty) == before


def test_migrations_of_an_app_that_was_taken_out_do_no_harm(site, site_backup, empty):
    applied = json.loads((site_backup / "manifest.json").read_text())["migrations"]
    change(site_backup, migrations=[*applied, ["authtoken", "0001_initial"]])

    empty.call("restore", site_backup, verbosity=0)

    assert empty.fingerprints() == site.fingerprints()


# --- Sites that are not restored to --------------------------------------------------------------------------------


def refused(site: Site, backup: Path, *arguments: str) -> str:
    """Return why the restore is refused; the site is as before."""
    before = state_of(site)
    with pytest.raises(CommandError) as error:
        site.call("restore", backup, *arguments, verbosity=0)
    assert state_of(site) == before
    return str(error.value)


def test_a_running_site_is_not_replaced(backup, other, monkeypatch):
    monkeypatch.setattr(databases, "LEAVE_SECONDS", 0.1)

    running = pytest.raises(CommandError, match=r"The site is running \(1 connections to \w+\): stop web, workers")
    with other.connect(), running:
        other.call("restore", backup, "--replace", verbosity=0)

    assert other.usernames() == ["ben"]


def test_a_database_of_another_program_is_never_replaced(backup, empty):
    with empty.connect() as database:
        database.execute("CREATE TABLE invoices (id int)")

    assert "holds tables of another program, such as invoices" in refused(empty, backup, "--replace")


def test_a_full_disk_is_noticed_first(backup, empty, monkeypatch):
    monkeypatch.setattr(files.shutil, "disk_usage", disk_with(1 * 2**20))

    assert "is too full: 1 MB are free" in refused(empty, backup)


def test_a_role_that_may_not_create_databases_is_told_so(backup, empty, monkeypatch):
    role = f"{empty.database}_role"
    with databases.administration() as admin:
        admin.execute(f"DROP ROLE IF EXISTS {role}")
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
        admin.execute(f"ALTER DATABASE {empty.database} OWNER TO {role}")
    own = connection.settings_dict.copy()
    connection.close()
    connection.settings_dict.update(USER=role, PASSWORD="secret")
    try:
        assert f'ALTER ROLE "{role}" CREATEDB' in refused(empty, backup)
    finally:
        connection.close()
        connection.settings_dict.update(USER=own["USER"], PASSWORD=own["PASSWORD"])
        with databases.administration() as admin:
            databases.drop(admin, empty.database)
            admin.execute(f"DROP ROLE {role}")


def test_two_restores_at_once_are_one(backup, empty):
    from anirec.backups.folders import only_one

    with only_one(empty.folder, "restore"):
        assert "Another restore is running" in refused(empty, backup)


def test_an_unreachable_valkey_does_not_undo_a_restore(site, site_backup, empty, monkeypatch, capsys):
    from redis.exceptions import ConnectionError as Refused

    def refuse() -> None:
        raise Refused("down")

    monkeypatch.setattr(restoring, "cache", SimpleNamespace(clear=refuse))

    empty.call("restore", site_backup)

    assert "Valkey can't be emptied" in capsys.readouterr().out
    assert empty.usernames() == ["ada"]
    assert complete(site_backup.parent) == [site_backup]


def test_versions_that_were_being_trained_are_not_in_a_backup(site, backups):
    with site.used():
        version = ModelVersion.objects.create(kind="site", status="running")
        (site.folder / "models" / str(version.pk)).mkdir()
        (site.folder / "models" / str(version.pk) / "half.npy").write_text("half")

    site.call("backup", backups, verbosity=0)

    assert not (complete(backups)[0] / "models" / str(version.pk)).exists()

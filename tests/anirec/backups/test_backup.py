"""`manage.py backup`: what is in a backup, that it is of one moment, and what happens when it can't be made."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from accounts.models import User
from anirec.backups import clients, databases, files, state, writing
from anirec.backups.errors import BackupError
from anirec.backups.folders import complete
from anirec.backups.writing import Options, back_up
from tests.anirec.backups.sites import COMMAND, Site, disk_with

COLUMNS = ", ".join(field.column for field in User._meta.concrete_fields if not field.generated)


def manifest(backup: Path) -> dict:
    return json.loads((backup / "manifest.json").read_text())


def add_member(site: Site, username: str) -> None:
    """As another process of the site does."""
    with site.connect() as database:
        database.execute(
            f"INSERT INTO accounts_user ({COLUMNS}) SELECT {COLUMNS} FROM (SELECT (jsonb_populate_record(whole,"
            " jsonb_build_object('id', nextval('accounts_user_id_seq'), 'username', %s::text, 'email', %s::text))).*"
            " FROM accounts_user whole LIMIT 1) AS copied",
            [username, f"{username}@example.org"],
        )


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_a_backup_holds_the_database_its_models_and_the_keys(site, site_backup):
    version = site.value("SELECT id FROM recommendations_modelversion")

    made = manifest(site_backup)

    assert sorted(made["files"]) == ["database.dump", "keys/secret_key", f"models/{version}/weights.npy"]
    assert (site_backup / f"models/{version}/weights.npy").read_text() == "the weights"
    assert made["rows"]["public.accounts_user"] == 1
    assert made["rows"].keys() == {name for name in site.fingerprints() if not name.endswith("_seq")}
    assert (made["server"], made["format"], made["missing"]) == (18, 1, [])
    assert ["accounts", "0001_initial"] in made["migrations"]


def test_only_the_owner_can_read_a_backup(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    assert stat.S_IMODE((backup / "keys" / "secret_key").stat().st_mode) == 0o600


def test_keys_can_be_left_out(site, backups):
    site.call("backup", backups, "--without-keys", verbosity=0)

    assert not (complete(backups)[0] / "keys").exists()


def test_models_and_archives_are_those_that_the_database_names(site, backups):
    (site.folder / "models" / "9999").mkdir()
    (site.folder / "models" / "9999" / "weights.npy").write_text("of no version")
    (site.folder / "archives").mkdir()
    (site.folder / "archives" / "stored.parquet").write_text("ratings")
    (site.folder / "archives" / "other.partial").write_text("half of an import")
    with site.connect() as database:
        database.execute(
            "INSERT INTO recommendations_ratingarchive (name, fingerprint, n_ratings, n_members, n_titles, imported_at)"
            " VALUES ('one', 'stored', 1, 1, 1, now())"
        )
    for name in ("covers/ab/cover.webp", "media/avatars/ab/ab-96.webp"):
        (site.folder / name).parent.mkdir(parents=True)
        (site.folder / name).write_text("a picture")

    site.call("backup", backups, "--without-keys", verbosity=0)

    found = {name.split("/")[0] for name in manifest(complete(backups)[0])["files"]}
    assert found == {"database.dump", "models", "archives", "covers", "media"}
    assert [path.name for path in (complete(backups)[0] / "archives").iterdir()] == ["stored.parquet"]
    assert "models/9999/weights.npy" not in manifest(complete(backups)[0])["files"]


def test_changes_during_a_backup_are_not_in_it(site, new_site, backups):
    """A member and a model are added, and a model is removed, between the steps."""
    before = site.fingerprints()
    added = []

    def change(step: str) -> None:
        added.append(step)
        add_member(site, f"member{len(added)}")
        with site.connect() as database:
            database.execute("UPDATE recommendations_modelversion SET is_active = false")

    with site.used():
        finished = back_up(backups, Options(), change)
    copy = new_site(empty=True)
    copy.call("restore", finished.folder, verbosity=0)

    assert added == [
        "copying models, imported ratings and pictures", "counting rows", "dumping the database", "computing checksums",
    ]  # fmt: skip
    assert len(site.usernames()) == 5
    assert copy.usernames() == ["ada"]
    sequence = "public.accounts_user_id_seq"  # numbers are given out outside transactions
    assert copy.fingerprints() == before | {sequence: copy.fingerprints()[sequence]}


def test_a_model_that_the_site_has_lost_is_named(site, backups, capsys):
    version = site.value("SELECT id FROM recommendations_modelversion")
    (site.folder / "models" / str(version) / "weights.npy").unlink()

    site.call("backup", backups)

    assert f"the site has lost it: models/{version}\n" in capsys.readouterr().err
    assert manifest(complete(backups)[0])["missing"] == [f"models/{version}"]


def test_a_folder_that_goes_while_it_is_copied_is_left_out_whole(tmp_path, monkeypatch):
    source = tmp_path / "1"
    source.mkdir()
    for name in ("a", "b"):
        (source / name).write_text(name)
    part = files.Part("models/1", source)
    found = part.files()
    monkeypatch.setattr(files.Part, "files", lambda self: found)
    (source / "b").unlink()

    assert files.copy(part, tmp_path / "backup") is False
    assert list((tmp_path / "backup" / "models").iterdir()) == []


# --- Passwords -----------------------------------------------------------------------------------------------------


def test_the_password_is_on_no_command_line(site, backups, monkeypatch):
    run, calls = subprocess.run, []
    monkeypatch.setattr(
        clients.subprocess, "run", lambda command, **rest: calls.append(command) or run(command, **rest)
    )

    site.call("backup", backups, verbosity=0)

    password = databases.parameters()["password"]
    assert [Path(command[0]).name for command in calls].count("pg_dump") >= 2  # its version, and the dump
    assert [command for command in calls if password in " ".join(command)] == []


def test_a_wrong_password_is_a_sentence(site, backups):
    url = os.environ["DATABASE_URL"].rpartition("@")[2].rpartition("/")[0]
    wrong = site.environment(DATABASE_URL=f"postgres://anirec:wrong-one@{url}/{site.database}")

    done = subprocess.run(
        [*COMMAND, "backup", str(backups)], cwd=settings.BASE_DIR, env=wrong, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "PostgreSQL cannot be reached" in done.stderr
    assert "password authentication failed" in done.stderr
    assert "wrong-one" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_refusal_of_pg_dump_is_a_sentence(site):
    client = clients.client_for(18)

    with pytest.raises(BackupError, match=r"^pg_dump failed: .*password authentication failed"), site.used():
        client.run("pg_dump", parameters=databases.parameters() | {"password": "wrong"})


# --- What can go wrong ---------------------------------------------------------------------------------------------


def test_a_full_disk_is_noticed_before_anything_is_written(site, backups, monkeypatch):
    monkeypatch.setattr(files.shutil, "disk_usage", disk_with(1 * 2**20))

    with pytest.raises(CommandError, match=r"^Backup failed\. The disk of .* is too full: 1 MB are free"):
        site.call("backup", backups, verbosity=0)

    assert contents(backups) == []


def test_a_failed_backup_leaves_nothing_and_its_error(site, backups, monkeypatch):
    site.call("backup", backups, verbosity=0)
    first = complete(backups)
    monkeypatch.setattr(writing, "count_rows", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        site.call("backup", backups, verbosity=0)

    assert complete(backups) == first
    assert contents(backups) == [first[0].name]


def waiting_backup(site: Site, backups: Path) -> subprocess.Popen:
    """Start a backup that waits for a table that the caller has locked."""
    process = subprocess.Popen(
        [*COMMAND, "backup", str(backups)], cwd=settings.BASE_DIR, env=site.environment(), stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not list(backups.glob(".*.partial")) and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


def test_a_killed_backup_is_never_taken_for_one_and_is_removed_by_the_next(site, backups):
    with site.connect() as database, database.transaction():
        database.execute("LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE")
        process = waiting_backup(site, backups)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left, found = contents(backups), complete(backups)
    site.call("backup", backups, verbosity=0)

    assert (len(left), found) == (1, [])
    assert contents(backups) == [complete(backups)[0].name]


def test_a_terminated_backup_leaves_nothing(site, backups):
    with site.connect() as database, database.transaction():
        database.execute("LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE")
        process = waiting_backup(site, backups)
        process.send_signal(signal.SIGINT)
        code = process.wait()

    assert code != 0
    assert contents(backups) == []


def test_two_backups_at_once_are_one(site, backups):
    with site.connect() as database, database.transaction():
        database.execute("LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE")
        process = waiting_backup(site, backups)
        with pytest.raises(CommandError, match="Another backup is running") as refused:
            site.call("backup", backups, verbosity=0)

    assert refused.value.returncode == 3
    assert process.wait() == 0
    assert len(complete(backups)) == 1
    assert site_state(site).error == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [([], "Name a folder"), (["--keep", "0"], "--keep must be 1 or more"), (["--keep-weeks", "-1"], "0 or more")],
)
def test_bad_arguments_are_named(site, backups, settings, arguments, sentence):
    settings.BACKUP_DIR = ""

    with pytest.raises(CommandError, match=sentence):
        site.call("backup", *([backups] if arguments else []), *arguments)

    assert not backups.exists()


# --- The outcome ---------------------------------------------------------------------------------------------------


def site_state(site: Site) -> state.LastBackup | None:
    with site.used():
        return state.last_backup()


def test_the_outcome_is_kept(site, backups):
    assert site_state(site) is None

    site.call("backup", backups, verbosity=0)

    found = site_state(site)
    assert (datetime.now(UTC) - found.finished_at).total_seconds() < 60
    assert found.bytes == sum(file["bytes"] for file in manifest(complete(backups)[0])["files"].values())
    assert 0 < found.seconds < 60
    assert found.error == ""


def test_a_failure_keeps_the_last_success_and_says_why(site, backups, monkeypatch):
    site.call("backup", backups, verbosity=0)
    before = site_state(site)
    monkeypatch.setattr(clients, "_folders", lambda: [])

    with pytest.raises(CommandError, match="No pg_dump and pg_restore found for PostgreSQL 18"):
        site.call("backup", backups, verbosity=0)

    after = site_state(site)
    assert (after.finished_at, after.seconds, after.bytes) == (before.finished_at, before.seconds, before.bytes)
    assert after.error.startswith("No pg_dump and pg_restore found for PostgreSQL 18 (found: none). Install ")


def test_a_damaged_state_counts_as_none(site):
    for text in ("", "[]", "{}", '{"finished_at": "yesterday"}'):
        (site.folder / "backup.json").write_text(text)
        assert site_state(site) is None


def test_a_backup_succeeds_where_its_outcome_cannot_be_stored(site, backups):
    (site.folder / "backup.json").mkdir()

    site.call("backup", backups, verbosity=0)

    assert len(complete(backups)) == 1

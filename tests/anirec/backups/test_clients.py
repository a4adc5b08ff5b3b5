"""Which of the installed pg_dump and pg_restore is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from anirec.backups import clients
from anirec.backups.errors import BackupError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install programs of these versions."""

    def install(*majors: int) -> None:
        for major in majors:
            folder = tmp_path / str(major)
            folder.mkdir()
            for name in ("pg_dump", "pg_restore"):
                (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {major}.4 (Debian)'\n")
                (folder / name).chmod(0o755)
        monkeypatch.setattr(clients, "_folders", lambda: sorted(tmp_path.iterdir(), reverse=True))

    return install


@pytest.mark.parametrize(
    ("majors", "server", "dump", "expected"),
    [
        ((16, 17, 18), 17, 0, 17),  # the same
        ((15, 18), 17, 0, 18),  # the next
        ((15, 16, 18), 15, 16, 16),  # the dump's
        ((17, 18), 17, 18, 18),
    ],
)
def test_the_oldest_that_fits_is_used(installed, majors, server, dump, expected):
    installed(*majors)

    assert clients.client_for(server, at_least=dump).major == expected


@pytest.mark.parametrize(("majors", "server", "named"), [((), 18, "none"), ((15,), 18, "15"), ((17, 18), 16, "17, 18")])
def test_without_one_that_fits_a_sentence_says_which_to_install(installed, majors, server, named):
    """A newer pg_restore sends to PostgreSQL 16 and older what they refuse."""
    installed(*majors)

    with pytest.raises(BackupError) as refused:
        clients.client_for(server)

    assert f"for PostgreSQL {server} (found: {named}). Install" in str(refused.value)
    assert f"postgresql-client-{server}." in str(refused.value)


def test_the_package_of_the_embedded_server_brings_them():
    client = clients.client_for(18)

    assert client.major == 18
    assert (Path(client.folder) / "pg_restore").is_file()


def test_a_program_that_never_ends_is_stopped(tmp_path, monkeypatch):
    (tmp_path / "pg_dump").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setattr(clients, "LONGEST_SECONDS", 0.2)

    with pytest.raises(BackupError, match=r"^pg_dump was stopped after"):
        clients.Client(tmp_path, 18).run("pg_dump")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("pg_dump: error: query failed: ERROR:  canceled\nDETAIL: more", "query failed: ERROR:  canceled"),
        ("pg_dump: warning: odd\nsomething", "pg_dump: warning: odd"),
        ("could not write to output file: No space left on device", "the disk is full."),
        ("", "exit code 1"),
    ],
)
def test_the_reason_of_a_failure_is_one_line(tmp_path, said, reason):
    (tmp_path / "said").write_text(said)
    (tmp_path / "pg_dump").write_text(f"#!/bin/sh\ncat {tmp_path}/said >&2; exit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)

    with pytest.raises(BackupError) as failed:
        clients.Client(tmp_path, 18).run("pg_dump")

    assert str(failed.value) == f"pg_dump failed: {reason}"

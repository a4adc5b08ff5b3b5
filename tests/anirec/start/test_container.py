"""The image's entry point."""

import os
import subprocess
import sys

import pytest

from anirec.start import container
from anirec.start.embedded import BASE_DIR

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a file")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")


def start(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "anirec.start.container", *arguments],
        cwd=BASE_DIR, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_an_unknown_command_is_named():
    ended = start("webb")

    assert ended.stderr == (
        "anirec: unknown command 'webb'. Use one of: web, worker, trainer, beat, migrate, manage.\n"
    )
    assert ended.returncode == 1


@as_root
def test_the_data_belong_to_the_given_user_afterwards(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "1").symlink_to("/etc/passwd")

    container.give(tmp_path, 1234, 1235)

    owners = {(path.lstat().st_uid, path.lstat().st_gid) for path in [tmp_path, *tmp_path.rglob("*")]}
    assert owners == {(1234, 1235)}
    assert os.stat("/etc/passwd").st_uid == 0


@as_root
def test_the_site_never_runs_as_root(tmp_path):
    ended = start("manage", "version", DATA_DIR=str(tmp_path), PUID="0", PGID="0")
    assert ended.stderr == "anirec: PUID and PGID must not be 0: the site does not run as root.\n"


def test_ids_of_another_user_need_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: 1000)
    monkeypatch.setenv("PUID", "1234")
    monkeypatch.setenv("PGID", "1235")

    with pytest.raises(container.ImproperlyConfigured) as error:
        container.use_ids()

    assert str(error.value) == (
        "PUID and PGID are 1234 and 1235, but the container runs as 1000:1000: start it as 1234:1235, or as root."
    )


@as_user
def test_a_data_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    ended = start("web", DATA_DIR=str(tmp_path))
    assert ended.stderr.startswith(f"anirec: {tmp_path} is not writable for ")

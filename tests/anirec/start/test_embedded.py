"""The embedded services of `make run` and the tests. Each test has its own data folder."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from anirec.start.embedded import BASE_DIR

PROGRAM = """
import os, sys
from anirec.start import embedded
embedded.provide_services(durable=False)
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], os.environ["SECRET_KEY"], flush=True)
sys.stdin.read()
"""


class Command:
    """A process that uses the services until its input is closed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ends(self) -> str:
        """Wait for the process to end, and return its standard error."""
        return self.process.communicate(timeout=60)[1]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    data = tmp_path / "so" / "deep" / ("a-folder-with-a-name-longer-than-a-socket-path-may-be-" * 2)
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    }
    yield {**kept, "DATA_DIR": str(data)}
    for process in servers_of(data):
        process.kill()


def servers_of(data: Path) -> list[psutil.Process]:
    folders = {str(data / "postgres"), str(data / "valkey")}
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() in folders and process.ppid() != 0:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_servers_run_while_they_are_used_and_end_with_their_last_user(environment):
    data = Path(environment["DATA_DIR"])

    first = Command(environment)
    urls = first.said()
    second = Command(environment)
    shared = second.said()
    first.ends()
    after_the_first = servers_of(data)
    second.ends()

    assert shared == urls
    assert after_the_first != []
    assert servers_of(data) == []


def test_data_and_keys_survive_a_restart(environment):
    first = Command(environment)
    database, _, secret = first.said().split()
    first.ends()

    second = Command(environment)
    database_again, _, secret_again = second.said().split()
    second.ends()

    assert secret_again == secret
    assert database_again.split("@")[0] == database.split("@")[0]


def test_a_terminated_process_stops_the_servers(environment):
    command = Command(environment)
    command.said()

    command.process.send_signal(signal.SIGTERM)

    assert command.process.wait(timeout=60) == 128 + signal.SIGTERM
    assert servers_of(Path(environment["DATA_DIR"])) == []


def test_servers_left_by_a_killed_process_are_taken_over(environment):
    killed = Command(environment)
    urls = killed.said()
    killed.process.kill()
    killed.process.wait()

    next_one = Command(environment)
    urls_again = next_one.said()
    next_one.ends()

    assert urls_again == urls
    assert servers_of(Path(environment["DATA_DIR"])) == []


def test_secrets_are_readable_by_their_owner_only(environment):
    data = Path(environment["DATA_DIR"])
    command = Command(environment)
    command.said()

    secrets = [data / "password", data / "secret_key", data / "postgres.json", data / "valkey" / "valkey.conf"]
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in secrets}
    command.ends()

    assert modes == dict.fromkeys(("password", "secret_key", "postgres.json", "valkey.conf"), "0o600")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"DATABASE_URL": "postgres://anna:secret@127.0.0.1:1/anirec"},
            "anirec: PostgreSQL cannot be reached at postgres://…@127.0.0.1:1/anirec (DATABASE_URL): ",
        ),
        (
            {"REDIS_URL": "redis://:secret@127.0.0.1:1/0"},
            "anirec: Redis cannot be reached at redis://…@127.0.0.1:1/0 (REDIS_URL): ",
        ),
        (
            {"DATABASE_URL": "sqlite:///site.db"},
            "anirec: PostgreSQL cannot be reached at sqlite:///site.db (DATABASE_URL): "
            "the URL must begin with postgres://, PostgreSQL being the only database.",
        ),
        (
            {"SECRET_KEY_FILE": "/dev/null/key"},
            "anirec: SECRET_KEY_FILE: /dev/null/key cannot be read: Not a directory.",
        ),
        ({"DATA_DIR": "/dev/null/data"}, "anirec: the data folder /dev/null/data cannot be used: Not a directory."),
    ],
)
def test_what_cannot_work_ends_with_one_sentence(environment, variables, sentence):
    command = Command({**environment, **variables})

    errors = command.ends()

    assert command.process.returncode == 1
    assert errors.startswith(sentence)
    assert len(errors.splitlines()) == 1
    assert "secret" not in errors


def test_data_of_another_postgresql_version_is_refused(environment):
    cluster = Path(environment["DATA_DIR"]) / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("15\n")

    command = Command(environment)

    assert command.ends() == (
        f"anirec: {cluster} was written by PostgreSQL 15, and this is 18: "
        "back it up with the version of the site that wrote it, move the folder away, and restore the backup.\n"
    )


def test_a_running_state_file_names_the_process_that_answers(environment):
    data = Path(environment["DATA_DIR"])
    command = Command(environment)
    command.said()

    pids = {json.loads((data / name).read_text())["pid"] for name in ("postgres.json", "valkey.json")}
    running = {process.pid for process in servers_of(data)}
    command.ends()

    assert pids <= running

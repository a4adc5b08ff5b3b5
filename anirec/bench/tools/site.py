"""A whole site as `make run` starts it, for benchmarks that break it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import requests

from anirec.bench.tools.ledger import Load
from anirec.start.embedded import BASE_DIR
from anirec.start.probe import is_ready, wait_until_live
from anirec.start.servers import Postgres, Valkey

START_SECONDS = 120
N_TITLES = 100  # that the load scores
PARTS = {
    "web": "uvicorn",
    "worker": "interactive@",
    "trainer": "trainer@",
    "beat": "beat-schedule",
    "launcher": "anirec.start.launch",
}


class Site:
    """A site with its data in `folder`. log: file for the launcher's output."""

    def __init__(self, folder: Path, port: int, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder, self.port, self.log, self.environment = folder, port, log, environment or {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the site, and stop it in the end. Exits if it does not start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["sh", "anirec/start/restart_if_killed.sh", sys.executable, "-m", "anirec.start.launch"]
        with self.log.open("w") as log:
            guard = subprocess.Popen(
                command, cwd=BASE_DIR, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.guard = psutil.Process(guard.pid)
        try:
            if not wait_until_live(self.port, START_SECONDS):
                sys.exit(f"anirec: the site does not start; see {self.log}.")
            yield
        finally:
            os.killpg(guard.pid, signal.SIGTERM)
            guard.wait(60)

    def pid_of(self, part: str) -> int | None:
        """Return the process of a part or a service; None while there is none."""
        if part == "postmaster":
            return Postgres(self.folder).leftover_pid()
        if part == "valkey":
            return Valkey(self.folder).leftover_pid()
        if part == "backend":
            return self._backend()
        return self._part(PARTS[part])

    def is_whole(self) -> bool:
        return is_ready(self.port) and all(map(self.pid_of, PARTS))

    def database(self) -> psycopg.Connection:
        url = json.loads((self.folder / "postgres.json").read_text())["url"]
        return psycopg.connect(url, autocommit=True, connect_timeout=2)

    def fetch(self, path: str) -> None:
        """Load a page. Raises requests.RequestException if it is not there."""
        requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=30).raise_for_status()

    def memory(self, part: str = "") -> float:
        """Return the MB (PSS) of a part, or of all processes but the databases."""
        processes = self._processes()
        if part:
            own = psutil.Process(self.pid_of(part))
            processes = [own, *own.children(recursive=True)]
        return sum(_pss(process) for process in processes) / 2**20

    def sizes(self) -> str:
        """Return the sizes of tables that could grow without bound, as words."""
        tables = ("django_session", "recommendations_jobrun", "recommendations_widgetevent", "accounts_listimport")
        with self.database() as database:
            rows = [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]  # type: ignore[arg-type]
        return ", ".join(f"{table} {row[0]}" for table, row in zip(tables, rows, strict=True) if row)

    def load(self, per_second: float = 50.0) -> Load:
        """Return a load by the demo member."""
        token = f"anirec_{secrets.token_hex(16)}"
        with self.database() as database:
            database.execute(
                "INSERT INTO accounts_accesstoken (user_id, digest, name, scopes, created_at)"
                " SELECT id, %s, 'bench', ARRAY['read:list', 'write:list', 'read:recommendations'], now()"
                " FROM accounts_user WHERE username = 'demo'",
                [hashlib.sha256(token.encode()).hexdigest()],
            )
            titles = database.execute("SELECT id FROM catalog_title ORDER BY id LIMIT %s", [N_TITLES]).fetchall()
        return Load(self.port, token, self._cookie(), [title for (title,) in titles], per_second)

    def cookies(self, n: int) -> list[str]:
        """Return the cookies of `n` synthetic members with sessions of their own."""
        code = (
            "from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY\n"
            "from django.contrib.sessions.backends.db import SessionStore\n"
            "from accounts.models import User\n"
            f"for user in User.objects.filter(is_synthetic=True)[:{n}]:\n"
            "    session = SessionStore()\n"
            "    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()\n"
            "    session[BACKEND_SESSION_KEY] = 'django.contrib.auth.backends.ModelBackend'\n"
            "    session.save()\n"
            "    print(session.session_key)\n"
        )
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        keys = subprocess.check_output(command, cwd=BASE_DIR, env=self._environment(), text=True).split()
        return [f"sessionid={key}" for key in keys]

    def _cookie(self) -> str:
        name, password = (self.folder / "demo_login").read_text().split()[:2]
        address = f"http://127.0.0.1:{self.port}/accounts/login/"
        with requests.Session() as browser:
            browser.get(address, timeout=10)
            form = {"login": name, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            browser.post(address, form, timeout=30).raise_for_status()
            return f"sessionid={browser.cookies['sessionid']}"

    def scores(self) -> dict[int, int]:
        """Return the demo member's stored scores by title."""
        with self.database() as database:
            rows = database.execute(
                "SELECT title_id, score FROM accounts_listentry JOIN accounts_user ON accounts_user.id = user_id"
                " WHERE username = 'demo' AND score IS NOT NULL"
            )
            return dict(rows.fetchall())

    def manage(self, *arguments: str) -> None:
        """Run a command of the site beside it."""
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=self._environment(), check=True)

    def _environment(self) -> dict[str, str]:
        own = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
        kept = {name: value for name, value in os.environ.items() if name not in own}
        limits = dict.fromkeys(("API_RATE_MEMBER", "API_RATE_ANONYMOUS"), "10000000/min")
        return {**kept, **limits, "DATA_DIR": str(self.folder), "PORT": str(self.port), **self.environment}

    def _part(self, words: str) -> int | None:
        found = []
        for process in self._processes():
            try:
                if words in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append((process.create_time(), process.pid))
            except psutil.Error:
                continue
        return min(found)[1] if found else None

    def _processes(self) -> list[psutil.Process]:
        """Return the processes of the site without PostgreSQL's and Valkey's."""
        services = {Path(self.folder / name) for name in ("postgres", "valkey")}
        return [process for process in self.guard.children(recursive=True) if _folder_of(process) not in services]

    def _backend(self) -> int | None:
        postmaster = self.pid_of("postmaster")
        if postmaster is None:
            return None
        for process in psutil.Process(postmaster).children():
            if "anirec anirec" in " ".join(process.cmdline()):
                return process.pid
        return None


def _folder_of(process: psutil.Process) -> Path | None:
    try:
        return Path(process.cwd())
    except psutil.Error:
        return None


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0

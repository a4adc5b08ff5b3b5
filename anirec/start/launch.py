"""`make run`: start everything the site needs on this machine, and stop it all on exit."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from anirec.lib.parent import stop_with_parent
from anirec.start.embedded import BASE_DIR, data_dir, keep_services, provide_services
from anirec.start.part import port as given_port
from anirec.start.prepared import is_prepared, note_prepared
from anirec.start.probe import wait_until_live
from anirec.start.rehearsed import rehearse
from anirec.start.supervise import run_parts

READY_SECONDS = 60
ORPHAN_SECONDS = 8  # parts of a killed launcher end sooner


def main() -> None:
    port = given_port()
    _refuse_taken_port(port)
    os.chdir(BASE_DIR)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))  # each open page takes one
    os.environ["DATA_DIR"] = str(data_dir())
    os.environ["PORT"] = str(port)
    os.environ.setdefault("HOST", "127.0.0.1")
    os.environ.setdefault("WEB_PROCESSES", "1")
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    rehearse(data_dir())
    _say("Starting PostgreSQL and Valkey …")
    provide_services()
    stamp, database_url = data_dir() / "prepared", os.environ["DATABASE_URL"]
    if not is_prepared(stamp, database_url):
        prepared = subprocess.run([sys.executable, "-m", "anirec.start.launch", "prepare"])
        if prepared.returncode:
            sys.exit(prepared.returncode)
        note_prepared(stamp, database_url)
    if guard := os.environ.get("GUARD_PID"):
        stop_with_parent(int(guard))
    _run_parts(port)


def _run_parts(port: int) -> None:
    _say("Starting the site …")
    shutil.rmtree(data_dir() / "metrics", ignore_errors=True)  # of processes that are gone
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    stopping = threading.Event()
    keep_services(stopping, _say)
    try:
        run_parts()
    finally:
        stopping.set()
    _say("Stopped.")


def prepare() -> None:
    """Prepare the site in a separate process, so that its memory is freed."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
    try:
        django.setup()
        _say("Bringing the database up to date …")
        call_command("migrate", verbosity=0, interactive=False)
        _collect_static_files()
        call_command("seed")
    except (ImproperlyConfigured, CommandError) as error:
        sys.exit(f"anirec: {error}")
    except (DatabaseError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"anirec: the site cannot be prepared: {reason}")


# --- Checks --------------------------------------------------------------------------------------------------------


def _refuse_taken_port(port: int) -> None:
    # After a crash of the launcher, its web process needs a moment to notice and let go of the port.
    deadline = time.monotonic() + (ORPHAN_SECONDS if os.environ.get("RESTARTED") else 0)
    while problem := _problem_of(port):
        if time.monotonic() >= deadline:
            sys.exit(f"anirec: port {port} {problem}; `make run PORT={port + 1}` takes another one.")
        time.sleep(0.1)


def _problem_of(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST") or "127.0.0.1", port))
        except OSError as error:
            return "is in use" if "in use" in str(error) else f"cannot be used ({error.strerror})"
    return ""


# --- Static files --------------------------------------------------------------------------------------------------


def _collect_static_files() -> None:
    """Collect and compress static files if they or their packages have changed."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    fingerprint = hashlib.sha256("\n".join(_static_sources()).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return
    _say("Collecting static files …")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def _static_sources() -> Iterator[str]:
    for path in sorted((BASE_DIR / "static").rglob("*")):
        state = path.stat()
        yield f"{path.relative_to(BASE_DIR)} {state.st_mtime_ns} {state.st_size}"
    yield hashlib.sha256((BASE_DIR / "requirements.lock").read_bytes()).hexdigest()


# --- The parts -----------------------------------------------------------------------------------------------------


def _announce(port: int) -> None:
    if wait_until_live(port, READY_SECONDS):
        _say(_invitation(port))
        if not (os.environ.get("SOURCES") or os.environ.get("MAL_CLIENT_ID")):
            _say("The catalogue is a sample. For 40,000 titles that keep current: SOURCES=offline-database make run")
        _offer_first_admin()
    else:
        _say(f"anirec: http://127.0.0.1:{port}/ does not answer yet; see the messages above.")


def _invitation(port: int) -> str:
    login = data_dir() / "demo_login"
    text = f"Open http://127.0.0.1:{port}/"
    if login.is_file():
        username, password = login.read_text().split()[:2]
        text += f" · log in as {username} with the password {password}"
    return f"{text} · Ctrl-C stops everything"


def _offer_first_admin() -> None:
    """Print the link to the first admin account, if the site has none."""
    command = [sys.executable, "manage.py", "first_admin"]
    link = subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS).stdout.strip()
    if link:
        _say(f"Create the admin account within 24 hours: {link}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    prepare() if sys.argv[1:] == ["prepare"] else main()

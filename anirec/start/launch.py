"""`make run`: start everything the site needs on this machine, and stop it all on exit."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from honcho.environ import parse_procfile
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

from anirec.start.embedded import BASE_DIR, data_dir, provide_services

READY_SECONDS = 60


def main() -> None:
    port = _port()
    _refuse_taken_port(port)
    os.chdir(BASE_DIR)
    os.environ["DATA_DIR"] = str(data_dir())
    os.environ["PORT"] = str(port)
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    _say("Starting PostgreSQL and Valkey …")
    provide_services()
    prepared = subprocess.run([sys.executable, "-m", "anirec.start.launch", "prepare"])
    if prepared.returncode:
        sys.exit(prepared.returncode)
    sys.exit(_run_processes(port))


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


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        sys.exit(f"anirec: PORT must be a number between 1 and 65535, not {given!r}.")
    return int(given)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST") or "127.0.0.1", port))
        except OSError as error:
            reason = "is in use" if "in use" in str(error) else f"cannot be used ({error.strerror})"
            sys.exit(f"anirec: port {port} {reason}; `make run PORT={port + 1}` takes another one.")


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


# --- The processes -------------------------------------------------------------------------------------------------


class _ProcessPrinter(Printer):
    """Prints what the processes say, not that they were started and stopped."""

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)


def _run_processes(port: int) -> int:
    """Run the Procfile until a signal, or until one of its processes ends: then all are stopped."""
    _say("Starting the site …")
    manager = Manager(_ProcessPrinter(sys.stdout))
    for name, command in parse_procfile((BASE_DIR / "Procfile").read_text()).processes.items():
        manager.add_process(name, command, env=os.environ.copy(), cwd=str(BASE_DIR))
    stopping = threading.Event()

    def stop_when_terminal_closes(_number: int, _frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGHUP, stop_when_terminal_closes)
    threading.Thread(target=_announce, args=(port, stopping), daemon=True).start()
    manager.loop()
    stopping.set()
    if manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        _say("Stopped.")
        return 0
    ended = [name for name, state in manager._processes.items() if state.get("returncode") not in (0, -signal.SIGTERM)]
    _say(f"anirec: {' and '.join(ended) or 'a process'} ended by itself, so everything was stopped.")
    return 1


def _announce(port: int, stopping: threading.Event) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not stopping.wait(0.1):
        if _is_healthy(port):
            return _say(_invitation(port))
        if time.monotonic() > deadline:
            return _say(f"anirec: http://127.0.0.1:{port}/health/ does not answer; see the messages above.")


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2) as answer:
            return json.load(answer)["status"] == "ok"
    except (OSError, ValueError):
        return False


def _invitation(port: int) -> str:
    login = data_dir() / "demo_login"
    text = f"Open http://127.0.0.1:{port}/"
    if login.is_file():
        username, password = login.read_text().split()[:2]
        text += f" · log in as {username} with the password {password}"
    return f"{text} · Ctrl-C stops everything"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    prepare() if sys.argv[1:] == ["prepare"] else main()

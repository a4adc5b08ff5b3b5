"""The image's entry point: `web`, `worker`, `trainer`, `beat`, `migrate`, or `manage` and a command of manage.py.

Started as root, it gives DATA_DIR to PUID:PGID, and goes on as that user.
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from pathlib import Path

from celery.exceptions import SecurityWarning
from django.core.exceptions import ImproperlyConfigured

from anirec.start import part
from anirec.start.embedded import BASE_DIR, data_dir
from anirec.start.environment import read_secret_files, whole_number

MANAGE = {"migrate": ["migrate", "--noinput"], "manage": []}


def main() -> None:
    role, arguments = (sys.argv[1], sys.argv[2:]) if sys.argv[1:] else ("web", [])
    if role not in part.COMMANDS and role not in MANAGE:
        sys.exit(f"anirec: unknown command {role!r}. Use one of: {', '.join([*part.COMMANDS, *MANAGE])}.")
    try:
        use_ids()
        read_secret_files()
    except ImproperlyConfigured as error:
        sys.exit(f"anirec: {error}")
    check_data_dir(data_dir())
    os.chdir(BASE_DIR)
    if role in MANAGE:
        sys.argv = ["manage.py", *MANAGE[role], *arguments]
        runpy.run_path("manage.py", run_name="__main__")
    else:
        warnings.simplefilter("ignore", SecurityWarning)  # Celery takes a user without a name for root
        part.run(role)


def use_ids() -> None:
    """Run as PUID and PGID from now on. Raises ImproperlyConfigured for root, or if only root can do that."""
    own = os.geteuid(), os.getegid()
    if own[0] == 0:
        _leave_root(whole_number("PUID", 1000), whole_number("PGID", 1000))
    elif own != (wanted := (whole_number("PUID", own[0]), whole_number("PGID", own[1]))):
        raise ImproperlyConfigured(
            f"PUID and PGID are {wanted[0]} and {wanted[1]}, but the container runs as {own[0]}:{own[1]}: "
            f"start it as {wanted[0]}:{wanted[1]}, or as root."
        )


def _leave_root(user: int, group: int) -> None:
    if not user or not group:
        raise ImproperlyConfigured("PUID and PGID must not be 0: the site does not run as root.")
    give(data_dir(), user, group)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def give(folder: Path, user: int, group: int) -> None:
    """Give the folder and all it holds to the user and group, unless the folder is theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder.stat()
    if (state.st_uid, state.st_gid) == (user, group):
        return
    for path in [*folder.rglob("*"), folder]:  # the folder last: an interrupted start begins again
        os.chown(path, user, group, follow_symlinks=False)


def check_data_dir(folder: Path) -> None:
    """Exit with a sentence if this user can't write to the folder."""
    if not os.access(folder, os.W_OK | os.X_OK):
        sys.exit(
            f"anirec: {folder} is not writable for {os.geteuid()}:{os.getegid()}: "
            "give it to that user, or set PUID and PGID to its owner."
        )


if __name__ == "__main__":
    main()

"""`python -m anirec.start.health [PART]`: a container's health check. Exits with 1 and a sentence if the part hangs.

Without PART, it is the one that the container runs. An outage of PostgreSQL or Valkey is not the part's fault, and a
restart would not end it: `/health/ready` reports it.
"""

from __future__ import annotations

import os
import sys
from socket import gethostname

import psutil

from anirec.start.part import COMMANDS, port
from anirec.start.probe import is_live

SIGNS = {"worker": f"interactive@{gethostname()}", "trainer": f"trainer@{gethostname()}", "beat": "beat"}


def main() -> None:
    part = sys.argv[1] if sys.argv[1:] else part_in(psutil.Process(1).cmdline())
    problem = problem_of(part)
    if problem:
        sys.exit(f"{part}: {problem}")


def part_in(command_line: list[str]) -> str:
    """Return the part that the command runs, or "" if it runs another command."""
    return next((word for word in command_line if word in COMMANDS), "")


def problem_of(part: str) -> str:
    """Return what is wrong with the part, or "" if it is well."""
    if part == "web":
        return "" if is_live(port()) else f"port {port()} does not answer"
    return _problem_of_sign(SIGNS[part]) if part in SIGNS else ""


def _problem_of_sign(name: str) -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
    from redis.exceptions import RedisError

    from anirec.alive import ALIVE_SECONDS, is_alive

    try:
        return "" if is_alive(name) else f"no sign of life for {ALIVE_SECONDS} s"
    except RedisError as error:
        print(f"Valkey is down, so {name} can't be checked: {error}")
        return ""


if __name__ == "__main__":
    main()

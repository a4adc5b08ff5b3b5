"""The time that budgets, circuits and schedules of sources go by: real, or that of a rehearsal."""

from __future__ import annotations

import fcntl
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RehearsalClock(Clock):
    """A clock in a file, shared by processes. Waiting takes no time: it moves the clock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", self.path.read_bytes())[0], UTC)

    def set(self, now: datetime) -> None:
        self.path.write_bytes(struct.pack("d", now.timestamp()))

    def sleep(self, seconds: float) -> None:
        with self.path.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            (now,) = struct.unpack("d", stream.read())
            stream.seek(0)
            stream.write(struct.pack("d", now + max(0.0, seconds)))


def clock() -> Clock:
    return RehearsalClock(Path(settings.SOURCES_CLOCK)) if settings.SOURCES_CLOCK else Clock()

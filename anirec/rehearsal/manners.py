"""What the rehearsed services tolerate. Every request is counted, and each one that is too many is a violation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PATIENCE = timedelta(minutes=10)  # after a status 403


@dataclass(frozen=True)
class Tolerance:
    """pause: between two requests. per_minute: requests. again: how soon the same question may be asked again.

    refusal: the status of a refused request. names_limit: whether responses have X-RateLimit headers.
    """

    pause: float
    per_minute: int
    again: timedelta
    refusal: int = 429
    names_limit: bool = False


HOURS_6 = timedelta(hours=6)
TOLERANCES: dict[str, Tolerance] = {
    "mal": Tolerance(1.0, 30, HOURS_6, refusal=403),
    "jikan": Tolerance(1 / 3, 30, HOURS_6),
    "kitsu": Tolerance(0.5, 20, HOURS_6),
    "anilist": Tolerance(0.6, 30, HOURS_6, names_limit=True),
    "shikimori": Tolerance(0.2, 90, DAY),
    "offline": Tolerance(30, 2, HOURS_6, refusal=403),
    "anidb": Tolerance(2, 30, DAY, refusal=403),
    "idmap": Tolerance(30, 2, HOURS_6, refusal=403),
    "pages": Tolerance(3, 20, DAY, refusal=403),
}


class Ledger:
    """Counts requests, and decides which ones a service refuses. Times are those of the rehearsal."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.n_requests: Counter[str] = Counter()
        self.n_unchanged: Counter[str] = Counter()
        self.n_repeated: Counter[str] = Counter()
        self.n_peak: Counter[str] = Counter()  # most requests within a minute
        self.halved_from: dict[str, datetime] = {}
        self._times: defaultdict[str, list[datetime]] = defaultdict(list)
        self._answered: dict[tuple[str, str], datetime] = {}
        self._silent_until: dict[str, datetime] = {}
        self._active: Counter[str] = Counter()
        self._lock = Lock()

    def begin(self, service: str, question: str, headers: Mapping[str, str], now: datetime) -> int:
        """Count a request. Return the status of its refusal, or 0."""
        with self._lock:
            self._active[service] += 1
            self.n_requests[service] += 1
            self._inspect(service, question, headers, now)
            times = self._times[service] = [at for at in self._times[service] if now - at < MINUTE]
            times.append(now)
            self.n_peak[service] = max(self.n_peak[service], len(times))
            tolerance = TOLERANCES[service]
            if len(times) <= self.limit(service, now):
                return 0
            # A limit that was just halved can only be learnt from a refusal.
            if service not in self.halved_from:
                self._blame(service, now, f"{len(times)} requests in a minute")
            self._silent_until[service] = now + (PATIENCE if tolerance.refusal == 403 else MINUTE)
            return tolerance.refusal

    def end(self, service: str, question: str, status: int, now: datetime) -> None:
        with self._lock:
            self._active[service] -= 1
            if status == 304:
                self.n_unchanged[service] += 1
            if status in (200, 304, 404):
                self._answered[service, question] = now

    def limit(self, service: str, now: datetime) -> int:
        """Return the requests a minute that the service allows now."""
        per_minute, halved_from = TOLERANCES[service].per_minute, self.halved_from.get(service)
        return per_minute // 2 if halved_from and now >= halved_from else per_minute

    def be_silent(self, service: str, until: datetime) -> None:
        """Blame requests before `until`, as after a Retry-After."""
        self._silent_until[service] = until

    def _inspect(self, service: str, question: str, headers: Mapping[str, str], now: datetime) -> None:
        tolerance, times = TOLERANCES[service], self._times[service]
        if self._active[service] > 1:
            self._blame(service, now, "two requests at a time")
        if times and (now - times[-1]).total_seconds() < tolerance.pause * 0.98:
            self._blame(service, now, f"{(now - times[-1]).total_seconds():.2f} s after the last request")
        if now < self._silent_until.get(service, now):
            self._blame(service, now, "asked during a pause it was told to make")
        agent = headers.get("User-Agent", "")
        if "anirec" not in agent or "http" not in agent:
            self._blame(service, now, f"the User-Agent {agent!r} names neither application nor site")
        last = self._answered.get((service, question))
        if last and now - last < tolerance.again:
            self.n_repeated[service] += 1

    def _blame(self, service: str, now: datetime, what: str) -> None:
        self.violations.append(f"{now:%a %H:%M:%S} {service}: {what}")

"""`python -m anirec.bench.kills`: kill each part of the running site, and fill its disk, under load.

Uses its own site (DATA_DIR/bench-kills), started as `make run` starts it. 50 requests a second come in meanwhile, 10 of
them writes. Prints for each victim how long the site was not back, the longest wait of any request, and how many
acknowledged writes were lost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anirec.bench.speeds import RATINGS, step
from anirec.bench.tools.ledger import Answer, Load
from anirec.bench.tools.site import Site
from anirec.start.embedded import data_dir
from anirec.start.servers import Valkey, free_port

ROUNDS = 3
BACK, TRAINER_BACK, LONGEST_WAIT = 10.0, 60.0, 3.0  # seconds
GIVE_UP = 90.0
STEADY = 5.0  # seconds of load between two kills
DISK_BYTES = 1500 * 2**20
VICTIMS = ("web", "worker", "beat", "valkey", "postmaster", "backend", "launcher")


@dataclass(frozen=True)
class Result:
    """back: seconds until the site was whole again, None if it was not. waited: the longest request, in seconds."""

    victim: str
    back: float | None
    target: float
    waited: float
    unavailable: int
    broken: int

    def __str__(self) -> str:
        is_kept = self.back is not None and self.back <= self.target and self.waited <= LONGEST_WAIT
        back = "  never" if self.back is None else f"{self.back:5.1f} s"
        return (
            f"{'ok' if is_kept else 'NO'}  {self.victim:<24} back {back} (≤ {self.target:.0f})   longest wait"
            f" {self.waited:4.1f} s (≤ {LONGEST_WAIT:.0f})   503: {self.unavailable:>3}   no answer: {self.broken:>3}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.bench.kills")
    parser.add_argument("--only", choices=[*VICTIMS, "trainer", "redis", "disk"], action="append")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    chosen = options.only or [*VICTIMS, "trainer", "redis", "disk"]
    folder = data_dir() / "bench-kills"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lost = 0
    if "trainer" in chosen and not RATINGS.is_file():
        print("--  trainer: not measured, because ../shared/data is absent")
        chosen.remove("trainer")
    if kills := [victim for victim in chosen if victim in (*VICTIMS, "trainer")]:
        lost += _kill_parts(folder / "site", kills, options.rounds)
    if "redis" in chosen:
        lost += _lose_redis(folder, options.rounds)
    if "disk" in chosen:
        lost += _fill_disk(folder / "disk")
    print(f"{'ok' if not lost else 'NO'}  acknowledged writes lost: {lost}")


# --- Scenarios ------------------------------------------------------------------------------------------------------


def _kill_parts(folder: Path, victims: list[str], rounds: int) -> int:
    step("start a site (30 seconds)")
    site = Site(folder, free_port(), folder.with_suffix(".log"))
    with site.running(), _under_load(site) as (load, lost):
        if "trainer" in victims and RATINGS.is_file():
            site.manage("import_ratings", str(RATINGS))
        for victim in victims:
            step(f"kill -9 {victim}, {rounds} times")
            for _ in range(rounds):
                print(_kill_trainer(site, load) if victim == "trainer" else _kill(site, load, victim), flush=True)
    return len(lost)


def _lose_redis(folder: Path, rounds: int) -> int:
    """Kill a Valkey that is not the site's own and holds nothing afterwards, as a hosted one may be restarted."""
    step(f"restart an external Redis empty, {rounds} times")
    server, port = Valkey(folder / "external", durable=False), free_port()
    (folder / "external").mkdir(parents=True)
    running = server.start("secret", port)
    environment = {"REDIS_URL": running.url}
    site = Site(folder / "external-site", free_port(), folder / "external-site.log", environment)

    def restart() -> None:
        os.kill(server.leftover_pid() or 0, signal.SIGKILL)
        time.sleep(1.0)
        server.start("secret", port)

    with site.running(), _under_load(site) as (load, lost):
        for _ in range(rounds):
            print(_break(site, load, "external Redis, empty", restart, site.is_whole), flush=True)
    server.stop(server.leftover_pid() or 0)
    return len(lost)


def _fill_disk(folder: Path) -> int:
    """Fill a small disk of the site's own, look at it for some seconds, and make room again."""
    step("fill the disk and free it (1 minute)")
    if os.geteuid() != 0 or shutil.which("mount") is None:
        print("--  disk full: not measured, because a small disk can only be mounted by root")
        return 0
    with _small_disk(folder):
        site = Site(folder / "site", free_port(), folder.with_suffix(".log"))
        with site.running(), _under_load(site) as (load, lost):
            with _full(folder):
                time.sleep(20)
                full = load.since(time.monotonic() - 10)
                reads = [answer for answer in full if not answer.is_write]
                writes = [answer for answer in full if answer.is_write]
                print(f"    full: {_share(reads, 200)} reads answered, {_share(writes, 503)} writes refused")
            print(_break(site, load, "disk full, then freed", lambda: None, lambda: _can_write(site, load)))
        return len(lost)


# --- One kill -------------------------------------------------------------------------------------------------------


def _kill(site: Site, load: Load, victim: str) -> Result:
    pid = site.pid_of(victim)
    assert pid is not None, f"{victim} does not run"

    def is_back() -> bool:
        return site.is_whole() and (victim == "backend" or site.pid_of(victim) not in (None, pid))

    return _break(site, load, victim, lambda: os.kill(pid, signal.SIGKILL), is_back)


def _kill_trainer(site: Site, load: Load) -> Result:
    """Kill the trainer during a rebuild: its version must be marked as failed, and another rebuild begin."""
    first = _start_rebuild(site)
    pid = site.pid_of("trainer")
    assert pid is not None

    def is_back() -> bool:
        with site.database() as database:
            states: dict[int, str] = dict(
                database.execute("SELECT id, status FROM recommendations_modelversion").fetchall()
            )
        return states[first] == "failed" and max(states) > first

    return _break(site, load, "trainer, rebuilding", lambda: os.kill(pid, signal.SIGKILL), is_back, TRAINER_BACK)


def _break(
    site: Site, load: Load, name: str, harm: Callable[[], None], is_back: Callable[[], bool], target: float = BACK
) -> Result:
    """Do harm under load. Return how long the site took to be back, and how requests fared until then."""
    time.sleep(STEADY)
    began = time.monotonic()
    harm()
    back = _seconds_until(is_back, began)
    time.sleep(STEADY / 2)
    answers = load.since(began)
    statuses = [answer.status for answer in answers]
    waited = max((answer.seconds for answer in answers), default=0.0)
    return Result(name, back, target, waited, statuses.count(503), statuses.count(0))


def _seconds_until(is_back: Callable[[], bool], began: float) -> float | None:
    while time.monotonic() - began < GIVE_UP:
        try:
            if is_back():
                return time.monotonic() - began
        except Exception:  # whatever a service that is down raises
            pass
        time.sleep(0.1)
    return None


# --- Setup ----------------------------------------------------------------------------------------------------------


@contextmanager
def _under_load(site: Site) -> Iterator[tuple[Load, list[int]]]:
    """Yield the load, and a list that holds the lost writes in the end."""
    load, lost = site.load(), list[int]()
    load.start()
    try:
        yield load, lost
    finally:
        load.stop()
        lost += load.lost(site.scores())


def _start_rebuild(site: Site) -> int:
    """Start to learn from the shared ratings. Return the number of the new version once it is being trained."""
    site.manage("shell", "-c", "from recommendations.pipelines.tasks import rebuild_models; rebuild_models.delay()")
    while True:
        time.sleep(0.5)
        with site.database() as database:
            rows = database.execute("SELECT id FROM recommendations_modelversion WHERE status = 'running'").fetchall()
        if rows:
            return int(rows[0][0])


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Fill the disk to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(2**20))
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def _can_write(site: Site, load: Load) -> bool:
    return site.is_whole() and any(answer.is_write and answer.status == 200 for answer in load.answers[-50:])


def _share(answers: list[Answer], status: int) -> str:
    return f"{sum(answer.status == status for answer in answers)} of {len(answers)}"


if __name__ == "__main__":
    main()

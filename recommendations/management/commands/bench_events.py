"""Benchmark of event intake on two cores, and its effect on concurrent recommendations."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import numpy as np
import psutil
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.tokens.issuing import issue_token
from anirec.lib.valkey import valkey
from recommendations.experiments.collecting import collect
from recommendations.experiments.intake import STREAM
from recommendations.experiments.variants import Ticket
from recommendations.models import Experiment, MemberRecommendations, Variant, WidgetEvent

LISTS = "/api/v1/my/recommendations/?n=20"
BAR_EVENTS, BAR_SLOWER = 1000, 1.2
PORT, TURN = 8191, 2
FORK = get_context("fork")


class Command(BaseCommand):
    help = "Measure event intake while recommendations are served. Starts web processes and creates an experiment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=int, default=15)
        parser.add_argument("--processes", type=int, default=2, help="number of web processes, one per core")
        parser.add_argument("--batch", type=int, default=12, help="events per request")
        parser.add_argument(
            "--rate",
            type=int,
            default=BAR_EVENTS * 11 // 10,
            help="events per second sent while recommendations are measured",
        )

    def handle(self, *, seconds: int, processes: int, batch: int, rate: int, **options: Any) -> None:
        tokens = _tokens()
        if not tokens:
            raise CommandError("no member has recommendations: run `manage.py seed` and `manage.py publish` first")
        variant = _variant()
        before = WidgetEvent.objects.filter(variant=variant).count()
        with _web_processes(processes):
            _ask(tokens, 2)  # warm-up
            alone, loaded, sent = [], [], _Sent()
            for _ in range(max(1, seconds // TURN)):  # alternating, so that other load affects both alike
                alone += _ask(tokens, TURN)
                with _sending(variant, batch, rate, sent):
                    loaded += _ask(tokens, TURN)
            n_sent, sending = _send_at_full_speed(variant, batch, seconds)
        started = time.perf_counter()
        appended = collect()
        appending = time.perf_counter() - started
        stored = WidgetEvent.objects.filter(variant=variant).count() - before
        variant.experiment.delete()
        p95 = [float(np.percentile(times, 95)) for times in (alone, loaded)]
        middle = [float(np.median(times)) for times in (alone, loaded)]
        self.stdout.write(
            f"recommendations alone: p50 {middle[0]:.1f} ms, p95 {p95[0]:.1f} ms; with "
            f"{sent.n / sent.seconds:,.0f} events/s: "
            f"p50 {middle[1]:.1f} ms, p95 {p95[1]:.1f} ms: × {middle[1] / middle[0]:.2f} and × {p95[1] / p95[0]:.2f} "
            f"(bar ≤ {BAR_SLOWER})\n"
            f"events alone, {batch} per beacon: {n_sent / sending:,.0f}/s (bar ≥ {BAR_EVENTS:,})\n"
            f"appended to the table: {appended:,} at {appended / appending:,.0f}/s; sent {sent.n + n_sent:,}, stored "
            f"{stored:,}"
        )


class _Sent:
    n, seconds = 0, 0.0


def _tokens() -> list[str]:
    members = MemberRecommendations.objects.filter(version__is_active=True).values("user")
    users = User.objects.filter(pk__in=members).order_by("pk")[:200]
    return [issue_token(user, "bench_events", ["read:recommendations"])[1] for user in users]


def _variant() -> Variant:
    """Create a variant of a draft experiment, which nobody is assigned to."""
    Experiment.objects.filter(name="bench_events").delete()
    experiment = Experiment.objects.create(name="bench_events", widget="similar", primary_metric="click")
    return Variant.objects.create(experiment=experiment, name="A")


@contextmanager
def _web_processes(n: int) -> Iterator[None]:
    valkey().delete(STREAM)
    command = ["uvicorn", "anirec.asgi:application", "--port", str(PORT), "--lifespan", "off", "--workers", str(n)]
    environment = {**os.environ, "API_RATE_MEMBER": "10000000/min"}
    process = psutil.Popen(
        [sys.executable, "-m", *command, "--no-access-log", "--log-level", "warning"], env=environment
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CommandError(f"no response from the web process on port {PORT}")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers() -> bool:
    try:
        return _request(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "GET", "/api/v1/ping/") == 200
    except OSError:
        return False


def _request(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None, **headers: str
) -> int:
    connection.request(method, path, body, {"Host": "localhost", **headers})
    response = connection.getresponse()
    response.read()
    return response.status


def _ask(tokens: list[str], seconds: float) -> list[float]:
    """Return the milliseconds of consecutive requests."""
    connection, times, number = http.client.HTTPConnection("127.0.0.1", PORT), [], 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        token = f"Bearer {tokens[number % len(tokens)]}"
        if _request(connection, "GET", LISTS, Authorization=token) != 200:
            raise CommandError("a measured request failed")
        times.append((time.perf_counter() - started) * 1000)
        number += 1
    return times


def _beacons(variant: Variant, batch: int) -> Callable[[], bytes]:
    """Return a function that builds beacons, each from another visitor."""
    exposures = [[title, title - 1] for title in range(1, batch + 1)]

    def beacon() -> bytes:
        ticket = Ticket(variant.experiment.widget, variant.experiment_id, variant.pk, -time.time_ns()).signed()
        return json.dumps([{"ticket": ticket, "seen": exposures}]).encode()

    return beacon


def _send_at_full_speed(variant: Variant, batch: int, seconds: float) -> tuple[int, float]:
    """Send consecutive beacons and return (events, seconds)."""
    connection, beacon, n = http.client.HTTPConnection("127.0.0.1", PORT), _beacons(variant, batch), 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        n += batch * _is_accepted(connection, beacon())
    return n, time.perf_counter() - started


@contextmanager
def _sending(variant: Variant, batch: int, rate: int, sent: _Sent) -> Iterator[None]:
    """Send beacons at a steady rate from a separate process, because a thread would slow the timed one."""
    stop, n = FORK.Event(), FORK.Value("q", 0)
    beacon = _beacons(variant, batch)

    def send() -> None:
        os.nice(10)  # real browsers don't use the server's processor
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        while not stop.is_set():
            n.value += batch * _is_accepted(connection, beacon())
            stop.wait(max(0.0, n.value / rate - (time.perf_counter() - started)))

    sender = FORK.Process(target=send)
    started = time.perf_counter()
    sender.start()
    try:
        yield
    finally:
        stop.set()
        sender.join()
        sent.seconds += time.perf_counter() - started
        sent.n += n.value
    if sender.exitcode:
        raise CommandError("the process that sends events failed")


def _is_accepted(connection: http.client.HTTPConnection, body: bytes) -> bool:
    if _request(connection, "POST", "/events/", body) != 204:
        raise CommandError("a batch of events was rejected")
    return True

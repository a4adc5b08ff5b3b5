"""`python -m anirec.bench.push`: send a notification to 10,000 browsers, beside members who use the site.

Uses its own site (DATA_DIR/bench-push). The push service is a process on this machine that reads every message as its
browser would. The worker's code sends them, from the notification to the last answer.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import multiprocessing
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from typing import Any

import django

from anirec.bench.pages import Figure
from anirec.bench.speeds import manage, provide_own_services, step, wait_until_up, web_process
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

SUBSCRIPTIONS, SECONDS = 10_000, 60.0
SAMPLE = 500  # messages whose encryption alone is measured
READ = 50  # of so many messages, the receiver decrypts one
VISITORS, PAUSE = 4, 0.5  # people on the site, and seconds between their pages
PAGES = ("/", "/titles/", "/calendar/", "/season/")


def main() -> None:
    os.chdir(BASE_DIR)
    provide_own_services("bench-push")
    os.environ["DJANGO_SETTINGS_MODULE"] = "anirec.settings"
    step("create a site with the sample catalogue (30 seconds)")
    manage("migrate", "--verbosity", "0")
    manage("seed", "--community", "0")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    django.setup()
    key, secret = _keys()
    port, web = free_port(), free_port()
    with _push_service(port, key, secret), web_process(web):
        asyncio.run(wait_until_up(web))
        _subscribe(f"http://127.0.0.1:{port}", key, secret)
        with _visits(web) as latencies:
            figures = _measure(port)
        print(f"{len(latencies)} pages meanwhile: median {statistics.median(latencies) * 1000:.0f} ms")
    print(f"\n{'':<56} {'target':>8} {'measured':>9}")
    print(*figures, sep="\n")
    if any(figure.measured > figure.target for figure in figures):
        sys.exit(1)


def _measure(port: int) -> list[Figure]:
    from accounts.push import delivering
    from social.airing_news.telling import notify_of_episodes
    from social.notifications import pushing

    step(f"notify {SUBSCRIPTIONS:,} members of an episode")
    start = time.monotonic()
    if notify_of_episodes() != SUBSCRIPTIONS:
        sys.exit("anirec: not every member was notified.")
    notified = time.monotonic()
    pushing.push_due()
    queued = time.monotonic()
    n_sent = delivering.deliver(seconds=10 * SECONDS)
    end = time.monotonic()
    received, read, wrong = _received(port)
    print(f"notified in {notified - start:.1f} s, queued in {queued - notified:.1f} s, sent in {end - queued:.1f} s")
    print(f"{received:,} messages received, {read:,} of them decrypted")
    if (n_sent, received, wrong) != (SUBSCRIPTIONS, SUBSCRIPTIONS, 0):
        sys.exit(f"anirec: {n_sent:,} sent, {received:,} received, {wrong:,} unreadable.")
    alone = _encryption_seconds()
    print(
        f"encryption alone: {alone:.1f} s for as many messages; sending takes {(end - queued) / alone:.1f} times that"
    )
    return [Figure(f"{SUBSCRIPTIONS:,} browsers, from the episode to the last, s", SECONDS, end - start, "")]


def _encryption_seconds() -> float:
    """Return the seconds to encrypt as many messages, by a sample, on one processor."""
    from accounts.models import PushMessage, PushSubscription
    from accounts.push.sending import encrypted

    device = PushSubscription.objects.first()
    assert device is not None
    body = json.dumps({"title": "anirec", "body": "Frieren, episode 5: aired Sat, 28 Mar 2026, 16:00", "path": "/"})
    message = PushMessage(subscription=device, body=body)
    start = time.perf_counter()
    for _ in range(SAMPLE):
        encrypted(message)
    return (time.perf_counter() - start) / SAMPLE * SUBSCRIPTIONS


def _subscribe(origin: str, key: bytes, secret: bytes) -> None:
    """Make members who watch a title whose episode airs now, each with a browser."""
    from datetime import timedelta

    from django.conf import settings
    from django.utils import timezone

    from accounts.models import ListEntry, PushSubscription, User
    from catalog.models import Title

    settings.PUSH_TEST_ORIGIN = origin
    step(f"make {SUBSCRIPTIONS:,} members with a browser each")
    User.objects.filter(username__startswith="pushed").delete()
    now = timezone.now()
    title = Title.objects.create(name="Airing", status="airing", next_airing_at=now, next_episode=5)
    users = User.objects.bulk_create(
        User(username=f"pushed{number}", email=f"pushed{number}@example.org", time_zone="Europe/Berlin")
        for number in range(SUBSCRIPTIONS)
    )
    ListEntry.objects.bulk_create(ListEntry(user=user, title=title, status="watching") for user in users)
    ListEntry.objects.filter(title=title).update(created_at=now - timedelta(days=1))
    point = _public(key)
    PushSubscription.objects.bulk_create(
        PushSubscription(
            user=user, endpoint=f"{origin}/{user.pk}", p256dh=_encoded(point), auth=_encoded(secret), name="Browser"
        )
        for user in users
    )


@contextmanager
def _visits(port: int) -> Iterator[list[float]]:
    """Let people read pages meanwhile. Yield the response times in seconds."""
    latencies, over = list[float](), threading.Event()

    def visit(number: int) -> None:
        while not over.wait(PAUSE):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            start = time.perf_counter()
            connection.request("GET", PAGES[number % len(PAGES)])
            connection.getresponse().read()
            latencies.append(time.perf_counter() - start)
            connection.close()
            number += 1

    threads = [threading.Thread(target=visit, args=(number,), daemon=True) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    time.sleep(2 * PAUSE)
    yield latencies
    over.set()
    for thread in threads:
        thread.join(timeout=30)


# --- The push service -----------------------------------------------------------------------------------------------


@contextmanager
def _push_service(port: int, key: bytes, secret: bytes) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_serve, args=(port, key, secret, ready), daemon=True)
    process.start()
    if not ready.wait(30):
        sys.exit("anirec: the push service of this benchmark doesn't start.")
    yield
    process.terminate()
    process.join(timeout=10)


def _serve(port: int, key: bytes, secret: bytes, ready: Event) -> None:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    with _Service(("127.0.0.1", port), _Handler) as server:
        server.browser = {"private_key": load_der_private_key(key, None), "auth_secret": secret}
        ready.set()
        server.serve_forever()


class _Service(ThreadingHTTPServer):
    """A push service that knows the keys of all browsers, and reads some of their messages."""

    daemon_threads = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.browser: dict[str, Any] = {}
        self.paths: set[str] = set()
        self.n_read = self.n_wrong = 0

    def receive(self, path: str, body: bytes) -> None:
        import http_ece

        self.paths.add(path)
        if len(self.paths) % READ:
            return
        try:
            json.loads(http_ece.decrypt(body, **self.browser, version="aes128gcm"))
            self.n_read += 1
        except (http_ece.ECEException, ValueError):
            self.n_wrong += 1


class _Handler(BaseHTTPRequestHandler):
    """Answers each message with 201, and says at /count how many there were."""

    server: _Service
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.receive(self.path, self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(201, b"")

    def do_GET(self) -> None:
        counts = [len(self.server.paths), self.server.n_read, self.server.n_wrong]
        self._answer(200, json.dumps(counts).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...


def _received(port: int) -> tuple[int, int, int]:
    """Return the numbers of messages received, decrypted, and unreadable."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/count")
    received, read, wrong = json.loads(connection.getresponse().read())
    connection.close()
    return received, read, wrong


def _keys() -> tuple[bytes, bytes]:
    """Return the private key (DER) and the secret of a browser."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), os.urandom(16)


def _public(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

    public: Any = load_der_private_key(key, None).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    main()

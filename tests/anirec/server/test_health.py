"""Health checks answer before Django, within a second, whatever is down."""

import asyncio
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from anirec.server import health
from anirec.server.health import HealthChecks


def ask(path):
    """Return the status and body of a GET."""
    sent = []

    async def site(scope, receive, send):
        await send({"status": "passed on"})

    async def send(message):
        sent.append(message)

    checks = HealthChecks(site)({"type": "http", "path": path}, None, send)
    with ThreadPoolExecutor(1) as thread:  # this one may have the browser's event loop
        thread.submit(asyncio.run, checks).result()
    return sent[0]["status"], json.loads(sent[1]["body"]) if len(sent) > 1 else None


@pytest.mark.parametrize("path", ["/health/ready", "/health/ready/", "/health/"])
def test_a_healthy_site_says_so(path):
    assert ask(path) == (200, {"status": "ok", "database": "ok", "valkey": "ok"})


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [("REDIS_URL", "redis://127.0.0.1:1/0", "valkey"), ("DATABASE_URL", "postgres://127.0.0.1:1/none", "database")],
)
def test_the_part_that_is_down_is_named(settings, setting, value, part):
    setattr(settings, setting, value)

    assert ask("/health/ready") == (503, {"status": "down", "database": "ok", "valkey": "ok", part: "down"})
    assert ask("/health/live") == (200, {"status": "ok"})


def test_a_part_that_never_answers_is_down_within_a_second(monkeypatch):
    async def hang():
        await asyncio.sleep(60)

    monkeypatch.setitem(health.PARTS, "database", hang)
    started = time.monotonic()

    assert ask("/health/ready")[0] == 503
    assert time.monotonic() - started < 1.0


def test_other_paths_are_the_sites():
    assert ask("/healthy/")[0] == "passed on"


NOT_FOR_PAGES = (
    "tensorflow",
    "keras",
    "surprise",
    "sklearn",
    "pyarrow",
    "pandas",
    "scipy.linalg",
    "scipy.special",
    "ftfy",
)
NOT_WITHOUT_A_DSN = ("sentry_sdk",)


def test_the_web_process_loads_no_training_import_or_reporting_libraries():
    """In a process of its own: this one has read files and trained models."""
    code = (
        "import django, sys; django.setup(); import anirec.urls, anirec.asgi;"
        "import social.review_reading.model, social.review_reading.mentions;"
        f"print([m for m in {NOT_FOR_PAGES + NOT_WITHOUT_A_DSN} if m in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"

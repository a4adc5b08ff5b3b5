"""The examples in the documentation work as written."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape

import pytest
from django.conf import settings

from accounts.tokens.issuing import issue_token
from accounts.tokens.scopes import scopes

CLIENT = settings.BASE_DIR / "docs/client/example.py"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(member, make_title) -> str:
    make_title("Monster", members=10_000)
    for number in range(24):
        title = make_title(f"Other {number}", members=100)
        member.entries.create(title=title)
    make_title("Next", members=50, season_year=2021)
    return issue_token(member, "Example", scopes())[1]


def test_the_example_client_runs(live_server, member, key):
    run = subprocess.run([sys.executable, CLIENT, live_server.url, key], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert lines[:3] == ["Token of member", "Scored: Monster", "On the list: 25"]
    assert member.entries.get(title__name="Monster").score == 9


def test_the_guides_python_runs(client, live_server, key):
    guide = client.get("/api/").content.decode()
    blocks = [unescape(block) for block in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", guide, re.S)]
    (quickstart,) = [block for block in blocks if block.startswith("import json")]
    code = quickstart.replace("http://testserver", live_server.url).replace("anirec_…", key)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_guides_check_of_signatures_is_that_of_what_is_sent(client):
    from accounts.webhooks.sending import new_secret, signature

    guide = client.get("/api/").content.decode()
    (check,) = [
        unescape(b) for b in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", guide, re.S) if "is_genuine" in b
    ]
    names: dict = {}
    exec(check, names)
    secret = new_secret()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "7",
        "webhook-signature": signature(secret, "msg_1", 7, b"{}"),
    }
    assert (names["is_genuine"](secret, headers, b"{}"), names["is_genuine"](secret, headers, b"[]")) == (True, False)

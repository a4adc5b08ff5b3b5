"""Logging in with an account of another site, configured by the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

SHOW = """
import django, json
from django.conf import settings
django.setup()
from django.urls import reverse
print(json.dumps([settings.SOCIALACCOUNT_PROVIDERS, reverse("discord_login")]))
"""


def site_with(**variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "anirec.settings", "SECRET_KEY": "x", **variables}
    return subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
    )


def test_are_named_by_settings():
    site = site_with(SIGN_IN_PROVIDERS="discord", SIGN_IN_DISCORD_ID="7", SIGN_IN_DISCORD_SECRET="hush")
    assert json.loads(site.stdout) == [
        {"discord": {"APPS": [{"client_id": "7", "secret": "hush"}]}},
        "/accounts/discord/login/",
    ]


def test_without_their_secret_the_start_stops_with_a_sentence():
    assert "SIGN_IN_DISCORD_SECRET" in site_with(SIGN_IN_PROVIDERS="discord", SIGN_IN_DISCORD_ID="7").stderr


@pytest.mark.django_db
def test_without_any_no_page_speaks_of_them(client, member):
    assert "third-party" not in client.get(reverse("account_login")).content.decode().lower()
    client.force_login(member)
    assert "Connected accounts" not in client.get(reverse("accounts:settings")).content.decode()

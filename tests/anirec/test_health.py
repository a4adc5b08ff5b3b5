import subprocess
import sys

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as NoConnection


@pytest.mark.django_db
def test_a_healthy_site_says_so(client):
    response = client.get("/health/")

    assert response.json() == {"status": "ok", "database": "ok", "valkey": "ok"}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_the_part_that_is_down_is_named(client, monkeypatch):
    def refuse(*_args, **_options):
        raise NoConnection("refused")

    monkeypatch.setattr(cache, "get", refuse)

    response = client.get("/health/")

    assert response.json() == {"status": "down", "database": "ok", "valkey": "down"}
    assert response.status_code == 503


def test_the_web_process_loads_no_training_or_import_libraries():
    """In a process of its own: this one has read files and trained models."""
    code = (
        "import django, sys; django.setup(); import anirec.urls, anirec.asgi;"
        "print([m for m in ('tensorflow', 'keras', 'surprise', 'pyarrow', 'pandas') if m in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"

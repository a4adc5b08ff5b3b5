"""The commands of the site's parts, which `make run`, the image and the systemd units share."""

import os
import re
import subprocess
import sys

import pytest

from anirec.start import part
from anirec.start.embedded import BASE_DIR


def test_the_environment_fills_in_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("WEB_PROCESSES", "4")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "with a space"))

    assert " ".join(part.command("web")[:8]) == (
        "uvicorn anirec.asgi:application --host 0.0.0.0 --port 8123 --workers 4"
    )
    assert str(tmp_path / "with a space" / "beat-schedule") in part.command("beat")


def test_nothing_but_this_machine_reaches_a_part_by_default(monkeypatch):
    for name in ("HOST", "PORT", "WEB_PROCESSES"):
        monkeypatch.delenv(name, raising=False)

    assert " ".join(part.command("web")[2:8]) == "--host 127.0.0.1 --port 8000 --workers 1"


def test_make_run_starts_every_part():
    started = re.findall(
        r"anirec\.start\.part .*?(\w+)$", (BASE_DIR / "anirec/start/supervisord.conf").read_text(), re.MULTILINE
    )
    assert sorted(started) == sorted(part.COMMANDS)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("API_RATE_MEMBER", "lots", "anirec: API_RATE_MEMBER must be a rate such as \"60/min\", not 'lots'.\n"),
        ("PORT", "http", "anirec: PORT must be a number between 1 and 65535, not 'http'.\n"),
        ("EMAIL_URL_FILE", "/nowhere", "anirec: EMAIL_URL_FILE: /nowhere cannot be read: No such file or directory.\n"),
    ],
)
def test_a_bad_setting_ends_the_start_with_one_sentence(name, value, sentence):
    ended = subprocess.run(
        [sys.executable, "-m", "anirec.start.part", "web"],
        cwd=BASE_DIR, env={**os.environ, name: value}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (ended.stderr, ended.returncode) == (sentence, 1)

import os
from datetime import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from anirec.start import environment


@pytest.mark.parametrize(
    ("value", "meant"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("0", False), ("", False)]
)
def test_flags(monkeypatch, value, meant):
    monkeypatch.setenv("DEBUG", value)

    assert environment.flag("DEBUG") is meant


def test_what_is_unset_has_its_default(monkeypatch):
    monkeypatch.delenv("SETTING", raising=False)

    assert environment.flag("SETTING") is False
    assert environment.whole_number("SETTING", 8) == 8
    assert environment.rate("SETTING", "60/min") == "60/min"
    assert environment.url("SETTING", "redis://localhost", "redis") == "redis://localhost"
    assert environment.log_level("SETTING", "info") == "INFO"
    assert environment.time_of_day("SETTING", "02:30") == time(2, 30)
    assert environment.choice("SETTING", "line", "json") == "line"
    assert list(map(str, environment.networks("SETTING", "10.0.0.0/8, ::1/128"))) == ["10.0.0.0/8", "::1/128"]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (environment.flag, "maybe"),
        (lambda name: environment.whole_number(name, 8), "eight"),
        (lambda name: environment.whole_number(name, 8), "-1"),
        (lambda name: environment.rate(name, "1/s"), "lots"),
        (lambda name: environment.url(name, "", "redis"), "http://x"),
        (lambda name: environment.log_level(name, "INFO"), "LOUD"),
        (lambda name: environment.time_of_day(name, "02:30"), "half past two"),
        (lambda name: environment.time_of_day(name, "02:30"), "24:00"),
        (lambda name: environment.choice(name, "line", "json"), "xml"),
        (lambda name: environment.networks(name, ""), "10.0.0.7/8"),
    ],
)
def test_a_bad_value_is_named_in_a_sentence(monkeypatch, read, value):
    monkeypatch.setenv("SETTING", value)

    with pytest.raises(ImproperlyConfigured, match=r"^SETTING must be .*\.$"):
        read("SETTING")


def test_a_secret_is_read_from_its_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgres://anirec:secret@db/anirec\n")
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))

    environment.read_secret_files()
    environment.read_secret_files()  # as each process does

    assert os.environ["DATABASE_URL"] == "postgres://anirec:secret@db/anirec"
    assert "DATABASE_URL_FILE" not in os.environ


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "must hold one line."),
        (b"one\ntwo\n", "must hold one line."),
        (b"\xff\xfe", "cannot be read: it is not text."),
    ],
)
def test_a_file_without_a_secret_is_named_in_a_sentence(monkeypatch, tmp_path, content, reason):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.setenv("SECRET_KEY_FILE", str(path))

    with pytest.raises(ImproperlyConfigured) as error:
        environment.read_secret_files()

    assert str(error.value) == f"SECRET_KEY_FILE: {path} {reason}"


def test_a_secret_in_two_places_is_refused(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", "/two")

    with pytest.raises(ImproperlyConfigured, match=r"^Set SECRET_KEY or SECRET_KEY_FILE, not both\.$"):
        environment.read_secret_files()

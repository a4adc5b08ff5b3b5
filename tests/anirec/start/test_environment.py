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


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (environment.flag, "maybe"),
        (lambda name: environment.whole_number(name, 8), "eight"),
        (lambda name: environment.whole_number(name, 8), "-1"),
        (lambda name: environment.rate(name, "1/s"), "lots"),
        (lambda name: environment.url(name, "", "redis"), "http://x"),
        (lambda name: environment.log_level(name, "INFO"), "LOUD"),
    ],
)
def test_a_bad_value_is_named_in_a_sentence(monkeypatch, read, value):
    monkeypatch.setenv("SETTING", value)

    with pytest.raises(ImproperlyConfigured, match=r"^SETTING must be .*\.$"):
        read("SETTING")

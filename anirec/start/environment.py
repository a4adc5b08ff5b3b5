"""Validated environment values. An invalid one stops the start with a message naming it."""

from __future__ import annotations

import logging
import os
import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
RATE = re.compile(r"\d+/(s|sec|second|m|min|minute|h|hour|d|day)")


def flag(name: str) -> bool:
    """on or off; off when unset."""
    value = os.environ.get(name, "").strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be on or off, not {os.environ[name]!r}.")
    return value in YES


def whole_number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def rate(name: str, default: str) -> str:
    """Read a rate per second, min, hour or day, such as "60/min"."""
    value = os.environ.get(name, default)
    if not RATE.fullmatch(value):
        raise ImproperlyConfigured(f'{name} must be a rate such as "60/min", not {value!r}.')
    return value


def url(name: str, default: str, *schemes: str) -> str:
    value = os.environ.get(name) or default
    if urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must be a URL that starts with {' or '.join(f'{s}://' for s in schemes)}.")
    return value


def log_level(name: str, default: str) -> str:
    value = os.environ.get(name, default).upper()
    if value not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"{name} must be one of DEBUG, INFO, WARNING, ERROR, not {value!r}.")
    return value

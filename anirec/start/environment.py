"""Validated environment values. An invalid one stops the start with a message naming it."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from datetime import datetime, time
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
# Each can be given as a file: SECRET_KEY_FILE …
SECRETS = (
    "SECRET_KEY", "DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "EMAIL_URL", "PASSWORD_PEPPER",
    "SECRET_KEY_FALLBACKS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
)  # fmt: skip
RATE = re.compile(r"\d+/(s|sec|second|m|min|minute|h|hour|d|day)")


def read_secret_files() -> None:
    """Set each secret whose NAME_FILE is set to that file's text. Raises ImproperlyConfigured if it can't be read."""
    for name in SECRETS:
        if path := os.environ.pop(f"{name}_FILE", ""):
            if os.environ.get(name):
                raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
            os.environ[name] = _secret(f"{name}_FILE", Path(path))


def _secret(variable: str, path: Path) -> str:
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"{variable}: {path} cannot be read: {reason}.") from None
    if not text or "\n" in text:
        raise ImproperlyConfigured(f"{variable}: {path} must hold one line.")
    return text


def flag(name: str, *, default: bool = False) -> bool:
    """on or off; `default` when unset."""
    if name not in os.environ:
        return default
    value = os.environ[name].strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be on or off, not {os.environ[name]!r}.")
    return value in YES


def whole_number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def time_of_day(name: str, default: str) -> time:
    """Read a time such as "02:30"."""
    value = os.environ.get(name, default)
    try:
        return datetime.strptime(value, "%H:%M").time()
    except ValueError:
        raise ImproperlyConfigured(f'{name} must be a time such as "02:30", not {value!r}.') from None


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


def choice(name: str, default: str, *others: str) -> str:
    value = os.environ.get(name) or default
    if value not in (default, *others):
        raise ImproperlyConfigured(f"{name} must be {' or '.join((default, *others))}, not {value!r}.")
    return value


def choices(name: str, default: str, *known: str) -> list[str]:
    """Read known names, separated by commas."""
    values = [part.strip() for part in (os.environ.get(name) or default).split(",") if part.strip()]
    if unknown := [value for value in values if value not in known]:
        raise ImproperlyConfigured(f"{name}: {', '.join(unknown)} is unknown. Use some of: {', '.join(known)}.")
    return values


def networks(name: str, default: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Read networks such as "10.0.0.0/8,::1/128", separated by commas."""
    try:
        return [ipaddress.ip_network(part.strip()) for part in os.environ.get(name, default).split(",") if part.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a list of networks such as 10.0.0.0/8: {error}.") from None

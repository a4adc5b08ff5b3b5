"""The site's VAPID key (RFC 8292), with which it signs its requests to push services."""

from __future__ import annotations

import base64
import time
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from accounts.models import PushKey

LIFE = 12 * 3600  # seconds; services refuse a signature that is valid for more than a day
RENEWAL = 3600  # seconds before its end


def public_key() -> str:
    """Return the public key, as browsers take it: an uncompressed point in Base64url."""
    return _encoded(_key(_private_key()).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


class Signatures:
    """The Authorization headers for push services: one for each origin, used for all of its messages."""

    def __init__(self) -> None:
        self._key = _key(_private_key())
        self._headers: dict[str, tuple[str, float]] = {}

    def header(self, origin: str) -> str:
        """origin: scheme and host of the service, such as "https://fcm.googleapis.com"."""
        header, until = self._headers.get(origin, ("", 0.0))
        if until - RENEWAL < time.time():
            until = time.time() + LIFE
            claims = {"aud": origin, "exp": int(until), "sub": _contact()}
            header = self._key.sign(claims)["Authorization"]
            self._headers[origin] = header, until
        return header


def _contact() -> str:
    """Return where push services complain: the site's address, or its e-mail address if it has no https."""
    if settings.SITE_URL.startswith("https://"):
        return settings.SITE_URL
    return f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].rstrip('>')}"


def _private_key() -> str:
    """Return the stored key, made if there is none. Of two processes that make one at once, both use the first."""
    stored = PushKey.objects.filter(pk=1).first()
    return (stored or PushKey.objects.get_or_create(pk=1, defaults={"private_key": _new()})[0]).private_key


def _new() -> str:
    from py_vapid import Vapid02

    key = Vapid02()
    key.generate_keys()
    return key.private_pem().decode()


@cache
def _key(pem: str):  # type: ignore[no-untyped-def]
    from py_vapid import Vapid02

    return Vapid02.from_pem(pem.encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

"""Register and remove the browsers that show a member's notifications."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import PushSubscription, User
from accounts.models.push import ENDPOINT_LENGTH

MOST = 20  # devices per member
SECRET_BYTES = 16


def subscribe(user: User, endpoint: str, p256dh: str, auth: str, name: str, session_key: str = "") -> PushSubscription:
    """Save a browser's subscription, which ends with the session, if given. Raises ValidationError, by field.

    An endpoint belongs to one browser: whoever subscribed it before doesn't use it any more.
    """
    errors = {
        field: message
        for field, check, value in (
            ("endpoint", _check_endpoint, endpoint),
            ("p256dh", _check_public_key, p256dh),
            ("auth", _check_secret, auth),
        )
        if (message := check(value))
    }
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        user.lock()
        if user.push_subscriptions.exclude(endpoint=endpoint).count() >= MOST:
            message = _("You can have up to %(n)d devices. Remove one first.") % {"n": MOST}
            raise ValidationError({"endpoint": message})
        PushSubscription.objects.filter(endpoint=endpoint).exclude(user=user).delete()
        values = {"user": user, "p256dh": p256dh, "auth": auth, "name": name[:80], "session_key": session_key}
        return PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=values)[0]


def allowed_endpoint(endpoint: str) -> SplitResult | None:
    """Return the parsed URL, or None if it's no push service's that we know."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    if is_test_origin(parts):
        return parts
    host = parts.hostname or ""
    is_plain = endpoint.isascii() and endpoint.isprintable() and not {" ", "#", "@"} & set(endpoint)
    is_known = any(_matches(host, pattern) for pattern in settings.PUSH_HOSTS)
    return parts if parts.scheme == "https" and port in (None, 443) and is_plain and is_known else None


def is_test_origin(parts: SplitResult) -> bool:
    return bool(settings.PUSH_TEST_ORIGIN) and f"{parts.scheme}://{parts.netloc}" == settings.PUSH_TEST_ORIGIN


def decoded(text: str) -> bytes:
    """Decode Base64url with or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not Base64url") from error


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _check_endpoint(endpoint: str) -> str:
    if len(endpoint) <= ENDPOINT_LENGTH and allowed_endpoint(endpoint):
        return ""
    return _("Unknown push service. Use Chrome, Edge, Firefox or Safari.")


def _check_public_key(text: str) -> str:
    return _check_key(text, lambda data: EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data))


def _check_secret(text: str) -> str:
    return "" if len(_or_empty(text)) == SECRET_BYTES else _invalid_key()


def _check_key(text: str, read: Callable[[bytes], object]) -> str:
    try:
        read(decoded(text))
    except ValueError:
        return _invalid_key()
    return ""


def _or_empty(text: str) -> bytes:
    try:
        return decoded(text)
    except ValueError:
        return b""


def _invalid_key() -> str:
    return _("Invalid key. Turn notifications off and on again in your browser.")

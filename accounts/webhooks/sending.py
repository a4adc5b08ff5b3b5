"""Send signed requests to member-supplied URLs, but never into our own network.

Redirects are not followed, and only the status of the response is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import secrets
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from anirec.lib.web.guard import HostError, guarded_connection, target_of

TEST = "test"  # the event that members send to test a webhook
SECRET_PREFIX = "whsec_"
SECONDS = 10  # for the whole delivery


class WebhookError(Exception):
    """Delivery failed, or the URL is not allowed."""


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the Standard Webhooks v1 signature: an HMAC of ID, timestamp and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send the body and return the response status. Raises WebhookError."""
    parts = checked_url(url)
    try:
        with guarded_connection(parts, SECONDS, allow_private=settings.WEBHOOKS_ALLOW_PRIVATE) as connection:
            connection.request("POST", target_of(parts), body, {**headers, "Host": parts.netloc})
            return connection.getresponse().status
    except (HostError, OSError, http.client.HTTPException, ValueError) as error:
        raise WebhookError(str(error)[:200] or type(error).__name__) from error


def checked_url(url: str) -> SplitResult:
    """Return the parsed URL. Raises WebhookError if it isn't allowed; the host isn't resolved yet."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises for an invalid port)
    except ValueError as error:
        raise WebhookError(_("Invalid URL: %(why)s.") % {"why": error}) from error
    schemes = {"https", "http"} if settings.WEBHOOKS_ALLOW_PRIVATE else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise WebhookError(_("The URL must start with https:// and a host name."))
    if "@" in parts.netloc or parts.fragment:
        raise WebhookError(_("The URL can’t contain a password or #."))
    if not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookError(_("The URL can only contain ASCII characters, without spaces."))
    return parts

"""Send signed requests to member-supplied URLs, but never into our own network.

The host is resolved once, every address is checked, and the connection uses a checked one, so DNS rebinding has no
effect. Redirects are not followed, and only the status of the response is read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

TEST = "test"  # the event that members send to test a webhook
SECRET_PREFIX = "whsec_"
SECONDS = 10  # for the whole delivery
NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "5f00::/16", "fec0::/10", "100::/64", "3fff::/20"),
    )
)
# Networks whose addresses end with an IPv4 address: NAT64, IPv4-compatible, IPv4-mapped, IPv4-translated.
EMBEDDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")))


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
    address = _addresses(parts)[0]
    connection = _connection(parts, address)
    limit = threading.Timer(SECONDS, _shut, [connection])
    limit.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, body, {**headers, "Host": parts.netloc})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise WebhookError(str(error)[:200] or type(error).__name__) from error
    finally:
        limit.cancel()
        connection.close()


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


def _addresses(parts: SplitResult) -> list[str]:
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        results = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookError(_("Host not found: %(name)s.") % {"name": parts.hostname}) from error
    addresses = [str(entry[4][0]) for entry in results]
    if not settings.WEBHOOKS_ALLOW_PRIVATE and not all(is_public(address) for address in addresses):
        raise WebhookError(_("The host %(name)s isn’t public. Use a public address.") % {"name": parts.hostname})
    return addresses


def is_public(text: str) -> bool:
    """Return whether an IP address is public, also if it embeds an IPv4 address.

    >>> [is_public(text) for text in ("8.8.8.8", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1")]
    [True, False, False, False, False, False]
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if any(address in network for network in NOT_PUBLIC) or address.is_multicast:
        return False
    inner = _embedded(address) if isinstance(address, ipaddress.IPv6Address) else None
    return is_public(str(inner)) if inner else address.is_global


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address to which a router may pass on packets for this one, or None."""
    if any(address in network for network in EMBEDDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


def _connection(parts: SplitResult, address: str) -> http.client.HTTPConnection:
    """Return a connection to `address` that checks the certificate against the URL's host name."""
    assert parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=SECONDS)
    try:
        plain = socket.create_connection((address, port), SECONDS)
        is_secure = parts.scheme == "https"
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(plain, server_hostname=parts.hostname) if is_secure else plain
    except OSError as error:
        raise WebhookError(str(error)[:200] or type(error).__name__) from error
    return connection


def _shut(connection: http.client.HTTPConnection) -> None:
    """Close the socket, to end a blocking call in the other thread."""
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # already closed

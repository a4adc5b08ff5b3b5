"""HTTP connections to hosts that others name, which never lead into our own network.

A host is resolved once, every address is checked, and the connection uses a checked one, so that DNS
rebinding has no effect.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from urllib.parse import SplitResult

from django.utils.translation import gettext as _

NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "5f00::/16", "fec0::/10", "100::/64", "3fff::/20"),
    )
)
# Networks whose addresses end with an IPv4 address: NAT64, IPv4-compatible, IPv4-mapped, IPv4-translated.
EMBEDDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")))


class HostError(Exception):
    """The host can't be found, or isn't public."""


class PrivateHostError(HostError):
    """The host isn't public."""


@contextmanager
def guarded_connection(
    parts: SplitResult, seconds: float, *, allow_private: bool = False
) -> Iterator[http.client.HTTPConnection]:
    """Provide a connection to the URL's host, which is shut after `seconds`. Raise HostError or OSError."""
    connection = _connection(parts, addresses_of(parts, allow_private=allow_private)[0], seconds)
    limit = threading.Timer(seconds, _shut, [connection.sock])  # which the connection may hand over to its response
    limit.start()
    try:
        yield connection
    finally:
        limit.cancel()
        connection.close()


def target_of(parts: SplitResult) -> str:
    """Return the URL's path and query, as a request names them."""
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def addresses_of(parts: SplitResult, *, allow_private: bool = False) -> list[str]:
    """Return the IP addresses of the URL's host. Raise HostError if it has none or one isn't public."""
    try:
        results = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostError(_("Host not found: %(name)s.") % {"name": parts.hostname}) from error
    addresses = [str(entry[4][0]) for entry in results]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise PrivateHostError(_("The host %(name)s isn’t public. Use a public address.") % {"name": parts.hostname})
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


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _connection(parts: SplitResult, address: str, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to `address` that checks the certificate against the URL's host name."""
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, _port(parts), timeout=seconds)
    plain = socket.create_connection((address, _port(parts)), seconds)
    # A body follows its headers at once, instead of when the other side has acknowledged them: 40 ms later.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        is_secure = parts.scheme == "https"
        connection.sock = _tls().wrap_socket(plain, server_hostname=parts.hostname) if is_secure else plain
    except OSError:
        plain.close()
        raise
    return connection


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of all TLS connections. To load the known authorities takes some 20 ms."""
    return ssl.create_default_context()


def _shut(connected: socket.socket) -> None:
    """End a blocking call of another thread on the socket."""
    with suppress(OSError):  # it is closed already
        connected.shutdown(socket.SHUT_RDWR)

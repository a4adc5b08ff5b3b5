"""Ask another site's public API for a member's own list, with the manners of the catalogue's sources."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from accounts.portability.formats.rows import MAX_BYTES, PortabilityError
from catalog.models import SourceState
from catalog.sources.client.ask import pause, user_agent
from catalog.sources.client.circuit import wait_of
from catalog.sources.client.requests import SourceUnavailableError
from catalog.sources.client.turns import turn
from catalog.sources.clock import clock
from catalog.sources.services import service_named

PATIENCE = 20.0  # seconds to wait for a turn
TIMEOUT = (5, 20)  # seconds to connect, and between two reads of the response
LONGEST = 300.0  # seconds for a whole list
ABSENT, FORBIDDEN = 404, 403
Progress = Callable[[int], None]


@contextmanager
def session() -> Iterator[requests.Session]:
    """Open a session that repeats a request after a hiccup."""
    with requests.Session() as opened:
        retry = Retry(total=2, backoff_factor=0.5, status_forcelist=[500, 502, 503, 504], allowed_methods=None,
                      respect_retry_after_header=False, raise_on_status=False)  # fmt: skip
        for scheme in ("https://", "http://"):
            opened.mount(scheme, HTTPAdapter(max_retries=retry))
        opened.headers["User-Agent"] = user_agent()
        yield opened


class Site:
    """A list site as a member's list is asked from it. source: its name among the catalogue's sources.

    Requests take their turn among those of the source, and wait while it has asked for a pause.
    """

    def __init__(self, opened: requests.Session, source: str, account: str) -> None:
        self.session, self.account, self.service = opened, account, service_named(source)
        self.name, self.deadline = self.service.label, time.monotonic() + LONGEST

    def ask(self, method: str, url: str, **query: Any) -> tuple[int, Any]:
        """Return the response's status and its JSON. Raise PortabilityError if there is none."""
        self._require_no_pause()
        self._require_time()
        try:
            with (
                turn(self.service, PATIENCE),
                self.session.request(
                    method, url, timeout=TIMEOUT, stream=True, allow_redirects=False, **query
                ) as answer,
            ):
                return answer.status_code, self._json(answer)
        except SourceUnavailableError as error:
            raise self.busy() from error
        except requests.RequestException as error:
            raise self.away() from error

    def _require_no_pause(self) -> None:
        state, now = SourceState.objects.filter(source=self.service.name).first(), clock().now()
        if state is not None and state.open_until is not None and state.is_open(now):
            raise self.busy(str(int((state.open_until - now).total_seconds()) + 1))

    def _require_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise self.away()

    def _json(self, response: requests.Response) -> Any:
        if response.status_code == 429:
            wait = wait_of(response.headers, clock().now())
            pause(self.service, f"{self.name} was asked too often (status 429).", wait)
            raise self.busy(response.headers.get("Retry-After", ""))
        body = self._body(response)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            if response.status_code == 403:  # not the API, but what guards it
                pause(self.service, f"{self.name} refuses requests (status 403).", self.service.manners.after_refusal)
            raise self.unexpected() from error

    def _body(self, response: requests.Response) -> bytes:
        pieces, size = [], 0
        for piece in response.iter_content(1 << 16):
            self._require_time()
            pieces.append(piece)
            size += len(piece)
            if size > MAX_BYTES:
                raise PortabilityError(
                    _("The unpacked file is too large for an anime list. The limit is %(most)s MB.")
                    % {"most": MAX_BYTES // 1_000_000}
                )
        return b"".join(pieces)

    def away(self) -> PortabilityError:
        return PortabilityError(_("%(site)s isn’t responding. Try again later.") % {"site": self.name})

    def unexpected(self) -> PortabilityError:
        return PortabilityError(_("%(site)s sent an unexpected response. Try again later.") % {"site": self.name})

    def not_found(self) -> PortabilityError:
        return PortabilityError(
            _("%(site)s has no user “%(name)s”. Check the spelling.") % {"site": self.name, "name": self.account}
        )

    def private(self) -> PortabilityError:
        return PortabilityError(
            _("%(name)s’s list on %(site)s is private or empty. Make it public for a moment, or import a file.")
            % {"site": self.name, "name": self.account}
        )

    def busy(self, seconds: str = "") -> PortabilityError:
        if seconds.isdigit():
            return PortabilityError(
                _("Rate limit of %(site)s reached. Try again in %(seconds)s seconds.")
                % {"site": self.name, "seconds": int(seconds[:6])}
            )
        return PortabilityError(_("Rate limit of %(site)s reached. Try again in a minute.") % {"site": self.name})

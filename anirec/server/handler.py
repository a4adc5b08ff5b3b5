"""Runs requests in few threads, and refuses those that would wait too long.

Python runs one thread at a time, so more threads do no more work: they only make each request dearer. Requests that
hash passwords, which takes a processor for a tenth of a second, have a lane of their own beside the pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from anirec.lib.telemetry import metrics
from anirec.lib.telemetry.request_ids import HEADER, current_id, identify
from anirec.server.requests import write_access_log
from anirec.server.unavailable import BUSY, unavailable

CREDENTIAL_PATHS = ("/accounts/", "/settings/age/")


@dataclass
class Lane:
    """A number of threads at a time, and a bounded wait for one of them.

    most_waiting: requests in the queue; wait: seconds in it. Beyond either a request is refused.
    """

    threads: int
    most_waiting: int
    wait: float
    n_waiting: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.threads)

    async def enter(self) -> bool:
        """Wait for a free thread. Return whether there is one."""
        if self._free.locked() and self.n_waiting >= self.most_waiting:
            return False
        self.n_waiting += 1
        try:
            async with asyncio.timeout(self.wait):
                await self._free.acquire()
        except TimeoutError:
            return False
        finally:
            self.n_waiting -= 1
        return True

    def leave(self) -> None:
        self._free.release()


class BoundedHandler(ASGIHandler):
    """Django's handler with lanes. A request's middleware and view run in one thread: all of them are synchronous, and
    Django would change threads twice for each."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = Lane(threads=3, most_waiting=100, wait=1.2)
        self.credentials = Lane(threads=1, most_waiting=200, wait=20.0)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        identify(request)
        lane = self._lane_of(request)
        if not await lane.enter():
            metrics.shed_requests.labels("pages" if lane is self.pages else "credentials").inc()
            return await sync_to_async(self._refuse, thread_sensitive=True)(request)
        leave = asyncio.get_running_loop().call_soon_threadsafe
        return await sync_to_async(self._respond, thread_sensitive=True)(request, lambda: leave(lane.leave))

    def _refuse(self, request: HttpRequest) -> HttpResponseBase:
        response = unavailable(request, BUSY)
        response.headers[HEADER] = current_id()
        write_access_log(request, response, 0)
        return response

    def _lane_of(self, request: HttpRequest) -> Lane:
        is_credential = request.method == "POST" and request.path.startswith(CREDENTIAL_PATHS)
        return self.credentials if is_credential else self.pages

    def _respond(self, request: HttpRequest, leave: Callable[[], object]) -> HttpResponseBase:
        """Answer the request. Its connection to the database goes back to the pool before the answer is sent."""
        try:
            response = self.get_response(request)
            if not response.streaming:
                connections.close_all()
            return response
        finally:
            leave()  # from the thread: the client may be gone, and the thread still busy

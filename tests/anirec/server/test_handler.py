"""Requests run in few threads; those that would wait too long are refused."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpResponse
from django.urls import path

from anirec.server.handler import BoundedHandler, Lane

active = []
most = []
gate = threading.Event()
lock = threading.Lock()


def slow(_request):
    with lock:
        active.append(1)
        most.append(len(active))
    gate.wait(5)
    with lock:
        active.pop()
    return HttpResponse("done")


urlpatterns = [path("slow/", slow), path("accounts/login/", slow)]
handler500 = "anirec.api.problems.server_error"


@pytest.fixture
def handler(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    gate.clear()
    most.clear()
    active.clear()
    return BoundedHandler()


async def send(handler, path="/slow/", method="GET"):
    """Return the status of a request."""
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [(b"host", b"localhost")]}
    client = ApplicationCommunicator(handler, scope)
    await client.send_input({"type": "http.request", "body": b""})
    started = await client.receive_output(10)
    await client.receive_output(10)
    return started["status"]


def run(requests):
    """Run the coroutine in a thread of its own: this one may have the browser's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, requests).result()


async def statuses(handler, n, release_after=0.3, **request):
    tasks = [asyncio.create_task(send(handler, **request)) for _ in range(n)]
    await asyncio.sleep(release_after)
    gate.set()
    return sorted(await asyncio.gather(*tasks))


def test_no_more_than_the_lanes_threads_run_at_once(handler):
    assert run(statuses(handler, 10)) == [200] * 10
    assert max(most) == handler.pages.threads


def test_beyond_the_queue_requests_are_refused_at_once(handler):
    handler.pages = Lane(threads=2, most_waiting=3, wait=5)
    assert run(statuses(handler, 10)) == [200] * 5 + [503] * 5


def test_who_has_waited_long_enough_is_refused(handler):
    handler.pages = Lane(threads=1, most_waiting=10, wait=0.2)
    started = time.monotonic()
    assert run(statuses(handler, 4, release_after=1.0)) == [200, 503, 503, 503]
    assert time.monotonic() - started < 3


def test_pages_do_not_wait_behind_passwords(handler):
    async def both():
        logins = [asyncio.create_task(send(handler, "/accounts/login/", "POST")) for _ in range(20)]
        await asyncio.sleep(0.2)
        gate.set()
        page = await asyncio.wait_for(send(handler), 2)
        gate.clear()
        gate.set()
        return page, sorted(await asyncio.gather(*logins))

    assert run(both()) == (200, [200] * 20)


def test_a_thread_is_free_again_after_its_client_has_left(handler):
    handler.pages = Lane(threads=1, most_waiting=5, wait=3)

    async def leave_and_come_back():
        first = asyncio.create_task(send(handler))
        await asyncio.sleep(0.2)
        first.cancel()
        second = asyncio.create_task(send(handler))
        await asyncio.sleep(0.2)
        gate.set()
        return await second

    assert run(leave_and_come_back()) == 200
    assert max(most) == 1

"""A request's ID goes from the proxy to the log, the response, tasks, their tasks, webhooks, and error pages."""

from __future__ import annotations

import json
import logging
import re
import time

import pytest
from celery import shared_task
from django.db.backends.utils import CursorWrapper
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Webhook
from accounts.webhooks import delivering
from accounts.webhooks.announcing import send_test
from anirec.celery import app
from anirec.lib.jobs import send_soon
from anirec.lib.telemetry.request_ids import WELL_FORMED, current_id, forget_id, use_id
from anirec.lib.valkey import valkey
from anirec.monitoring import messages
from anirec.server.logs import JsonFormatter, Reference

QUEUE = "tests-request-ids"


@pytest.fixture(autouse=True)
def _no_id():
    forget_id()
    valkey().delete(QUEUE)
    yield
    forget_id()
    valkey().delete(QUEUE)


@pytest.mark.django_db
class TestARequest:
    def test_takes_over_the_proxys_id(self, client):
        response = client.get("/about/", headers={"X-Request-ID": "from-the_proxy-1"})
        assert response.headers["X-Request-ID"] == "from-the_proxy-1"

    @pytest.mark.parametrize("given", ["", "with a space", "x" * 65, "<script>", "a\tb", "ä"])
    def test_gets_one_of_its_own_if_the_proxys_is_not_well_formed(self, client, given):
        first, second = (client.get("/about/", headers={"X-Request-ID": given}) for _ in range(2))
        ids = {response.headers["X-Request-ID"] for response in (first, second)}
        assert len(ids) == 2
        assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)

    def test_is_named_in_every_line_of_the_log(self, client, caplog):
        with caplog.at_level(logging.INFO, "anirec.access"):
            client.get("/about/", headers={"X-Request-ID": "abc"})
        record = next(record for record in caplog.records if record.name == "anirec.access")
        Reference().filter(record)
        line = json.loads(JsonFormatter(timestamp=True).format(record))
        assert re.fullmatch(r"GET recommendations:about 200 \d+\.\d ms", line.pop("message"))
        assert line.pop("milliseconds") > 0
        assert line.pop("timestamp")
        assert line == {
            "level": "INFO", "logger": "anirec.access", "request_id": "abc", "method": "GET",
            "route": "recommendations:about", "status": 200,
        }  # fmt: skip

    def test_is_shown_on_error_pages(self, client, monkeypatch):
        from django.db import OperationalError

        client.raise_request_exception = False
        for error, status in ((ValueError("a fault"), 500), (OperationalError("the connection is lost"), 503)):

            def fail(*_args, error=error, **_options):
                raise error

            with monkeypatch.context() as patch:
                patch.setattr(CursorWrapper, "execute", fail)
                response = client.get("/titles/", headers={"X-Request-ID": "abc"})
            assert (response.status_code, "Reference: abc" in response.content.decode()) == (status, True)


@given(st.text(max_size=70))
def test_only_well_formed_ids_are_taken_over(text):
    taken = use_id(text)
    assert (taken == text) == bool(WELL_FORMED.fullmatch(text))
    assert WELL_FORMED.fullmatch(taken)


def sent_headers(n=1, seconds=5):
    deadline = time.monotonic() + seconds
    while valkey().llen(QUEUE) < n and time.monotonic() < deadline:
        time.sleep(0.02)
    return [json.loads(message)["headers"] for message in valkey().lrange(QUEUE, 0, -1)]


@shared_task(name="tests.sends_another", queue=QUEUE)
def sends_another(**_kwargs):
    app.send_task("tests.any", queue=QUEUE)
    return current_id()


class TestATask:
    def test_carries_the_id_of_the_request_that_sent_it(self):
        use_id("abc")
        app.send_task("tests.any", queue=QUEUE)
        (headers,) = sent_headers()
        assert (headers[messages.ID], headers[messages.SENT_AT]) == ("abc", pytest.approx(time.time(), abs=5))

    def test_carries_it_through_the_thread_that_sends(self):
        use_id("abc")
        send_soon(sends_another)
        assert sent_headers()[0][messages.ID] == "abc"

    def test_continues_it_in_its_own_tasks_and_forgets_it_at_the_end(self):
        request = {"headers": {messages.ID: "abc"}, "is_eager": False}
        sends_another.push_request(id="1", **request)
        messages.take_over_id(task=sends_another, task_id="1")
        sends_another.run()
        messages.end_task(task=sends_another, state="SUCCESS")
        sends_another.pop_request()
        assert sent_headers()[0][messages.ID] == "abc"
        assert current_id() == ""

    def test_of_the_schedule_has_its_own_as_the_id(self):
        sends_another.push_request(id="0a1b", headers={messages.ID: ""}, is_eager=False)
        messages.take_over_id(task=sends_another, task_id="0a1b")
        assert current_id() == "0a1b"
        sends_another.pop_request()


@pytest.mark.django_db
def test_webhooks_send_the_id(member, monkeypatch):
    sent = []
    monkeypatch.setattr(delivering, "post", lambda url, body, headers: sent.append(headers) or 200)
    hook = Webhook.objects.create(user=member, url="https://example.org/", secret="whsec_c2VjcmV0", events=[])
    delivery = send_test(hook)
    use_id("abc")
    delivering.deliver(delivery.pk)
    assert sent[0]["X-Request-ID"] == "abc"

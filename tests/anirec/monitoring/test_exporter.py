"""/metrics: who may read it, and what it says."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpResponse
from prometheus_client.parser import text_string_to_metric_families

from anirec.lib.telemetry import metrics, queries
from anirec.lib.valkey import valkey
from anirec.monitoring import facts
from anirec.monitoring.exporter import MetricsEndpoint, render
from anirec.server.requests import RequestMiddleware
from recommendations.models import ModelVersion

OUTSIDE, NEAR = "203.0.113.9", "127.0.0.1"


def ask(path="/metrics", client=NEAR, **headers):
    """Return the status and body of a GET."""
    sent = []

    async def site(scope, receive, send):
        await send({"status": "passed on"})

    async def send(message):
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "headers": pairs, "client": (client, 5000) if client else None}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, MetricsEndpoint(site)(scope, None, send)).result()
    return sent[0]["status"], sent[1]["body"].decode() if len(sent) > 1 else ""


class TestTheGuard:
    def test_a_scraper_on_this_machine_needs_no_token(self, healthy_site):
        assert ask()[0] == 200

    @pytest.mark.parametrize("client", [OUTSIDE, "10.0.0.7", "2001:db8::1", "not an address", None])
    def test_it_is_closed_to_others(self, client):
        assert ask(client=client) == (
            403, "Send METRICS_TOKEN as a bearer token, or scrape from METRICS_NETWORKS.\n"
        )  # fmt: skip

    @pytest.mark.parametrize("header", ["x_forwarded_for", "x_forwarded_proto", "forwarded", "x_real_ip", "via"])
    def test_it_is_closed_to_what_a_proxy_on_this_machine_passes_on(self, header):
        assert ask(**{header: "1.2.3.4"})[0] == 403

    def test_a_session_does_not_help(self):
        assert ask(client=OUTSIDE, cookie="sessionid=abc")[0] == 403

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ("Bearer secret", 200),
            ("bearer secret", 200),
            ("Bearer wrong", 403),
            ("Bearer ", 403),
            ("Basic secret", 403),
        ],
    )
    def test_the_token_opens_it_from_anywhere(self, healthy_site, settings, given, status):
        settings.METRICS_TOKEN = "secret"
        assert ask(client=OUTSIDE, authorization=given, x_forwarded_for="1.2.3.4")[0] == status

    def test_without_a_token_in_the_settings_an_empty_one_does_not_open_it(self):
        assert ask(client=OUTSIDE, authorization="Bearer ")[0] == 403

    def test_other_networks_can_be_let_in(self, healthy_site, settings):
        settings.METRICS_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
        assert (ask(client="10.1.2.3")[0], ask(client=NEAR)[0]) == (200, 403)

    def test_other_paths_are_the_sites(self):
        assert ask("/metricsx", client=OUTSIDE)[0] == "passed on"


@pytest.mark.django_db(transaction=True)
class TestTheText:
    def test_it_is_valid_and_complete_over_connections_of_its_own(self, monkeypatch):
        version = ModelVersion.objects.create(status="published", is_active=True)
        monkeypatch.setattr(facts, "_last", None)

        families = {family.name: family for family in text_string_to_metric_families(render().decode())}

        ups = {sample.labels["part"]: sample.value for sample in families["anirec_up"].samples}
        assert (ups["database"], ups["cache"]) == (1, 1)
        (model,) = families["anirec_model_trained_timestamp_seconds"].samples
        assert (model.labels, model.value) == (
            {"version": str(version.pk)}, pytest.approx(version.created_at.timestamp(), abs=1),
        )  # fmt: skip
        assert "anirec_backup_failed" not in families

    def test_each_metric_is_described_once(self, monkeypatch):
        monkeypatch.setattr(facts, "_last", None)
        helps = [line.split()[2] for line in render().decode().splitlines() if line.startswith("# HELP")]
        assert sorted(helps) == sorted(set(helps))


def test_a_database_that_never_answers_takes_less_than_a_second(monkeypatch, collect):
    monkeypatch.setattr(facts, "_records", lambda: time.sleep(3))
    monkeypatch.setattr(facts, "_threads", lambda: ThreadPoolExecutor(2))
    began = time.monotonic()
    assert facts.collect().records is None
    assert time.monotonic() - began < 1.2


def test_facts_are_collected_once_in_five_seconds(monkeypatch):
    calls = []
    monkeypatch.setattr(facts, "_last", None)
    monkeypatch.setattr(facts, "collect", lambda: calls.append(1))
    for _ in range(5):
        facts.remembered_facts()
    assert calls == [1]


def test_the_oldest_task_is_the_one_that_is_taken_next(healthy_site):
    from anirec.celery import app

    for _ in range(3):
        app.send_task("tests.any", queue="import")
        time.sleep(0.05)
    waiting = facts.read_services().queues["import"]
    assert (waiting.length, 0.1 < waiting.oldest < 5) == (3, True)


def test_a_task_of_another_program_has_no_age(healthy_site):
    valkey().lpush("import", b'{"headers": {}}')
    assert facts.read_services().queues["import"].oldest == 0


# --- Counting -------------------------------------------------------------------------------------------------------


def value_of(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_requests_are_counted_by_route_and_class_and_never_by_path(client, make_title):
    title = make_title("Monster")
    labels = {"route": "catalog:title", "method": "GET", "status": "2xx"}
    before = value_of("anirec_requests_total", **labels)
    n_queries = value_of("anirec_request_queries_total", route="catalog:title")

    client.get(title.get_absolute_url())

    assert value_of("anirec_requests_total", **labels) == before + 1
    assert value_of("anirec_request_queries_total", route="catalog:title") > n_queries
    assert title.get_absolute_url() not in render().decode()


@pytest.mark.django_db
def test_unknown_paths_and_methods_share_a_label(client):
    labels = {"route": "unmatched", "method": "other", "status": "4xx"}
    before = value_of("anirec_requests_total", **labels)
    client.generic("BREW", "/some/path/that/nobody/knows")
    assert value_of("anirec_requests_total", **labels) == before + 1


@pytest.mark.django_db
def test_queries_of_a_request_are_counted(django_assert_num_queries):
    queries.counts.restart()
    with django_assert_num_queries(2):
        ModelVersion.objects.exists()
        ModelVersion.objects.count()
    assert (queries.counts.n, queries.counts.seconds > 0) == (2, True)


def test_a_request_costs_little(rf, settings):
    """The bar is 50 µs on an idle machine; `docs/operations.md` has the figure."""
    from types import SimpleNamespace

    response = HttpResponse()
    middleware = RequestMiddleware(lambda _: response)
    request = rf.get("/titles/")
    request.resolver_match = SimpleNamespace(view_name="catalog:browse")
    best = min(_seconds(lambda: middleware(request), 300) for _ in range(5))
    assert best < 500e-6


def _seconds(work, n) -> float:
    began = time.perf_counter()
    for _ in range(n):
        work()
    return (time.perf_counter() - began) / n


PROCESS = """
import sys
from anirec.lib.telemetry import metrics
metrics.share("web")
metrics.count_request("a", "GET", 200, 0.01); metrics.web_sockets.labels("page").inc()
print("ready", flush=True); sys.stdin.read()
"""
READER = """
from anirec.lib.telemetry import metrics
metrics.share("worker")
r = metrics.collected()
print(r.get_sample_value("anirec_requests_total", {"route": "a", "method": "GET", "status": "2xx"}),
      r.get_sample_value("anirec_web_sockets", {"kind": "page"}) or 0.0)
"""


@pytest.fixture
def environment(tmp_path):
    return os.environ | {"DATA_DIR": str(tmp_path)}


def start(environment):
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def read(environment) -> list[float]:
    run = subprocess.run([sys.executable, "-c", READER], env=environment, capture_output=True, text=True, check=True)
    return [float(word) for word in run.stdout.split()]


def test_processes_share_their_counts_and_a_dead_ones_gauges_are_removed(environment):
    first, second = start(environment), start(environment)
    both = read(environment)
    first.kill()
    first.communicate()
    rest = read(environment)
    second.communicate()
    assert (both, rest) == ([2.0, 2.0], [2.0, 1.0])


def test_without_room_on_the_disk_a_process_counts_in_its_memory(monkeypatch):
    def refuse(_folder=None):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(metrics, "allocate", refuse)
    monkeypatch.setattr(metrics, "_folder", None)
    metrics.share("web")
    assert metrics.collected() is metrics.registry

"""Pages go on without Valkey: the cache is then this process's memory."""

import pytest
import redis
from django.core.cache import cache

from anirec import caches
from anirec.caches import OptionalClient


@pytest.fixture
def outage(monkeypatch):
    """A switch: `outage(True)` refuses every connection, `outage(False)` lets the next request try at once."""
    connect = OptionalClient.get_client

    def refuse(*args, **options):
        raise redis.ConnectionError("refused")

    def switch(is_down):
        caches._outage.retry_at = 0.0
        monkeypatch.setattr(OptionalClient, "get_client", refuse if is_down else connect)

    yield switch
    switch(False)
    cache.get("any")


def test_without_valkey_values_are_kept_in_memory(outage):
    outage(True)

    cache.set("a", 1)
    cache.set_many({"b": 2})

    assert (cache.get("a"), cache.get_many(["a", "b", "c"]), cache.get("c", 3)) == (1, {"a": 1, "b": 2}, 3)
    assert (cache.add("a", 5), cache.add("d", 4), cache.incr("a"), cache.delete("b"), "b" in cache) == (
        False, True, 2, True, False,
    )  # fmt: skip
    values = iter("xy")
    assert [cache.get_or_set("e", lambda: next(values)) for _ in "12"] == ["x", "x"]


def test_an_outage_leaves_no_old_value_behind(outage):
    cache.set("session", "logged in")
    cache.set("untouched", 1)

    outage(True)
    cache.delete("session")
    outage(False)

    assert (cache.get("session"), cache.get("untouched")) == (None, 1)


def test_during_an_outage_only_one_request_a_second_waits_for_valkey(outage, monkeypatch):
    outage(True)
    tries = []
    refuse = OptionalClient.get_client
    monkeypatch.setattr(OptionalClient, "get_client", lambda *args, **how: tries.append(1) or refuse(*args, **how))

    for _ in range(100):
        cache.get("a")

    assert len(tries) == 1

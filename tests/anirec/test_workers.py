"""What a killed worker has left unfinished goes back to its queue."""

import json
import time

import pytest

from anirec import workers
from anirec.celery import app
from anirec.lib.valkey import valkey

WORKER = "interactive@test"
QUEUE = "tests-returned"


@pytest.fixture
def unfinished():
    """A message that the worker has taken and not acknowledged; its tag."""
    client = valkey()
    client.delete(QUEUE, *workers.keys_of(WORKER).values(), f"anirec:alive:{WORKER}")
    app.send_task("tests.any", kwargs={"n": 1}, queue=QUEUE)
    message = json.loads(client.lpop(QUEUE))
    tag = message["properties"]["delivery_tag"]
    take(tag, message)
    yield tag
    client.delete(QUEUE, *workers.keys_of(WORKER).values(), f"anirec:returned:{tag}")
    client.srem(workers.WORKERS, WORKER)


def take(tag, message):
    keys = workers.keys_of(WORKER)
    valkey().hset(keys["unacked_key"], tag, json.dumps([message, "", QUEUE]))
    valkey().zadd(keys["unacked_index_key"], {tag: time.time()})


def returned():
    return [json.loads(message)["headers"]["task"] for message in valkey().lrange(QUEUE, 0, -1)]


def test_it_is_returned_when_the_worker_is_back(unfinished):
    assert workers.return_messages(app, WORKER) == 1
    assert returned() == ["tests.any"]
    assert workers.return_messages(app, WORKER) == 0


def test_it_is_dropped_when_it_has_killed_its_worker_too_often(unfinished, caplog):
    for _ in range(workers.MOST_RETURNS):
        workers.return_messages(app, WORKER)
        message = json.loads(valkey().lpop(QUEUE))
        take(unfinished, message)

    workers.return_messages(app, WORKER)

    assert returned() == []
    assert valkey().hlen(workers.keys_of(WORKER)["unacked_key"]) == 0
    assert "tests.any was dropped" in caplog.text


@pytest.mark.parametrize(("is_alive", "tasks"), [(True, []), (False, ["tests.any"])])
def test_another_worker_returns_those_of_one_that_does_not_come_back(unfinished, is_alive, tasks):
    valkey().sadd(workers.WORKERS, WORKER)
    if is_alive:
        valkey().set(f"anirec:alive:{WORKER}", 1)

    workers.return_orphaned_tasks()

    assert returned() == tasks
    assert bool(valkey().sismember(workers.WORKERS, WORKER)) == is_alive


def test_a_worker_keeps_its_messages_under_its_own_name():
    class Conf:
        broker_transport_options = {"max_retries": 1}

    workers.use_own_keys(sender="trainer@here", conf=Conf)

    assert Conf.broker_transport_options == {
        "max_retries": 1,
        "unacked_key": "unacked:trainer@here",
        "unacked_index_key": "unacked_index:trainer@here",
    }

"""Health checks of containers: a part that hangs is noticed, and an outage of Valkey is not its fault."""

import pytest
from redis.exceptions import ConnectionError

from anirec import alive, beat
from anirec.celery import app
from anirec.lib.valkey import valkey
from anirec.start import health


@pytest.fixture(autouse=True)
def _no_signs():
    alive._noted_at.clear()
    valkey().delete(*map(alive.alive_key, health.SIGNS.values()))


@pytest.mark.parametrize("part", ["worker", "trainer", "beat"])
def test_a_part_without_a_sign_of_life_is_reported(part):
    assert health.problem_of(part) == "no sign of life for 30 s"

    alive.note_alive(health.SIGNS[part])

    assert health.problem_of(part) == ""


def test_a_sign_of_life_expires():
    alive.note_alive("beat")

    assert 0 < valkey().ttl(alive.alive_key("beat")) <= 30


def test_beat_gives_a_sign_when_it_looks_for_due_tasks(tmp_path):
    scheduler = beat.Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
    scheduler.tick()
    scheduler.close()

    assert health.problem_of("beat") == ""


def test_while_valkey_is_down_a_worker_counts_as_well(monkeypatch, capsys):
    def fail(name):
        raise ConnectionError("refused")

    monkeypatch.setattr("anirec.alive.is_alive", fail)

    assert health.problem_of("worker") == ""
    assert capsys.readouterr().out == f"Valkey is down, so {health.SIGNS['worker']} can't be checked: refused\n"


def test_a_web_process_that_does_not_answer_is_reported(monkeypatch):
    monkeypatch.setenv("PORT", "1")

    assert health.problem_of("web") == "port 1 does not answer"


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("python -m anirec.start.container worker", "worker"),
        ("/sbin/docker-init -- python -m anirec.start.container beat", "beat"),
        ("python -m anirec.start.container migrate", ""),
    ],
)
def test_the_containers_part_is_read_from_its_command(command, part):
    assert health.part_in(command.split()) == part
    assert health.problem_of("") == ""

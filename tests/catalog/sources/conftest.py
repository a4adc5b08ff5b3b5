"""A clock that waits for nobody, and a service that answers as a test says."""

from datetime import timedelta
from threading import Thread

import pytest


@pytest.fixture
def clock(settings, tmp_path):
    from anirec.lib.valkey import valkey
    from catalog.sources.clock import RehearsalClock
    from tests.catalog.sources.scripted import START

    settings.SOURCES_CLOCK = str(tmp_path / "clock")
    settings.ANSWERS_DIR = tmp_path / "answers"
    clock = RehearsalClock(tmp_path / "clock")
    clock.set(START)
    valkey().flushdb()
    return clock


@pytest.fixture
def server(clock):
    from tests.catalog.sources.scripted import ScriptedServer

    server = ScriptedServer(clock)
    Thread(target=server.server.serve_forever, daemon=True).start()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def service_of(server):
    """Return a function: a service that asks the scripted server for the given keys, each due every `every`."""
    from tests.catalog.sources.scripted import service_at

    def build(*keys, every=timedelta(hours=12), manners=None, **options):
        return service_at(server.url, *keys, every=every, manners=manners, **options)

    return build


@pytest.fixture
def staff(client, make_member):
    staff = make_member("boss", is_staff=True, is_superuser=True)
    client.force_login(staff)
    return staff

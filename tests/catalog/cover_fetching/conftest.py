"""A server of pictures on this machine, and a clock that waits for nobody."""

from __future__ import annotations

import threading

import pytest

from tests.catalog.cover_fetching.pictures import START, PictureServer


@pytest.fixture
def clock(settings, tmp_path):
    from anirec.lib.valkey import valkey
    from catalog.sources.clock import RehearsalClock

    settings.SOURCES_CLOCK = str(tmp_path / "clock")
    clock = RehearsalClock(tmp_path / "clock")
    clock.set(START)
    valkey().flushdb()
    return clock


@pytest.fixture
def server(settings, clock, tmp_path):
    server = PictureServer()
    threading.Thread(target=server.server.serve_forever, args=(0.01,), daemon=True).start()
    settings.COVERS = True
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.COVER_TEST_ORIGIN = server.url
    yield server
    server.stopping.set()
    server.server.shutdown()
    server.server.server_close()

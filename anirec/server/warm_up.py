"""Builds what the first pages of a web process would wait for: beside them, as soon as it starts."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from anirec.server.unavailable import OUTAGES
from catalog.index.titles import title_index

logger = logging.getLogger(__name__)


def start_warming_up() -> threading.Thread:
    thread = threading.Thread(target=warm_up, name="warm up", daemon=True)
    thread.start()
    return thread


def warm_up() -> None:
    """Build the index of titles. While the database is down, the first page builds it later."""
    try:
        title_index()
    except OUTAGES as error:
        logger.warning("The index of titles is not built yet: %s", type(error).__name__)
    finally:
        connections.close_all()

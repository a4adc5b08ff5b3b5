"""Filters of log records."""

from __future__ import annotations

import logging


class WithoutOutages(logging.Filter):
    """Drops the record of every single request that failed with 503: the outage itself is logged once."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503

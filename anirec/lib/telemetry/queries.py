"""Counts the queries of a request, and their time. A request runs in one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver


class Counts(threading.local):
    """Queries of this thread since `restart`, and their seconds."""

    n = 0
    seconds = 0.0

    def restart(self) -> None:
        self.n, self.seconds = 0, 0.0


counts = Counts()


def _count(execute: Callable[..., Any], *arguments: Any) -> Any:
    began = time.perf_counter()
    try:
        return execute(*arguments)
    finally:
        counts.n += 1
        counts.seconds += time.perf_counter() - began


@receiver(connection_created, dispatch_uid="count_queries")
def count_queries(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _count)  # Django removes temporary wrappers from the end

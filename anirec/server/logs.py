"""Log records with the request's ID and without personal data: no paths, messages of exceptions, or values of forms."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter as Json

from anirec.lib.telemetry.request_ids import current_id
from anirec.lib.web.requests import route_of

MOST_CAUSES = 5
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutOutages(logging.Filter):
    """Drops the record of every single request that failed with 503: the outage itself is logged once."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


class Reference(logging.Filter):
    """Adds the request's ID, and replaces what libraries say of a request by its route."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = current_id()
        record.__dict__ |= {"request_id": request_id, "reference": f" [{request_id}]" if request_id else ""}
        request = record.__dict__.pop("request", None)
        if request is not None:
            status = getattr(record, "status_code", "")
            record.msg, record.args = f"{status} {getattr(request, 'method', '')} {route_of(request)}".strip(), ()
        elif record.name == "celery.app.trace" and isinstance(record.args, dict):
            record.msg, record.args = _of_task(record), ()
        return True


def _of_task(record: logging.LogRecord) -> str:
    """Return what happened to a task, without the exception's message and the task's arguments."""
    about: Any = record.args
    record.data = None  # Celery's copy of the arguments
    return f"Task {about.get('name')} {about.get('description', 'failed')}: {str(about.get('exc', '')).split('(')[0]}"


class _Private(logging.Formatter):
    """Tracebacks without the messages of exceptions, which may contain what a member typed."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802
        return describe(ei[1]) if ei[1] else ""


class LineFormatter(_Private):
    pass


class JsonFormatter(_Private, Json):
    """One JSON object a line, with these fields alone: other loggers' extra fields may hold personal data."""

    NAMES = {
        "timestamp": "timestamp", "levelname": "level", "name": "logger", "message": "message",
        "request_id": "request_id", "method": "method", "route": "route", "status": "status",
        "milliseconds": "milliseconds", "exc_info": "traceback",
    }  # fmt: skip

    def __init__(self, **options: Any) -> None:
        super().__init__(["levelname", "name", "message", "request_id"], **options)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {field: log_data[name] for name, field in self.NAMES.items() if log_data.get(name) not in (None, "")}


def describe(error: BaseException) -> str:
    """Return the traceback of an exception and its causes, with their types instead of their messages."""
    parts, current = [], error
    for _ in range(MOST_CAUSES):
        kind = type(current)
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{kind.__module__}.{kind.__qualname__}{_constraint(current)}")
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is None:
            break
        current = cause
    return "\n\n".join(reversed(parts))


def _constraint(error: BaseException) -> str:
    """Return the name of the database's constraint that was violated."""
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return f" ({name})" if name else ""

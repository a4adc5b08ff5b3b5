"""Error reports to Sentry, or a service that speaks its protocol. Off without SENTRY_DSN.

A report holds only what is listed here: where the error happened, but no values, addresses, or text of exceptions.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from anirec.lib.telemetry.request_ids import current_id

OURS = ("anirec", "recommendations", "social", "accounts", "catalog")
KEPT = ("event_id", "timestamp", "level", "platform", "logger", "transaction", "transaction_info", "release", "sdk")
OF_FRAME = (
    "filename", "abs_path", "function", "module", "lineno", "pre_context", "context_line", "post_context", "in_app",
)  # fmt: skip


def start(**options: Any) -> None:
    """Report errors from now on, if SENTRY_DSN is set. options: passed to `sentry_sdk.init`."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        settings.SENTRY_DSN,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=without_personal_data,
        integrations=[DjangoIntegration(middleware_spans=False), CeleryIntegration()],
        **options,
    )


def without_personal_data(event: Any, _hint: Any) -> Any:
    """Return a new event with the listed fields alone."""
    kept = {name: event[name] for name in KEPT if name in event}
    if event.get("transaction_info", {}).get("source") == "url":  # a path that belongs to no route
        kept.pop("transaction", None)
    errors = event.get("exception", {}).get("values", [])
    if errors:
        kept["exception"] = {"values": [_error(error) for error in errors]}
    if template := event.get("logentry", {}).get("message"):
        is_ours = str(event.get("logger", "")).partition(".")[0] in OURS  # others may have put values into it
        kept["logentry"] = {"message": template if is_ours else "A message was logged."}
    kept["tags"] = {"request_id": current_id()}
    return kept


def _error(error: dict[str, Any]) -> dict[str, Any]:
    frames = error.get("stacktrace", {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "mechanism": {"type": error.get("mechanism", {}).get("type", "generic"), "handled": False},
        "stacktrace": {"frames": [{name: frame[name] for name in OF_FRAME if name in frame} for frame in frames]},
    }

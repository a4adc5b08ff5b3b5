from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timesince import timesince

from catalog.sources.clock import clock
from catalog.sources.queries import SourceStatus, disabled_sources, source_statuses


class Command(BaseCommand):
    help = "Print the state of each catalogue source, and what is due."

    def handle(self, **options: Any) -> None:
        statuses = source_statuses()
        for status in statuses:
            self.stdout.write("\n".join(_lines(status)))
        if not statuses:
            self.stdout.write(
                "No source is enabled. Set MAL_CLIENT_ID, or SOURCES=offline-database, which needs no key."
            )
        self.stdout.write(f"Not enabled: {', '.join(disabled_sources())}.")


def _lines(status: SourceStatus) -> list[str]:
    state, now = status.state, clock().now()
    lines = [f"{status.service.name}: {status.health.value}"]
    if state.succeeded_at:
        lines.append(f"  last answer {timesince(state.succeeded_at, now)} ago; {status.n_due} requests due")
    else:
        lines.append(f"  never answered; {status.n_due} requests due")
    if state.reason:
        lines.append(f"  {state.reason} Asked again after {state.open_until:%Y-%m-%d %H:%M} UTC.")
    lines.append(
        f"  in 7 days: {status.n_requests} requests, {status.n_unchanged} unchanged, {status.n_refusals} refused, "
        f"{status.n_failures} failed; at most {status.per_minute:g} a minute"
    )
    lines += [f"  can’t be read: {answer.key}: {answer.error}" for answer in status.unreadable]
    return lines

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.sources.client.requests import Service
from catalog.sources.refresh import import_again, refresh
from catalog.sources.services import SERVICES, enabled_services, service_named


class Command(BaseCommand):
    help = "Ask the catalogue sources now for what is due, within their limits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="by default, all that are enabled")
        parser.add_argument("--all", action="store_true", help="ask for lists even if their answers are recent")
        parser.add_argument(
            "--stored", action="store_true", help="import the stored answers again, without a request: after an update"
        )

    def handle(self, *, sources: list[str], all: bool, stored: bool, **options: Any) -> None:
        for service in _services(sources):
            if stored:
                self.stdout.write(f"{service.name}: {import_again(service)}.")
                continue
            outcome = refresh(service, is_forced=all)
            self.stdout.write(
                f"{service.name}: {outcome.requests} requests; {outcome.report}. {outcome.stopped}".strip()
            )
            for problem in outcome.unreadable:
                self.stderr.write(f"can’t be read: {problem}")
            for rejection in outcome.report.rejected:
                self.stderr.write(f"rejected: {rejection}")


def _services(names: list[str]) -> list[Service]:
    if unknown := [name for name in names if name not in SERVICES]:
        raise CommandError(f"Unknown source: {', '.join(unknown)}. Use some of: {', '.join(SERVICES)}.")
    services = [service_named(name) for name in names] or enabled_services()
    if missing := [service.name for service in services if not service.address]:
        raise CommandError(f"Set the address of {', '.join(missing)} first: see “Catalogue” in docs/operations.md.")
    if not services:
        raise CommandError("No source is enabled. Set MAL_CLIENT_ID, or SOURCES=offline-database, which needs no key.")
    return services

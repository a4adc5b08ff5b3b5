from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.cover_fetching.candidates import due_titles
from catalog.cover_fetching.cleaning import clean_covers
from catalog.cover_fetching.fetching import Outcome, fetch_covers
from catalog.sources.clock import clock

SHOWN_EVERY = 25


class Command(BaseCommand):
    help = "Fetch the covers that are due now, most needed first. Exit code 1 if none could be fetched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, metavar="N", help="number of titles; by default, all that are due")
        parser.add_argument("--clean", action="store_true", help="only remove files that no title uses")

    def handle(self, *, limit: int | None, clean: bool, **options: Any) -> None:
        if not settings.COVERS:
            raise CommandError("Covers are off. Set COVERS=on if you have the right to show them.")
        if limit is not None and limit < 1:
            raise CommandError("--limit must be 1 or more.")
        if clean:
            removed, forgotten = clean_covers()
            self.stdout.write(f"{removed} files removed, {forgotten} covers without files forgotten.")
            return
        self._fetch(limit)

    def _fetch(self, limit: int | None) -> None:
        n_due = due_titles(clock().now()).count()
        n = min(limit, n_due) if limit else n_due
        self.stdout.write(f"{n} of {n_due} titles.")

        def show(outcome: Outcome) -> None:
            if outcome.n % SHOWN_EVERY == 0 or outcome.n == n:
                self.stdout.write(f"{outcome.n} of {n}: {outcome}")

        outcome = fetch_covers(limit=limit, progress=show)
        if outcome.stopped:
            self.stdout.write(outcome.stopped)
        if n and not outcome.fetched + outcome.unchanged:
            raise CommandError("No cover could be fetched. The admin has the reasons.")

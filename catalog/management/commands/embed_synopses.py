"""Index all words and embed all synopses now, rather than a few minutes' work every ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anirec.lib.database.locks import SYNOPSES, try_lock
from catalog.meaning import vector_index
from catalog.meaning.texts import embedding


class Command(BaseCommand):
    help = "Index the words of changed titles and embed their synopses: 15 a second."

    def handle(self, **options: Any) -> None:
        if not vector_index.prepare():
            raise CommandError("PostgreSQL has no pgvector 0.8 or newer, so synopses aren’t compared.")
        with try_lock(SYNOPSES) as is_free:
            if not is_free:
                raise CommandError("A worker is embedding synopses at the moment. Try again in five minutes.")
            n_words, n_embedded = embedding.refresh_words(), embedding.embed_synopses(float("inf"))
        self.stdout.write(f"{n_words:,} titles indexed, {n_embedded:,} synopses embedded")

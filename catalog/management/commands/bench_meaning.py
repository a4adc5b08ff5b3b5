"""Judge search by meaning with questions whose answers are known."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Sequence
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from catalog.meaning import nearest, vector_index
from catalog.meaning.find import answer
from catalog.meaning.judged import FIRST, Question, TitleFacts, judged_questions, ndcg
from catalog.meaning.texts import answering, embedding
from catalog.models import Title, TitleName

LEAST, BEYOND_WORDS, SLOWEST = 0.60, 1.3, 150.0  # NDCG@10; times that of words alone; ms


class Command(BaseCommand):
    help = "Answer judged questions by names, tags, words and meaning, and by words alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worst", type=int, default=10, help="questions to list, worst first (default: 10)")

    def handle(self, *, worst: int, **options: Any) -> None:
        if not vector_index.prepare():
            raise CommandError("PostgreSQL has no pgvector 0.8 or newer.")
        embedding.refresh_words()
        embedding.embed_synopses(float("inf"))
        catalogue = list(title_facts())
        questions = judged_questions()
        grades = [one.grades(catalogue) for one in questions]
        words = [_visible(nearest.titles_with_words(one.text, 10 * FIRST), catalogue) for one in questions]
        alone = [ndcg(found, known) for found, known in zip(words, grades, strict=True)]
        whole, milliseconds, processor = zip(
            *(_score(one, known) for one, known in zip(questions, grades, strict=True)), strict=True
        )
        self._report(questions, "words alone", alone)
        self._report(questions, "all together", whole)
        for score, text in sorted(zip(whole, (one.text for one in questions), strict=True))[:worst]:
            self.stdout.write(f"    {score:.2f} {text}")
        mean, p95 = float(np.mean(whole)), float(np.percentile(milliseconds, 95))
        times = mean / max(float(np.mean(alone)), 1e-9)
        self.stdout.write(f"NDCG@10 {mean:.3f} (bar ≥ {LEAST}){'' if mean >= LEAST else '  missed'}")
        self.stdout.write(f"times words alone {times:.2f} (bar ≥ {BEYOND_WORDS}){'' if times >= 1.3 else '  missed'}")
        used = float(np.percentile(processor, 95))
        self.stdout.write(f"p95 with a known vector {p95:.0f} ms (bar < {SLOWEST:.0f}), processor time {used:.0f} ms")

    def _report(self, questions: Iterable[Question], name: str, scores: Sequence[float]) -> None:
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for one, score in zip(questions, scores, strict=True):
            groups[one.language if one.language in ("en", "de") else "other"].append(score)
        parts = ", ".join(f"{group} {np.mean(some):.3f} ({len(some)})" for group, some in groups.items())
        self.stdout.write(f"{name}: {np.mean(scores):.3f}; {parts}")


def _score(question: Question, grades: dict[int, int]) -> tuple[float, float, float]:
    """Return the NDCG of the first results, and the milliseconds by the clock and of processors."""
    answering.answer(question.text)
    start, used = perf_counter(), _processor_seconds()
    found = answer(question.text, None, FIRST)
    seconds = perf_counter() - start, _processor_seconds() - used
    return ndcg(found.title_ids, grades), seconds[0] * 1000, seconds[1] * 1000


def _processor_seconds() -> float:
    """Return those of this process, and of PostgreSQL's if it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    server = psutil.Process(pid).cpu_times() if psutil.pid_exists(pid) else None
    return process_time() + (server.user + server.system if server else 0)


def _visible(title_ids: Iterable[int], catalogue: Iterable[TitleFacts]) -> list[int]:
    visible = {title.pk for title in catalogue}
    return [pk for pk in title_ids if pk in visible]


def title_facts() -> Iterable[TitleFacts]:
    """Yield what a visitor may see of the catalogue."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for title_id, text in TitleName.objects.order_by("pk").values_list("title_id", "text"):
        names[title_id].append(text)
    tags: defaultdict[int, set[str]] = defaultdict(set)
    for title_id, slug in Title.tags.through.objects.values_list("title_id", "tag__slug"):
        tags[title_id].add(slug)
    for title in Title.objects.visible_to(None).defer("search_lexemes").order_by("pk"):
        yield TitleFacts(
            title.pk,
            frozenset(names[title.pk]),
            "\n".join([*names[title.pk], title.synopsis]),
            frozenset(tags[title.pk]),
            title.format,
            title.status,
            title.year,
            title.episodes,
            title.episode_seconds and title.episode_seconds / 60,
        )

"""Refresh a source: send the requests that are due, store each answer, and import the new ones.

An answer is stored before it is read, and marked as imported in the transaction that imports it. A refresh that was
killed goes on with the answers it has: none is asked for twice, and none is lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain

from django.db import transaction
from django.db.models import F

from anirec.lib.database.locks import try_lock
from catalog.importing.imports import ImportReport, import_rows
from catalog.importing.parsers.base import CatalogueFileError, RejectedRow, SourceTitle, UnreadRow
from catalog.importing.parsers.services.answers import Answer, AnswerError
from catalog.models import SourceDay, StoredAnswer
from catalog.sources.client.answers import path_of
from catalog.sources.client.ask import ask, pause
from catalog.sources.client.requests import Service, SourceRequest, SourceUnavailableError
from catalog.sources.clock import clock
from catalog.sources.due import UNREADABLE, is_due, stored_answers

DAY = timedelta(days=1)
MOST_UNREADABLE = 3  # in a row
MOST_PENDING = 25  # answers imported together


@dataclass
class Outcome:
    """What a refresh did. stopped: why it ended before all was asked, or ""."""

    requests: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    unreadable: list[str] = field(default_factory=list)
    stopped: str = ""


def refresh(service: Service, *, seconds: float = float("inf"), is_forced: bool = False) -> Outcome:
    """Refresh a source until all is done, it is unavailable, or `seconds` are over; then the next refresh goes on.

    is_forced: ask for lists even if their answers are young.
    """
    with try_lock(f"refresh {service.name}") as is_mine:
        if not is_mine:
            return Outcome(stopped="Another worker refreshes it.")
        run = _Refresh(service, time.monotonic() + seconds, is_forced)
        try:
            run.ask_all()
        except SourceUnavailableError as error:
            run.outcome.stopped = str(error)
        finally:
            run.import_pending()
        return run.outcome


def import_again(service: Service) -> ImportReport:
    """Import all answers that are kept once more, as after a parser was mended. No request is sent."""
    StoredAnswer.objects.filter(source=service.name).exclude(file="").update(imported_at=None, error="")
    run = _Refresh(service, float("inf"), is_forced=False)
    run.is_offline = True
    run.ask_all()
    run.import_pending()
    return run.outcome.report


class _Refresh:
    """One run over a source's requests."""

    def __init__(self, service: Service, deadline: float, is_forced: bool) -> None:
        self.service = service
        self.deadline = deadline
        self.is_forced = is_forced
        self.is_offline = False
        self.outcome = Outcome()
        self.stored = stored_answers(service)
        self.pending: list[tuple[StoredAnswer, Answer]] = []
        self.kind = ""
        self.unreadable = 0

    def ask_all(self) -> None:
        for request in self.service.requests():
            self._begin(request.key.partition(":")[0])
            for page in self._pages(request):
                self._take(*page)

    def _begin(self, kind: str) -> None:
        """Import what was asked before another kind of answers: one import takes each title once."""
        if kind != self.kind or len(self.pending) >= MOST_PENDING:
            self.import_pending()
        self.kind = kind

    def _pages(self, first: SourceRequest) -> Iterator[tuple[SourceRequest, StoredAnswer]]:
        """Yield each page's request and its answer: the one that is stored, or a new one if it is due."""
        request, urls = first, {first.url}
        while answer := self._answer(request):
            yield request, answer
            if not answer.next_url or answer.next_url in urls or len(urls) >= first.most_pages:
                return
            urls.add(answer.next_url)
            number = len(urls)
            request = replace(first, key=f"{first.key}#{number}", url=answer.next_url, params={})

    def _answer(self, request: SourceRequest) -> StoredAnswer | None:
        last = self.stored.get(request.key)
        is_wanted = is_due(request, last, clock().now()) or (self.is_forced and request.every <= DAY)
        if self.is_offline or not is_wanted:
            return last
        if time.monotonic() > self.deadline:
            raise SourceUnavailableError("It goes on with the next run.")
        self.outcome.requests += 1
        self.stored[request.key] = answer = ask(self.service, request, last)
        return answer

    def _take(self, request: SourceRequest, answer: StoredAnswer) -> None:
        """Read an answer that is not in the catalogue yet, and keep its titles for the next import."""
        path = path_of(answer)
        if answer.imported_at or answer.error or path is None:
            return
        try:
            parsed = request.parse(path)
            answer.next_url = self._checked(parsed.next_url)
        except (CatalogueFileError, ValueError) as error:
            self._note_unreadable(answer, str(error))
        else:
            self.unreadable = 0
            answer.save(update_fields=["next_url"])
            self.pending.append((answer, parsed))

    def _checked(self, url: str | None) -> str:
        if url and not self.service.owns(url):
            raise ValueError(f"Its next page is on another host than {self.service.host}.")
        return url or ""

    def _note_unreadable(self, answer: StoredAnswer, reason: str) -> None:
        answer.error = reason[:500]
        answer.save(update_fields=["error"])
        self.outcome.unreadable.append(f"{answer.key}: {reason}")
        today = SourceDay.objects.filter(source=self.service.name, day=clock().now().date())
        today.update(failures=F("failures") + 1)
        self.unreadable += 1
        if self.unreadable >= MOST_UNREADABLE:
            pause(self.service, "Several of its answers in a row can’t be read.", UNREADABLE)
            raise SourceUnavailableError("Several of its answers in a row can’t be read.")

    def import_pending(self) -> None:
        pending, self.pending = self.pending, []
        if not pending:
            return
        answers = [answer for answer, _ in pending]
        try:
            self._import(answers, [parsed for _, parsed in pending])
        except (CatalogueFileError, AnswerError) as error:  # a stream shows only now that it is broken
            for answer in answers:
                self._note_unreadable(answer, str(error))

    def _import(self, answers: list[StoredAnswer], parsed: list[Answer]) -> None:
        """Import rows and mark their answers as imported, or neither."""
        label = f"{self.service.label}, {answers[0].key}"
        rows = parsed[0].rows if len(parsed) == 1 else _numbered(parsed)
        as_of = min(own.as_of or answer.as_of for own, answer in zip(parsed, answers, strict=True))
        with transaction.atomic():
            import_rows(rows, label, self.outcome.report, as_of)
            for answer in answers:
                answer.imported_at, answer.error = clock().now(), ""
            StoredAnswer.objects.bulk_update(answers, ["imported_at", "error"])


def _numbered(answers: Iterable[Answer]) -> Iterator[SourceTitle | RejectedRow | UnreadRow]:
    """Number the rows of several answers throughout. A title that is in several lists counts once."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for number, row in enumerate(chain.from_iterable(answer.rows for answer in answers), start=1):
        ids = tuple(sorted(row.external_ids.items())) if isinstance(row, SourceTitle) else ()
        if ids not in seen:
            yield replace(row, row=number)
        if ids:
            seen.add(ids)

"""Fetch covers that are missing, and look for new ones once a month."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from anirec.lib.database.locks import try_lock
from anirec.lib.pictures.resizing import (
    DamagedPictureError,
    PictureError,
    Renditions,
    TooManyPixelsError,
    UnknownFormatError,
    render,
)
from catalog.cover_fetching.candidates import addresses_for, due_titles
from catalog.cover_fetching.downloading import Download, download
from catalog.cover_fetching.errors import CoverError
from catalog.covers import files
from catalog.models import Cover, Title
from catalog.sources.client.requests import SourceUnavailableError
from catalog.sources.clock import clock
from catalog.versioning import catalogue_changed

CHECK_EVERY = timedelta(days=30)
AFTER_FAILURE, AFTER_REFUSAL = timedelta(days=1), timedelta(hours=1)
REASONS: dict[type[PictureError], str] = {
    TooManyPixelsError: "The picture has more than 25 megapixels.",
    UnknownFormatError: "The file isn’t a JPEG, PNG or WebP picture.",
    DamagedPictureError: "The picture is damaged.",
}


@dataclass
class Outcome:
    """What a run did. stopped: why it ended before all was done."""

    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    waiting: int = 0
    stopped: str = ""

    @property
    def n(self) -> int:
        return self.fetched + self.unchanged + self.failed + self.waiting

    def __str__(self) -> str:
        return f"{self.fetched} fetched, {self.unchanged} unchanged, {self.failed} failed, {self.waiting} waiting"


def fetch_covers(
    *, seconds: float | None = None, limit: int | None = None, progress: Callable[[Outcome], None] = lambda _: None
) -> Outcome:
    """Fetch what is due, for so many seconds or titles at most. Only one process does so at a time."""
    outcome = Outcome()
    with try_lock("covers") as is_mine:
        if not is_mine:
            outcome.stopped = "Another process is fetching covers."
            return outcome
        _fetch_due(outcome, seconds, limit, progress)
        if outcome.fetched:
            catalogue_changed()
    return outcome


def _fetch_due(outcome: Outcome, seconds: float | None, limit: int | None, progress: Callable[[Outcome], None]) -> None:
    deadline = time.monotonic() + seconds if seconds else float("inf")
    closed: set[str] = set()  # hosts that can't be asked now: their other titles wait for a later run
    for pk, url in list(due_titles(clock().now()).values_list("pk", "cover_url")[:limit]):
        outcome.stopped = _reason_to_stop(deadline)
        if outcome.stopped:
            return
        host = url.partition("://")[2].partition("/")[0]
        if host in closed:
            outcome.waiting += 1
        elif title := Title.objects.filter(pk=pk).first():  # else it is gone meanwhile
            with suppress(IntegrityError):  # it went while its cover was fetched
                closed |= {host} if _fetch_one(title, outcome) else set()
        progress(outcome)


def _reason_to_stop(deadline: float) -> str:
    if time.monotonic() > deadline:
        return "The time is up; the next run goes on."
    return "" if used_bytes() < settings.COVERS_QUOTA else "COVERS_QUOTA_MB is used up."


def used_bytes() -> int:
    """Return the bytes of all covers."""
    return Cover.objects.aggregate(total=Sum("n_bytes"))["total"] or 0


def _fetch_one(title: Title, outcome: Outcome) -> bool:
    """Fetch the title's cover. Return whether its host can't be asked now."""
    cover = Cover.objects.filter(title=title).first() or Cover(title=title)
    try:
        is_new = _fetch_first(title, cover)
    except CoverError as error:
        outcome.failed += 1
        _note_failure(cover, str(error), AFTER_FAILURE * 2 ** min(cover.failures, 5), failures=1)
    except SourceUnavailableError as error:
        outcome.waiting += 1
        _note_failure(cover, str(error), AFTER_REFUSAL)  # the next probe of the host is for another title
        return True
    else:
        outcome.fetched += is_new
        outcome.unchanged += not is_new
    return False


def _fetch_first(title: Title, cover: Cover) -> bool:
    """Store the first cover that can be used. Return whether it is another one than before.

    Raise the first address's error if all fail.
    """
    errors: list[CoverError | SourceUnavailableError] = []
    for url in addresses_for(title):
        try:
            return _fetch(title, cover, url)
        except (CoverError, SourceUnavailableError) as error:
            errors.append(error)
    raise errors[0] if errors else CoverError("No source names a cover.")


def _fetch(title: Title, cover: Cover, url: str) -> bool:
    found = download(url, _conditions(title, cover, url))
    if found.body is None:
        _note_check(cover, clock().now())
        cover.save()
        return False
    try:
        renditions = render(found.body, files.QUALITIES, ratio=files.RATIO)
    except PictureError as error:
        raise CoverError(REASONS.get(type(error), str(error))) from error
    return _store(title, cover, url, found, renditions)


def _conditions(title: Title, cover: Cover, url: str) -> Mapping[str, str]:
    if not title.cover_digest or cover.url != url:
        return {}
    conditions = {"If-None-Match": cover.etag, "If-Modified-Since": cover.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _store(title: Title, cover: Cover, url: str, found: Download, renditions: Renditions) -> bool:
    """Store the files, then what names them. Replaced files stay for a day: open pages name them."""
    digest, former = files.save(title.pk, renditions.by_width), title.cover_digest
    cover.url, cover.etag, cover.last_modified = url, found.etag, found.last_modified
    cover.n_bytes = sum(map(len, renditions.by_width.values()))
    _note_check(cover, clock().now())
    with transaction.atomic():
        values = {"cover_colour": renditions.colour, "cover_width": max(renditions.by_width)}
        Title.objects.filter(pk=title.pk).update(cover_digest=digest, **values)
        cover.save()
        if former not in ("", digest):
            catalogue_changed()
    return digest != former


def _note_check(cover: Cover, now: datetime) -> None:
    cover.failures, cover.reason = 0, ""
    cover.checked_at, cover.check_at = now, now + CHECK_EVERY


def _note_failure(cover: Cover, reason: str, pause: timedelta, failures: int = 0) -> None:
    """Keep the reason, and the cover that there is."""
    now = clock().now()
    cover.failures, cover.reason = min(cover.failures + failures, 1000), reason[:300]
    cover.checked_at, cover.check_at = now, now + pause
    cover.save()

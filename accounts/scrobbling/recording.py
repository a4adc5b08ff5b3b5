"""The one door from media servers to lists, and the only module that writes scrobbling's tables."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import transaction
from django.utils import timezone

from accounts.entries.writing import update_entry
from accounts.models import EntryStatus, ListEntry, ScrobbleAddress, ScrobbledShow, ScrobbleEvent, User
from accounts.scrobbling.players import NotAnEventError, Watched, parse
from accounts.scrobbling.recognising import Found, continue_from, recognise
from accounts.security.limits import WriteLimit
from accounts.tokens.issuing import digest_of
from catalog.models import Title
from catalog.models.titles import Format
from catalog.search.keys import search_key

MOST_ADDRESSES, MOST_EVENTS, MOST_SHOWS = 10, 50, 200
PER_HOUR = 1_500  # reports to one address; players also report every pause
REPEATS = timedelta(days=1)  # players repeat a report within it
Outcome: TypeAlias = ScrobbleEvent.Outcome
State: TypeAlias = ScrobbledShow.State


def create_address(user: User, name: str, account: str) -> str | None:
    """Create an address and return its key, which isn't stored; None if the member has MOST_ADDRESSES."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        user.lock()
        if ScrobbleAddress.objects.filter(user=user).count() >= MOST_ADDRESSES:
            return None
        ScrobbleAddress.objects.create(user=user, name=name, account=account, digest=digest_of(key))
    return key


def find_address(key: str) -> ScrobbleAddress | None:
    """Return the address with this key, and its member, or None."""
    addresses = ScrobbleAddress.objects.select_related("user").filter(user__is_active=True)
    return addresses.filter(digest=digest_of(key)).first()


def record(address: ScrobbleAddress, text: str | bytes) -> ScrobbleEvent:
    """Write a report to the member's list and history, once. Return the event.

    Raises NotAnEventError, IgnoredError and TooManyWritesError.
    """
    WriteLimit(f"scrobble:{address.pk}", PER_HOUR).consume(address.user)
    ScrobbleAddress.objects.filter(pk=address.pk).update(last_used_at=timezone.now())
    fingerprint = hashlib.sha256(text if isinstance(text, bytes) else text.encode("utf-8", "replace")).hexdigest()
    try:
        watched = parse(text)
    except NotAnEventError as error:
        _add_event(address.user, fingerprint, name=error.field, outcome=Outcome.REFUSED)
        raise
    if watched.account.casefold() != address.account.casefold():
        return _add_event(address.user, fingerprint, name=watched.account, outcome=Outcome.OTHER)
    return _record(address.user, watched, fingerprint)


def choose_title(show: ScrobbledShow, title: Title) -> Found | None:
    """Remember the title for the show's season, and add the last episode. Return None if it has no such episode."""
    with transaction.atomic():
        show.user.lock()
        found = _found_in(show.user, title, show.season, show.last_episode)
        if found is None:
            return None
        _decide(show, State.CHOSEN, title)
        _advance(show.user, found)
    return found


def ignore_show(show: ScrobbledShow) -> None:
    """Don't ask about the show's season again, and don't count its episodes."""
    _decide(show, State.IGNORED, None)


def forget_show(show: ScrobbledShow) -> None:
    """Delete the member's decision: the next episode is recognised anew."""
    show.delete()


def _decide(show: ScrobbledShow, state: State, title: Title | None) -> None:
    ScrobbledShow.objects.filter(pk=show.pk).update(state=state, title=title, updated_at=timezone.now())


def _record(user: User, watched: Watched, fingerprint: str) -> ScrobbleEvent:
    with transaction.atomic():
        user.lock()
        since = timezone.now() - REPEATS
        same = ScrobbleEvent.objects.filter(user=user, fingerprint=fingerprint, created_at__gte=since)
        if event := same.first():
            return event
        found, outcome = _write(user, watched)
        return _add_event(
            user, fingerprint, name=watched.name, season=watched.season, episode=watched.episode, outcome=outcome,
            title=found and found.title, title_episode=found and found.episode,
        )  # fmt: skip


def _add_event(user: User, fingerprint: str, **values: Any) -> ScrobbleEvent:
    """Add to the history, which holds one event of each other account and unreadable field, and MOST_EVENTS in all."""
    events = ScrobbleEvent.objects.filter(user=user)
    with transaction.atomic():
        user.lock()
        if values["outcome"] in (Outcome.OTHER, Outcome.REFUSED):
            events.filter(outcome=values["outcome"], name=values["name"]).delete()
        event = ScrobbleEvent.objects.create(user=user, fingerprint=fingerprint, **values)
        events.exclude(pk__in=list(events.values_list("pk", flat=True)[:MOST_EVENTS])).delete()
    return event


def _write(user: User, watched: Watched) -> tuple[Found | None, Outcome]:
    if watched.season == 0 or watched.episode == 0:
        return None, Outcome.SPECIAL
    show = ScrobbledShow.objects.filter(user=user, key=search_key(watched.name), season=watched.season or 0).first()
    if show and show.state == State.IGNORED:
        return None, Outcome.IGNORED
    found = _chosen(user, show, watched) if show and show.title_id else recognise(user, watched)
    if found is None:
        _ask_about(user, watched)
        return None, Outcome.UNKNOWN
    return found, Outcome.WRITTEN if _advance(user, found) else Outcome.UNCHANGED


def _chosen(user: User, show: ScrobbledShow, watched: Watched) -> Found | None:
    title = Title.objects.visible_to(user).filter(pk=show.title_id).first() if show.title_id else None
    return _found_in(user, title, show.season, watched.episode or 1) if title else None


def _found_in(user: User, title: Title, season: int, episode: int) -> Found | None:
    """Return the episode of a title that the member chose. season: 0 for a film."""
    if season == 0:
        return Found(title, 1) if title.episodes in (1, None) else None
    return continue_from(user, title, episode)


def _advance(user: User, found: Found) -> bool:
    """Raise the progress to the episode, never lower it. Return whether the list changed."""
    entry = ListEntry.objects.filter(user=user, title=found.title).first()
    if entry and (entry.status == EntryStatus.COMPLETED or entry.progress >= found.episode):
        return False
    changes: dict[str, Any] = {"progress": found.episode}
    if found.title.format == Format.MOVIE:
        changes["status"] = EntryStatus.COMPLETED
    update_entry(user, found.title, **changes)
    return True


def _ask_about(user: User, watched: Watched) -> None:
    """Put the show's season on the list of those not recognised, which holds the last MOST_SHOWS."""
    ScrobbledShow.objects.update_or_create(
        user=user, key=search_key(watched.name), season=watched.season or 0,
        defaults={"name": watched.name, "last_episode": watched.episode or 1, "state": State.OPEN},
    )  # fmt: skip
    shows = ScrobbledShow.objects.filter(user=user, state=State.OPEN, title=None)
    shows.exclude(pk__in=list(shows.values_list("pk", flat=True)[:MOST_SHOWS])).delete()

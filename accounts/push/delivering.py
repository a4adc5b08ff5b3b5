"""Send queued messages and record the results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import PushMessage, PushSubscription
from accounts.push.sending import Outcome, send_all

BATCH = 500
SECONDS = 50  # for a run, beside the batch at its end
LEASE = timedelta(minutes=3)  # until a batch that never finished is repeated
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
MOST_TRIES = 8


def deliver(seconds: float = SECONDS) -> int:
    """Send due messages until there are none or the time is up. Return how many arrived. Safe to run twice at once."""
    PushMessage.objects.filter(expires_at__lte=timezone.now()).delete()
    until, n_sent = time.monotonic() + seconds, 0
    while time.monotonic() < until and (batch := _take()):
        outcomes = send_all(batch)
        _record(outcomes)
        n_sent += sum(outcome.is_sent for outcome in outcomes)
    return n_sent


def _take() -> list[PushMessage]:
    """Take due messages, loaded with their subscriptions, that no other worker has."""
    now = timezone.now()
    with transaction.atomic():
        due = PushMessage.objects.filter(next_try_at__lte=now, expires_at__gt=now).order_by("next_try_at", "pk")
        taken = list(due.select_related("subscription").select_for_update(skip_locked=True, of=("self",))[:BATCH])
        PushMessage.objects.filter(pk__in=[one.pk for one in taken]).update(
            next_try_at=now + LEASE, n_tries=F("n_tries") + 1
        )
    for one in taken:
        one.n_tries += 1
    return taken


@transaction.atomic
def _record(outcomes: Sequence[Outcome]) -> None:
    """Forget what arrived or never will, and browsers that have unsubscribed; put off the rest."""
    sent = [outcome.message.subscription_id for outcome in outcomes if outcome.is_sent]
    gone = [outcome.message.subscription_id for outcome in outcomes if outcome.is_gone]
    PushSubscription.objects.filter(pk__in=gone).delete()
    PushSubscription.objects.filter(pk__in=sent).update(last_success_at=timezone.now())
    later = [outcome for outcome in outcomes if outcome.is_worth_retrying and outcome.message.n_tries < MOST_TRIES]
    for outcome in later:
        outcome.message.next_try_at = timezone.now() + max(_pause(outcome.message.n_tries), timedelta(0, outcome.wait))
    retried = {outcome.message.pk for outcome in later}
    done = [outcome.message.pk for outcome in outcomes if outcome.message.pk not in retried]
    PushMessage.objects.filter(pk__in=done).delete()
    PushMessage.objects.bulk_update([outcome.message for outcome in later], ["next_try_at"])


def _pause(n_tries: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** (n_tries - 1), LONGEST_PAUSE)

"""Changes of one list at the same time: each waits for the one before it, and none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.lists.forms import EntryForm
from accounts.models import ListEntry

THREADS = 8


def at_once(work) -> list[object]:
    """What `work` returns, called by eight threads."""

    def call(_number: int) -> object:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(call, range(THREADS)))


@pytest.mark.django_db(transaction=True)
def test_eight_taps_on_plus_one_are_eight_episodes(make_member, make_title):
    """The form is bound to the entry as the page showed it: it must not write what it read there."""
    member, title = make_member(), make_title(episodes=24)
    entry = ListEntry.objects.create(user=member, title=title, status="watching", progress=3)

    def tap() -> bool:
        return EntryForm({"step": "1"}, user=member, title=title, entry=entry).save()

    assert at_once(tap) == [True] * THREADS
    entry.refresh_from_db()
    assert entry.progress == 3 + THREADS


@pytest.mark.django_db(transaction=True)
def test_a_list_that_is_sent_eight_times_at_once_is_open_once(make_member, make_title):
    from accounts.portability.imports import reading

    make_title("Monster")
    member = make_member()
    file = b"Title,Score,Status\nMonster,9,Completed\n"

    def send() -> int:
        opened = reading.open_file(member, "list.csv", file)
        return reading.read_columns(opened, opened.columns, opened.scale).pk

    sent = at_once(send)
    assert member.imports.filter(state="preview").count() == 1
    assert member.imports.get(state="preview").pk in sent

"""The directory of members: its order is about anime, which everybody sees."""

from __future__ import annotations

import pytest

from accounts.entries.writing import (
    EntryDraft,
    hide_title,
    remove_entry,
    set_score,
    show_media,
    watch_up_to,
    write_entries,
)
from social.people.queries import member_directory

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [member.username for member in member_directory(None)]


@pytest.fixture
def members(make_member):
    return [make_member(name) for name in ("ada", "bob")]


def test_who_changes_their_anime_most_comes_first(members, make_title):
    title = make_title()

    set_score(members[1], title, 8)

    assert names() == ["bob", "ada"]


def test_what_is_done_with_manga_moves_nobody(members, make_title):
    _ada, bob = members
    manga = make_title(medium="manga")

    show_media(bob, ["manga"])
    set_score(bob, manga, 8)
    watch_up_to(bob, [manga])
    write_entries(bob, [EntryDraft(manga.pk, "completed", score=9)])
    hide_title(bob, manga)
    remove_entry(bob, manga)

    bob.refresh_from_db()
    assert (names(), bob.anime_changes, bob.list_version) == (["ada", "bob"], 0, 6)

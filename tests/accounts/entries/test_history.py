"""The history of an entry: what was changed when, and how many episodes were watched."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.entries import undo
from accounts.entries import writing as lists
from accounts.models import EntryChange, User
from accounts.portability.imports import reading, writing

pytestmark = pytest.mark.django_db
CSV = b"title,status,progress\nMonster,watching,3\n"


def changes(member: User) -> list[tuple]:
    fields = ("status_before", "status", "progress_before", "progress", "score", "watched", "others")
    return list(member.entry_changes.order_by("at").values_list(*fields))


def an_hour_later() -> None:
    EntryChange.objects.update(at=F("at") - timedelta(hours=1))


class TestRecord:
    def test_tells_of_a_new_title(self, member, make_title):
        lists.set_status(member, make_title(), "planned")
        assert changes(member) == [("", "planned", 0, 0, None, 0, [])]

    def test_tells_of_episodes(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        lists.update_entry(member, entry.title, progress=7)
        assert changes(member) == [("watching", "watching", 4, 7, None, 3, [])]

    def test_tells_of_removal(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4, score=8)
        lists.remove_entry(member, entry.title)
        assert changes(member) == [("watching", "", 4, 0, None, 0, [])]

    def test_tells_of_other_fields_by_name(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        lists.update_entry(member, entry.title, notes="Sad.", tags=["sad"])
        assert changes(member)[0][-1] == ["tags", "notes"]

    def test_joins_what_follows_within_minutes(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        for episode in (5, 6, 7):
            lists.watch_episode(member, entry.title, episode)
        assert changes(member) == [("watching", "watching", 4, 7, None, 3, [])]

    def test_keeps_apart_what_follows_later(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        lists.watch_episode(member, entry.title, 5)
        an_hour_later()
        lists.watch_episode(member, entry.title, 6)
        assert [(before, after) for _, _, before, after, *_ in changes(member)] == [(4, 5), (5, 6)]

    def test_forgets_what_is_taken_back_at_once(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        key = undo.remember(member, [entry.title_id]).split("/")[-2]
        lists.update_entry(member, entry.title, status="dropped")
        undo.take_back(member, key)
        assert changes(member) == []

    def test_tells_of_what_is_taken_back_later(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        key = undo.remember(member, [entry.title_id]).split("/")[-2]
        lists.remove_entry(member, entry.title)
        an_hour_later()
        undo.take_back(member, key)
        assert [(before, after) for before, after, *_ in changes(member)] == [("watching", ""), ("", "watching")]

    def test_leaves_out_refused_changes_and_repeats(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        lists.change_entries(member, [(entry.title, {"score": 11}), (entry.title, {"progress": 4})])
        assert changes(member) == []

    def test_leaves_out_imports(self, member, make_title):
        make_title("Monster")
        opened = reading.open_file(member, "list.csv", CSV)
        opened = reading.read_columns(opened, opened.columns)
        writing.write_import(opened.pk)
        assert changes(member) == []


class TestEpisodesWatched:
    @pytest.mark.parametrize(
        ("before", "fields", "watched"),
        [
            ({"status": "planned"}, {"progress": 1}, 1),
            ({"status": "planned"}, {"progress": 3}, 3),
            ({"status": "watching", "progress": 4}, {"status": "completed"}, 8),
            ({"status": "watching", "progress": 4}, {"progress": 2}, -2),
            ({"status": "rewatching", "progress": 4}, {"progress": 12}, 8),
            ({"status": "on_hold", "progress": 4}, {"status": "watching", "progress": 5}, 1),
            ({"status": "planned"}, {"status": "completed"}, 0),
            ({"status": "completed", "progress": 12}, {"status": "rewatching"}, 0),
            ({"status": "planned"}, {"score": 9}, 0),
            (None, {"status": "completed"}, 0),
            (None, {"progress": 7}, 0),
            (None, {"progress": 1}, 1),
        ],
    )
    def test_are_those_of_that_moment(self, member, make_entry, make_title, before, fields, watched):
        title = make_title()
        if before is not None:
            make_entry(member, title, **before)
        lists.update_entry(member, title, **fields)
        assert [change[5] for change in changes(member)] == [watched]

    def test_filling_in_counts_none(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=4)
        lists.watch_up_to(member, [entry.title])
        assert [change[5] for change in changes(member)] == [0]


def test_goes_with_the_account(member, make_title):
    lists.set_status(member, make_title(), "planned")
    member.delete()
    assert not EntryChange.objects.exists()

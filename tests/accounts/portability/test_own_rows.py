"""Rows whose titles the catalogue lacks: kept as own entries, undone with their import, and in every format."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import ImportRow, User
from accounts.own_entries import writing as own_entries
from accounts.own_entries.works import Work
from accounts.portability.exports import export_list
from accounts.portability.imports import reading, writing
from tests.accounts.portability.importing import opened, outcomes, run

pytestmark = pytest.mark.django_db
once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def kept(member) -> list[tuple]:
    names = ("kind", "name", "status", "score", "progress", "volumes", "notes")
    return list(member.own_entries.order_by("kind", "name", "year").values_list(*names))


def table(member, *lines: str) -> ImportRow:
    found = reading.open_file(member, "list.csv", "\n".join(lines).encode())
    return reading.read_columns(found, found.columns)


class TestWriting:
    def test_a_row_becomes_an_own_entry_with_all_its_values(self, member):
        ago = timezone.now() - timedelta(days=400)
        entry = {"title": {"name": "Lost", "ids": {"mal": "9"}, "year": 2001, "format": "ova"}, "status": "watching",
                 "score": 8, "progress": 3, "started_on": "2004-05", "notes": "n", "tags": ["a"], "rewatches": 1,
                 "visibility": "private", "created_at": ago.isoformat(), "updated_at": ago.isoformat()}  # fmt: skip
        data = json.dumps({"format": "anirec", "version": 1, "entries": [entry]}).encode()
        run(reading.open_file(member, "list.json", data))
        own = member.own_entries.get()
        assert (own.kind, own.name, own.ids, own.year, own.format) == ("anime", "Lost", {"mal": "9"}, 2001, "ova")
        assert (own.status, own.score, own.progress, str(own.started_on)) == ("watching", 8, 3, "2004-05")
        assert (own.notes, own.tags, own.rewatches, own.visibility) == ("n", ["a"], 1, "private")
        assert (own.created_at, own.updated_at) == (ago, ago)

    def test_kinds_of_a_table_are_told_apart_and_counted(self, own, member, make_known):
        make_known("Monster", 19)
        found = table(
            member, "title,type,status,score,chapters,volumes", "Monster,TV,Completed,9,,",
            "Berserk,Manga,Reading,8,10,1", "Overlord,Light Novel,Plan to Read,,,", "Lost,TV,Watching,7,,",
        )  # fmt: skip
        assert outcomes(found) == ["created", "own", "own", "own"]
        content = " ".join(own.get(found.get_absolute_url()).content.decode().split())
        assert (
            "3 titles that the catalogue lacks are kept as your own entries: Anime 1, Manga 1, Light novel 1."
            in content
        )
        run(found)
        assert kept(member) == [
            ("anime", "Lost", "watching", 7, 0, 0, ""),
            ("light_novel", "Overlord", "planned", None, 0, 0, ""),
            ("manga", "Berserk", "watching", 8, 10, 1, ""),
        ]

    def test_a_manga_is_not_the_anime_of_its_name(self, member, make_known):
        make_known("Monster", 19)
        run(table(member, "title,type,mal id,status", "Monster,Manga,19,Completed"))
        assert (member.entries.count(), member.own_entries.count()) == (0, 1)

    def test_again_is_an_update_of_one_entry(self, member):
        for score in (7, 9):
            run(opened(member, {"name": "Lost", "score": score, "notes": "mine" if score == 7 else ""}))
        assert kept(member) == [("anime", "Lost", "completed", 9, 0, 0, "mine")]

    @pytest.mark.parametrize(("rule", "score"), [("theirs", 6), ("mine", 8), ("higher", 8), ("newer", 8)])
    def test_the_rule_decides_between_two_entries(self, member, rule, score):
        own_entries.add_entry(member, name="Lost", score=8)
        found = opened(member, {"name": "Lost", "score": 6})
        reading.replan(found, rule)
        run(found)
        assert member.own_entries.get().score == score

    def test_a_file_is_written_once(self, member):
        found = run(opened(member, {"name": "Lost", "score": 7}))
        own_entries.update_entry(member.own_entries.get(), score=3)
        writing.write_import(found.pk)
        assert member.own_entries.get().score == 3


class TestUndo:
    def test_removes_what_is_new_and_restores_what_was_changed(self, member):
        own_entries.add_entry(member, name="Old", score=5)
        before = member.own_entries.values().get()
        found = run(opened(member, {"name": "Old", "score": 9}, {"name": "New", "score": 7}))
        assert member.own_entries.count() == 2
        writing.undo_import(found)
        assert member.own_entries.values().get() == before
        assert outcomes(found) == ["undone", "undone"]

    def test_leaves_what_was_changed_or_moved_since(self, member, make_known):
        found = run(opened(member, {"name": "Changed"}, {"name": "Moved"}, {"name": "Removed"}))
        changed, moved, removed = member.own_entries.order_by("pk")
        own_entries.update_entry(changed, score=9)
        own_entries.link_entry(moved, make_known("Found"))
        own_entries.remove_entry(removed)
        writing.undo_import(found)
        assert outcomes(found) == ["left", "left", "left"]
        assert (member.own_entries.get().name, member.entries.count()) == ("Changed", 1)


# --- Nothing is dropped in silence -----------------------------------------------------------------------------------

names = st.sampled_from(["Lost", "LOST!", "Gone", "Gone 2", "Monster", "Berserk"])
rows = st.fixed_dictionaries(
    {"title": names, "type": st.sampled_from(["TV", "Manga", "Light Novel", "Episode", "Game", ""])},
    optional={"score": st.integers(1, 10), "year": st.sampled_from([2001, 2011]), "mal_id": st.integers(1, 4)},
)


@pytest.mark.property
@once
@given(st.lists(rows, min_size=1, max_size=8))
def test_every_row_is_on_the_list_or_kept_or_told(member, make_known, some):
    User.objects.filter(pk=member.pk).update(username=f"m{member.pk}")
    member.entries.all().delete()
    member.own_entries.all().delete()
    found = run(reading.open_file(member, "list.json", json.dumps(some).encode()))
    told = {outcome: outcomes(found).count(outcome) for outcome in set(outcomes(found))}
    assert told.keys() <= {"own", "duplicate", "invalid"}
    assert sum(told.values()) == len(some)
    assert told.get("invalid", 0) == sum(row["type"] == "Episode" for row in some)
    assert member.own_entries.count() == told.get("own", 0)
    best = max((row.get("score", 0) for row in some if row["type"] != "Episode"), default=0)
    assert best == 0 or member.own_entries.exclude(score=None).exists()
    writing.undo_import(found)
    assert member.own_entries.count() == 0


@st.composite
def own_rows(draw) -> dict:
    kind = draw(st.sampled_from(["anime", "manga", "light_novel", "other"]))
    return {
        "kind": kind,
        "year": draw(st.none() | st.integers(1950, 2030)),
        "parts": draw(st.none() | st.integers(100, 900)),
        "status": draw(st.sampled_from(["planned", "watching", "completed", "rewatching", "on_hold", "dropped"])),
        "score": draw(st.none() | st.integers(1, 10)),
        "volumes": draw(st.integers(0, 40)) if kind != "anime" else 0,
        "notes": draw(st.sampled_from(["", "=1+1", "two\nlines", "<b>&amp;]]>", "'quoted"])),
        "tags": draw(st.sampled_from([[], ["slow"], ["=long", "sad"]])),
        "visibility": draw(st.sampled_from(["public", "followers", "private"])),
        "started_on": draw(st.sampled_from(["", "2004", "2004-05"])),
        "finished_on": draw(st.sampled_from(["", "2006-01-02"])),
    }


HOLDS = {"json": {"anime", "manga", "light_novel", "other"}, "csv": {"anime", "manga", "light_novel", "other"},
         "xml": {"anime"}, "manga.xml": {"manga", "light_novel"}}  # fmt: skip


@pytest.mark.property
@once
@given(st.lists(own_rows(), min_size=1, max_size=4), st.sampled_from(list(HOLDS)))
def test_own_entries_come_back_from_every_format_that_holds_them(member, django_user_model, some, kind):
    member.own_entries.all().delete()
    for number, values in enumerate(some):
        own_entries.add_entry(member, name=f"Title {number}", ids={"mal": str(number + 1)}, **values)
    first = "".join(export_list(member, kind))
    number = member.own_entries.filter(kind__in=HOLDS[kind]).count()
    if not number:
        return
    empty = django_user_model.objects.create(username=f"empty{django_user_model.objects.count()}", email="e@x.org")
    found = run(reading.open_file(empty, f"list.{kind}", first.encode()))
    assert (found.state, set(outcomes(found)), empty.own_entries.count()) == ("done", {"own"}, number)
    assert "".join(export_list(empty, kind)) == first


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("anime", "a", {}, None), ("anime", "a", {}, None), True),
        (("anime", "a", {}, None), ("manga", "a", {}, None), False),
        (("anime", "a", {}, None), ("anime", "b", {}, None), False),
        (("anime", "a", {}, 2001), ("anime", "a", {}, None), True),
        (("anime", "a", {}, 2001), ("anime", "a", {}, 2001), True),
        (("anime", "a", {}, 2001), ("anime", "a", {}, 2011), False),
        (("anime", "a", {"mal": "1"}, 2001), ("anime", "b", {"mal": "1"}, 2011), True),
        (("anime", "a", {"mal": "1"}, None), ("anime", "a", {"mal": "2"}, None), False),
        (("anime", "a", {"mal": "1"}, None), ("anime", "a", {"kitsu": "2"}, None), True),
        (("anime", "a", {"mal": "1", "kitsu": "2"}, None), ("anime", "b", {"mal": "9", "kitsu": "2"}, None), True),
        (("manga", "a", {"mal": "1"}, None), ("anime", "a", {"mal": "1"}, None), False),
    ],
)  # fmt: skip
def test_descriptions_of_one_title(one, other, is_same):
    assert Work(*one).is_same(Work(*other)) is Work(*other).is_same(Work(*one)) is is_same


def test_the_personal_data_has_own_entries(own, member):
    own_entries.add_entry(member, name="Berserk", kind="manga", notes="dark")
    data = json.loads(b"".join(own.get(reverse("accounts:personal_data")).streaming_content))
    assert [(entry["name"], entry["notes"]) for entry in data["own_entries"]] == [("Berserk", "dark")]

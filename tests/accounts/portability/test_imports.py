"""List imports: reading, preview, writing, manual fixes and undo."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.entries import writing as lists
from accounts.models import ListImport
from accounts.portability.exports import export_list
from accounts.portability.imports import reading, writing
from accounts.portability.sections import sections
from catalog.models import ExternalId, Title
from tests.accounts.portability.importing import entry, opened, outcomes, run

pytestmark = pytest.mark.django_db
REAL_EXPORT = settings.BASE_DIR.parent / "shared" / "data" / "mal_export.xml.gz"


class TestMatching:
    def test_by_id_before_by_name(self, member, make_known):
        make_known("Monster", 19)
        other = make_known("Another", 20)
        found = opened(member, {"mal": 20, "name": "Monster"})
        assert found.rows.get().title == other

    def test_by_a_name_that_only_one_title_has_whatever_its_case_and_accents(self, member, make_known):
        title = make_known("Pokémon × Re:Zero")
        assert opened(member, {"name": "POKEMON X RE ZERO"}).rows.get().title == title

    def test_a_name_of_two_titles_is_told_apart_by_the_format_or_not_at_all(self, member, make_known):
        make_known("Monster", format="tv")
        film = make_known("Monster", format="movie")
        found = opened(member, {"name": "Monster", "format": "Movie"}, {"name": "Monster"})
        assert list(found.rows.order_by("number").values_list("title", "outcome")) == [
            (film.pk, "created"),
            (None, "own"),
        ]

    def test_a_title_with_another_id_there_is_another_title(self, member, make_known):
        make_known("Monster", 19)
        assert outcomes(opened(member, {"mal": 777, "name": "Monster"})) == ["own"]

    def test_an_adult_title_is_not_found_by_name_without_the_opt_in(self, member, make_known):
        make_known("For adults", is_adult=True)
        assert outcomes(opened(member, {"name": "For adults"})) == ["own"]
        lists.show_adult_titles(member, True)
        assert outcomes(opened(member, {"name": "For adults"})) == ["created"]

    @pytest.mark.parametrize("n", [1, 3])
    def test_reading_and_writing_take_the_same_queries_for_any_length(
        self, member, make_known, n, django_assert_num_queries
    ):
        rows = [{"mal": number, "score": 7} for number in range(1, n + 1)] + [
            {"name": f"x{number}"} for number in range(n)
        ]
        for number in range(1, n + 1):
            make_known(f"Title {number}", number)
        with django_assert_num_queries(13):  # the first locks the member's row
            found = opened(member, *rows)
        writing.queue(found)
        with django_assert_num_queries(29):
            writing.write_import(found.pk)
        assert sorted(set(outcomes(found))) == ["created", "own"]


class TestPreview:
    def test_says_what_would_become_of_each_row_and_writes_nothing(self, member, make_known, make_entry):
        new, changed, same = make_known("New", 1), make_known("Changed", 2), make_known("Same", 3)
        make_entry(member, changed, status="watching", score=5)
        make_entry(member, same, status="completed", score=8, progress=12, notes="mine")
        before = list(member.entries.order_by("pk").values())
        found = opened(
            member,
            {"mal": 1, "score": 7},
            {"mal": 2, "score": 9},
            {"mal": 3, "score": 8},
            {"name": "Who knows"},
            {"mal": 1, "score": 10},
            {"mal": 1, "status": "Loved"},
        )
        assert outcomes(found) == ["duplicate", "updated", "unchanged", "own", "duplicate", "created"]
        assert list(member.entries.order_by("pk").values()) == before
        assert new not in [one.title for one in member.entries.all()]

    def test_what_the_file_leaves_open_stays(self, member, make_known, make_entry):
        title = make_known("Monster", 19)
        make_entry(member, title, status="watching", score=9, notes="slow, and good", visibility="private")
        run(opened(member, {"mal": 19, "status": "completed", "progress": 74}))
        assert entry(member, title) == ("completed", 9, 74, "slow, and good")
        assert member.entries.get().visibility == "private"

    @pytest.mark.parametrize(
        ("rule", "outcome", "score"),
        [("theirs", "updated", 6), ("mine", "kept", 8), ("higher", "kept", 8), ("newer", "kept", 8)],
    )
    def test_the_rule_decides_between_two_entries(self, member, make_known, make_entry, rule, outcome, score):
        title = make_known("Monster", 19)
        make_entry(member, title, status="completed", score=8)
        found = opened(member, {"mal": 19, "score": 6})
        reading.replan(found, rule)
        assert outcomes(found) == [outcome]
        assert entry(member, title)[1] == 8
        run(found)
        assert entry(member, title)[1] == score

    @pytest.mark.parametrize(("days", "outcome"), [(-1, "kept"), (1, "updated")])
    def test_the_newer_one_wins_where_the_file_says_when(self, member, make_known, make_entry, days, outcome):
        title = make_known("Monster", 19)
        mine = make_entry(member, title, status="completed", score=8)
        written = {"title": {"ids": {"mal": "19"}}, "status": "completed", "score": 3,
                   "updated_at": (mine.updated_at + timedelta(days=days)).isoformat()}  # fmt: skip
        data = json.dumps({"format": "anirec", "version": 1, "entries": [written]}).encode()
        found = reading.open_file(member, "list.json", data)
        assert (found.rule, outcomes(found)) == ("newer", [outcome])

    def test_a_new_file_takes_the_place_of_one_that_was_not_written(self, member, make_known):
        make_known("Monster", 19)
        done = run(opened(member, {"mal": 19}))
        opened(member, {"mal": 19})
        last = opened(member, {"name": "x"})
        assert list(member.imports.order_by("pk")) == [done, last]


class TestWriting:
    def test_puts_every_row_on_the_list_once(self, member, make_known):
        first, second = make_known("First", 1), make_known("Second", 2)
        found = run(
            opened(member, {"mal": 1, "score": 7, "progress": 12, "notes": "Good."}, {"mal": 2, "status": "planned"})
        )
        assert (found.state, found.finished_at is not None) == ("done", True)
        assert entry(member, first) == ("completed", 7, 12, "Good.")
        assert entry(member, second) == ("planned", None, 0, "")

    def test_running_twice_changes_nothing(self, member, make_known):
        title = make_known("Monster", 19)
        found = run(opened(member, {"mal": 19, "score": 7}))
        lists.set_score(member, title, 10)
        writing.write_import(found.pk)
        assert entry(member, title)[1] == 10

    def test_what_breaks_leaves_nothing_and_can_run_again(self, member, make_known, monkeypatch):
        make_known("Monster", 19)
        found = opened(member, {"mal": 19, "score": 7})
        writing.queue(found)
        with monkeypatch.context() as broken:
            broken.setattr(ListImport, "save", _killed)
            with pytest.raises(KeyboardInterrupt):
                writing.write_import(found.pk)
        found.refresh_from_db()
        assert (found.state, member.entries.count()) == ("queued", 0)
        writing.write_import(found.pk)
        assert member.entries.get().score == 7

    def test_is_planned_again_by_the_list_as_it_is_then(self, member, make_known):
        title = make_known("Monster", 19)
        found = opened(member, {"mal": 19, "score": 7})
        lists.set_score(member, title, 3)
        run(found)
        assert (outcomes(found), entry(member, title)[1]) == (["updated"], 7)
        assert found.rows.get().before["score"] == 3

    def test_a_title_deleted_meanwhile_becomes_an_own_entry(self, member, make_known):
        title = make_known("Monster", 19)
        found = opened(member, {"mal": 19})
        title.delete()
        assert outcomes(run(found)) == ["own"]
        assert member.own_entries.get().name == "mal 19"

    def test_counts_the_lists_version_up(self, member, make_known):
        make_known("Monster", 19)
        run(opened(member, {"mal": 19}))
        member.refresh_from_db()
        assert member.list_version == 1

    def test_entries_are_as_old_as_the_file_says(self, member, make_known):
        make_known("Monster", 19)
        past, future = "2015-01-02T03:04:05+00:00", "2999-01-01T00:00:00+00:00"
        written = {"title": {"ids": {"mal": "19"}}, "status": "completed", "created_at": past, "updated_at": future}
        data = json.dumps({"format": "anirec", "version": 1, "entries": [written]}).encode()
        run(reading.open_file(member, "x", data))
        mine = member.entries.get()
        assert mine.created_at.isoformat() == past
        assert mine.updated_at <= timezone.now()


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class TestUndo:
    def test_puts_back_exactly_what_was_before(self, member, make_known, make_entry):
        new, changed = make_known("New", 1), make_known("Changed", 2)
        make_entry(member, changed, status="watching", score=5, notes="mine")
        before = list(member.entries.values())
        found = run(opened(member, {"mal": 1, "score": 7}, {"mal": 2, "score": 9}))
        assert {one.title for one in member.entries.all()} == {new, changed}
        assert writing.undo_import(found) is True
        assert list(member.entries.values()) == before
        assert outcomes(found) == ["undone", "undone"]

    def test_leaves_and_lists_what_was_changed_since(self, member, make_known, make_entry):
        new, gone, changed = make_known("New", 1), make_known("Gone", 2), make_known("Changed", 3)
        make_entry(member, gone, status="watching")
        make_entry(member, changed, status="watching", score=5)
        found = run(opened(member, {"mal": 1, "score": 7}, {"mal": 2, "score": 8}, {"mal": 3, "score": 9}))
        lists.set_score(member, new, 10)
        lists.remove_entry(member, gone)
        writing.undo_import(found)
        assert outcomes(found) == ["left", "left", "undone"]
        assert dict(member.entries.values_list("title", "score")) == {new.pk: 10, changed.pk: 5}

    def test_a_second_time_does_nothing(self, member, make_known):
        make_known("Monster", 19)
        found = run(opened(member, {"mal": 19}))
        assert [writing.undo_import(found), writing.undo_import(found)] == [True, False]

    def test_hidden_titles_come_and_go_with_it(self, member, make_known):
        title = make_known("Monster", 19)
        data = json.dumps({"format": "anirec", "version": 1, "hidden": [{"title": {"ids": {"mal": "19"}}}]}).encode()
        found = run(reading.open_file(member, "x", data))
        assert [one.title for one in member.hidden.all()] == [title]
        writing.undo_import(found)
        assert member.hidden.count() == 0


class TestRoundTrip:
    @pytest.fixture
    def owner(self, make_member, make_known, make_entry):
        """A member with every kind of data, with awkward values."""
        owner = make_member("owner", shows_adult=True)
        other = make_member("friend")
        owner.following.create(followed=other)
        evil = '=HYPERLINK("x")\r\n<script>alert(\'x\')</script>, "quoted"; \'tis 進撃 & ]]> 😀'
        make_entry(owner, make_known("=cmd|'/c calc'!A0", 1), status="completed", score=10, progress=12, notes=evil)
        make_entry(owner, make_known("Years", 2), status="watching", started_on="2004", finished_on=None, rewatches=3,
                   tags=["slow", "=long"], rewatched_on=["2019", "2020-02-03"])  # fmt: skip
        make_entry(owner, make_known("Private", 3), status="dropped", visibility="private", notes="'quoted")
        make_entry(owner, make_known("No id anywhere", season_year=1999, format="ova"), status="on_hold", progress=2)
        make_entry(owner, make_known("For adults", 4, is_adult=True), status="planned")
        owner.hidden.create(title=make_known("Hidden", 5))
        return owner

    @pytest.mark.parametrize("kind", ["json", "csv", "xml"])
    def test_an_export_imported_into_an_empty_account_is_exported_the_same(self, owner, make_member, kind):
        empty = make_member("empty", shows_adult=True)
        first = "".join(export_list(owner, kind))
        found = run(reading.open_file(empty, f"x.{kind}", first.encode()))
        assert (found.state, set(outcomes(found))) == ("done", {"created"})
        assert "".join(export_list(empty, kind)) == first

    def test_undoing_it_leaves_an_empty_account(self, owner, make_member):
        empty = make_member("empty")
        found = run(reading.open_file(empty, "x.json", "".join(export_list(owner, "json")).encode()))
        assert (empty.entries.count(), empty.hidden.count(), empty.following.count()) == (5, 1, 1)
        writing.undo_import(found)
        assert (empty.entries.count(), empty.hidden.count(), empty.following.count()) == (0, 0, 0)

    @pytest.mark.parametrize("kind", ["json", "csv", "xml"])
    def test_an_export_takes_the_same_queries_for_any_length(
        self, owner, member, make_entry, kind, django_assert_num_queries
    ):
        n_queries = 3 + len(sections()) if kind == "json" else 2  # one per section, two for plans, none for privacy
        make_entry(member)
        for somebody in (owner, member):
            with django_assert_num_queries(n_queries):
                list(export_list(somebody, kind))

    @pytest.mark.skipif(not REAL_EXPORT.exists(), reason="../shared/data is not here")
    def test_the_real_export_is_written_whole_and_comes_back_the_same(self, member, make_member):
        _make_titles_of(REAL_EXPORT)
        found = run(reading.open_file(member, "x.xml.gz", REAL_EXPORT.read_bytes()))
        assert outcomes(found) == ["created"] * 1077
        for kind in ("json", "csv", "xml"):
            empty = make_member(kind)
            first = "".join(export_list(member, kind))
            run(reading.open_file(empty, "x", first.encode()))
            assert "".join(export_list(empty, kind)) == first


def _make_titles_of(path) -> None:
    from accounts.portability.formats.mal_xml import read_mal_xml

    rows = list(read_mal_xml(path))
    titles = Title.objects.bulk_create(Title(name=row.name[:300], format=row.format) for row in rows)
    ExternalId.objects.bulk_create(
        ExternalId(title=title, provider="mal", medium="anime", value=row.ids["mal"])
        for title, row in zip(titles, rows, strict=True)
    )

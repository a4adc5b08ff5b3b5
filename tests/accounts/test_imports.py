"""The way of a list into the site: read, looked at, written, settled by hand, undone."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts import lists
from accounts.exports import export_list
from accounts.imports import reading, writing
from accounts.models import ImportRow, ListEntry, ListImport
from accounts.portability.rows import MAX_UPLOAD, PortabilityError
from accounts.portability.sections import sections
from catalog.models import ExternalId, Title, TitleName
from catalog.search_key import search_key

pytestmark = pytest.mark.django_db
REAL_EXPORT = settings.BASE_DIR.parent / "shared" / "data" / "mal_export.xml.gz"
STATUSES = {"completed": "Completed", "watching": "Watching", "planned": "Plan to Watch", "dropped": "Dropped"}
TABLES = [ListEntry, ListImport, ImportRow]


@pytest.fixture
def own(client, member):
    """The member's browser."""
    client.force_login(member)
    return client


@pytest.fixture
def make_known(make_title):
    """A title that can be found by its name and by its MyAnimeList id."""

    def make(name: str, mal: int | None = None, **fields) -> Title:
        title = make_title(name, **fields)
        TitleName.objects.create(title=title, kind="main", text=name, key=search_key(name))
        if mal:
            ExternalId.objects.create(title=title, provider="mal", medium="anime", value=str(mal))
        return title

    return make


def mal_xml(*entries: dict) -> bytes:
    """Each entry by the names of our fields."""
    return (
        "<myanimelist>"
        + "".join(
            f"<anime><series_animedb_id>{entry.get('mal', 0)}</series_animedb_id>"
            f"<series_title><![CDATA[{entry.get('name', '')}]]></series_title>"
            f"<series_type>{entry.get('format', '')}</series_type>"
            f"<my_status>{STATUSES.get(entry.get('status', 'completed'), entry.get('status'))}</my_status>"
            f"<my_score>{entry.get('score', 0)}</my_score>"
            f"<my_watched_episodes>{entry.get('progress', 0)}</my_watched_episodes>"
            f"<my_comments><![CDATA[{entry.get('notes', '')}]]></my_comments></anime>"
            for entry in entries
        )
        + "</myanimelist>"
    ).encode()


def opened(member, *entries: dict) -> ListImport:
    return reading.open_file(member, "list.xml", mal_xml(*entries))


def run(list_import: ListImport) -> ListImport:
    writing.queue(list_import)
    writing.write_import(list_import.pk)
    list_import.refresh_from_db()
    return list_import


def outcomes(list_import: ListImport) -> list[str]:
    return list(list_import.rows.order_by("number").values_list("outcome", flat=True))


def entry(member, title) -> tuple:
    return member.entries.filter(title=title).values_list("status", "score", "progress", "notes").first()


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
            (None, "unmatched"),
        ]

    def test_a_title_with_another_id_there_is_another_title(self, member, make_known):
        make_known("Monster", 19)
        assert outcomes(opened(member, {"mal": 777, "name": "Monster"})) == ["unmatched"]

    def test_an_adult_title_is_not_found_by_name_without_the_opt_in(self, member, make_known):
        make_known("For adults", is_adult=True)
        assert outcomes(opened(member, {"name": "For adults"})) == ["unmatched"]
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
        with django_assert_num_queries(10):
            found = opened(member, *rows)
        writing.queue(found)
        with django_assert_num_queries(21):
            writing.write_import(found.pk)
        assert sorted(set(outcomes(found))) == ["created", "unmatched"]


class TestPreview:
    def test_says_what_would_become_of_each_row_and_writes_nothing(self, member, make_known, make_entry):
        new, changed, same = make_known("New", 1), make_known("Changed", 2), make_known("Same", 3)
        make_entry(member, changed, status="watching", score=5)
        make_entry(member, same, status="completed", score=8, notes="mine")
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
        assert outcomes(found) == ["duplicate", "updated", "unchanged", "unmatched", "created", "invalid"]
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

    def test_a_title_deleted_meanwhile_is_not_found(self, member, make_known):
        title = make_known("Monster", 19)
        found = opened(member, {"mal": 19})
        title.delete()
        assert outcomes(run(found)) == ["unmatched"]

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
        """A member with a bit of everything, nothing of it tame."""
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
        n_queries = 3 + len(sections()) if kind == "json" else 1  # a section each, two for plans
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
    from accounts.portability.mal_xml import read_mal_xml

    rows = list(read_mal_xml(path))
    titles = Title.objects.bulk_create(Title(name=row.name[:300], format=row.format) for row in rows)
    ExternalId.objects.bulk_create(
        ExternalId(title=title, provider="mal", medium="anime", value=row.ids["mal"])
        for title, row in zip(titles, rows, strict=True)
    )


class TestPages:
    def upload(self, browser, data: bytes, name: str = "list.xml"):
        return browser.post(reverse("accounts:imports"), {"file": SimpleUploadedFile(name, data)})

    @pytest.mark.usefixtures("tasks_run_at_once")
    def test_from_the_file_to_the_list_and_back(self, own, member, make_known):
        title = make_known("Monster", 19)
        response = self.upload(own, mal_xml({"mal": 19, "score": 9}, {"name": "Who knows"}))
        page = response.url
        preview = own.get(page)
        assert "1 entry would be written" in preview.content.decode()
        assert own.post(f"{page}run/").url == page
        assert entry(member, title)[1] == 9
        assert "1 entry was written" in own.get(page).content.decode()
        own.post(f"{page}undo/")
        assert member.entries.count() == 0
        assert "Your list is as it was before" in own.get(page).content.decode()

    def test_a_visitor_is_asked_to_log_in_and_brought_back(self, client):
        response = client.get(reverse("accounts:imports"))
        assert (response.status_code, response.url) == (302, "/accounts/login/?next=/list/import/")

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "The submitted file is empty."),
            (b"\x89PNG....", "This is no list that can be read"),
            (b"<myanimelist></myanimelist>", "The list is empty: there is nothing to import."),
            (b"x" * (MAX_UPLOAD + 1), "The file is larger than 10 MB: that is no anime list."),
            (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><myanimelist/>', "declares XML entities or a DTD"),
        ],
    )
    def test_a_file_that_is_no_list_is_refused_with_the_reason_and_nothing_is_kept(self, own, data, message):
        response = self.upload(own, data)
        assert response.status_code == 422
        assert message in response.content.decode()
        assert [table.objects.count() for table in TABLES] == [0, 0, 0]

    def test_markup_in_a_file_stays_text(self, own, member, make_known):
        make_known("Monster", 19)
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        page = self.upload(own, mal_xml({"mal": 19, "notes": evil}, {"name": evil}), f"{evil}.xml").url
        content = own.get(page).content.decode() + own.get(reverse("accounts:imports")).content.decode()
        assert ("<script>alert" in content, "<img src=x" in content) == (False, False)
        assert "&lt;script&gt;alert(1)" in content

    def test_a_table_asks_for_its_columns_then_shows_the_preview(self, own, make_known):
        make_known("Monster", 19)
        page = self.upload(own, b"Anime;Mark\nMonster;4\n", "list.csv").url
        asked = own.get(page)
        assert asked.context["form"].initial == {"title": "0", "scale": 10}
        refused = own.post(f"{page}columns/", {"score": "1", "scale": "5"})
        assert "Say which column has the title" in refused.content.decode()
        own.post(f"{page}columns/", {"title": "0", "score": "1", "scale": "5"})
        row = ImportRow.objects.get()
        assert (row.outcome, row.values) == ("created", {"score": 8})

    def test_columns_can_be_corrected_after_a_look(self, own, make_known):
        make_known("Monster", 19)
        page = self.upload(own, b"Anime;Mark;Other\nMonster;4;5\n", "list.csv").url
        own.post(f"{page}columns/", {"title": "0", "score": "1", "scale": "5"})
        assert f'href="{page}columns/"' in own.get(page).content.decode()
        assert own.get(f"{page}columns/").context["form"].initial == {"title": "0", "score": "1", "scale": 5}
        own.post(f"{page}columns/", {"title": "0", "score": "2", "scale": "5"})
        assert ImportRow.objects.get().values == {"score": 10}

    def test_an_own_table_needs_no_questions(self, own, member, make_known, make_entry):
        make_entry(member, make_known("Monster", 19), score=8)
        page = self.upload(own, "".join(export_list(member, "csv")).encode(), "x.csv").url
        assert own.get(page).context["import"].state == "preview"
        assert own.get(f"{page}columns/").status_code == 404

    def test_the_rule_is_offered_where_lists_differ_and_newer_only_where_it_can_be_told(
        self, own, member, make_known, make_entry
    ):
        make_entry(member, make_known("Monster", 19), score=8)
        page = self.upload(own, mal_xml({"mal": 19, "score": 5})).url
        form = own.get(page).context["rule"]
        assert [value for value, _ in form.fields["rule"].choices] == ["higher", "mine", "theirs"]
        own.post(f"{page}rule/", {"rule": "mine"})
        assert ImportRow.objects.get().outcome == "kept"
        assert own.post(f"{page}rule/", {"rule": "newer"}).status_code == 400

    def test_rows_are_filtered_and_changes_shown(self, own, member, make_known, make_entry):
        make_entry(member, make_known("Monster", 19), status="watching", score=5)
        page = self.upload(own, mal_xml({"mal": 19, "score": 9}, {"name": "Who knows"})).url
        content = own.get(page + "?outcome=updated").content.decode()
        assert ("<del>5</del>" in content, "<ins>9</ins>" in content, "Who knows" in content) == (True, True, False)

    def test_an_adult_title_is_written_but_not_shown_without_the_opt_in(self, own, member, make_known):
        title = make_known("Its catalogue name", 19, is_adult=True)
        page = self.upload(own, mal_xml({"mal": 19, "name": "What the file says"})).url
        content = own.get(page).content.decode()
        assert ("Its catalogue name" in content, title.get_absolute_url() in content) == (False, False)
        assert "not shown with your settings" in content

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_pages_take_the_same_queries_for_any_length(
        self, own, member, make_known, n, django_assert_num_queries
    ):
        for number in range(1, n + 1):
            make_known(f"Title {number}", number)
        rows = [{"mal": number} for number in range(1, n + 1)] + [{"name": f"x{number}"} for number in range(n)]
        page = self.upload(own, mal_xml(*rows)).url
        with django_assert_num_queries(6):  # member, import, counts, number of rows, rows, titles
            own.get(page)
        run(ListImport.objects.get())
        with django_assert_num_queries(3):  # member, history, rows not found
            own.get(reverse("accounts:imports"))
        with django_assert_num_queries(3):  # member, number of rows, rows
            own.get(reverse("accounts:unmatched"))

    def test_the_report_has_a_line_for_each_row_and_no_formula(self, own, make_known):
        make_known("Monster", 19)
        page = self.upload(own, mal_xml({"mal": 19, "name": "=Monster", "score": 9}, {"name": "Who"})).url
        response = own.get(f"{page}report.csv")
        lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
        assert lines == [
            ["row", "name", "result", "before", "after", "remark"],
            ["1", "'=Monster", "New", "", "Status: Completed; Score: 9", ""],
            ["2", "Who", "Title not found", "", "", ""],
        ]

    def test_waiting_says_so_and_then_loads_again(self, own, member, make_known):
        make_known("Monster", 19)
        found = opened(member, {"mal": 19})
        writing.queue(found)
        page = found.get_absolute_url()
        poll = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "waiting"}
        assert "Waiting for a worker" in own.get(page, **poll).content.decode()
        writing.write_import(found.pk)
        assert own.get(page, **poll).headers["HX-Refresh"] == "true"

    @pytest.mark.usefixtures("queue_is_down")
    def test_when_the_queue_is_down_it_says_so_and_can_be_sent_again(self, own, make_known):
        make_known("Monster", 19)
        page = self.upload(own, mal_xml({"mal": 19, "score": 9})).url
        response = own.post(f"{page}run/", follow=True)
        assert "The workers cannot be reached just now. Nothing is lost" in response.content.decode()
        assert ListImport.objects.get().state == "queued"

    def test_imports_are_for_their_owner_only(self, client, member, make_member, make_known):
        make_known("Monster", 19)
        found = opened(member, {"mal": 19}, {"name": "x"})
        row = found.rows.get(outcome="unmatched")
        client.force_login(make_member("other"))
        gets = [
            found.get_absolute_url(),
            reverse("accounts:import_report", args=[found.pk]),
            reverse("accounts:import_row", args=[row.pk]),
        ]
        posts = [
            reverse(f"accounts:import_{name}", args=[found.pk])
            for name in ("run", "undo", "rule", "columns", "discard")
        ]
        answers = [client.get(url).status_code for url in gets] + [client.post(url).status_code for url in posts]
        assert answers == [404] * 8
        assert ListImport.objects.get().state == "preview"

    @pytest.mark.parametrize(
        ("kind", "start"), [("json", b'{"format": "anirec"'), ("csv", b"title,year"), ("xml", b"<?xml")]
    )
    def test_an_export_is_a_file_to_keep(self, own, member, make_entry, kind, start):
        make_entry(member)
        response = own.get(reverse("accounts:export", args=[kind]))
        assert b"".join(response.streaming_content).startswith(start)
        assert response["Content-Disposition"] == f'attachment; filename="anirec-member.{kind}"'
        assert response["Cache-Control"] == "no-store"

    def test_other_kinds_of_export_do_not_exist(self, own):
        assert own.get("/list/export/pdf/").status_code == 404


@pytest.fixture
def queue_is_down():
    """A broker at an address where nobody listens."""
    from anirec.celery import app

    before, pool = app.conf.broker_url, app.amqp._producer_pool
    app.conf.broker_url, app.amqp._producer_pool = "redis://127.0.0.1:1/0", None
    yield
    app.conf.broker_url, app.amqp._producer_pool = before, pool


class TestByHand:
    @pytest.fixture
    def lost(self, member, make_known):
        """A written import of which one row was not found."""
        make_known("Monster", 19)
        found = run(opened(member, {"mal": 19, "score": 9}, {"name": "Mushi-shi", "score": 8, "progress": 26}))
        return found.rows.get(outcome="unmatched")

    def test_the_queue_lists_what_was_not_found(self, own, lost):
        assert list(own.get(reverse("accounts:unmatched")).context["page"]) == [lost]

    def test_a_row_whose_title_is_told_is_written_as_the_import_would_have(self, own, member, lost, make_known):
        title = make_known("Mushishi")
        url = reverse("accounts:import_row", args=[lost.pk])
        assert list(own.get(url, {"q": "mushishi"}).context["titles"]) == [title]
        own.post(url, {"title": title.pk})
        assert entry(member, title) == ("completed", 8, 26, "")
        lost.refresh_from_db()
        assert (lost.outcome, lost.title) == ("created", title)

    def test_and_is_undone_with_the_import(self, own, member, lost, make_known):
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": make_known("Mushishi").pk})
        writing.undo_import(lost.list_import)
        assert member.entries.count() == 0

    def test_a_row_can_be_left_out(self, own, lost):
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"dismiss": "1"})
        assert list(own.get(reverse("accounts:unmatched")).context["page"]) == []

    def test_htmx_gets_the_row_as_it_is_then(self, own, lost, make_known):
        title = make_known("Mushishi")
        response = own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk}, HTTP_HX_REQUEST="true")
        assert f'id="row-{lost.pk}"' in response.content.decode()
        assert "New</span>" in response.content.decode()

    def test_in_the_preview_nothing_is_written_yet(self, own, member, make_known):
        found = opened(member, {"name": "Mushi-shi", "score": 8})
        title = make_known("Mushishi")
        own.post(reverse("accounts:import_row", args=[found.rows.get().pk]), {"title": title.pk})
        assert (outcomes(found), member.entries.count()) == (["created"], 0)
        run(found)
        assert entry(member, title)[1] == 8

    def test_one_title_is_told_for_one_row_of_an_import_only(self, own, member, lost):
        monster = member.entries.get().title
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": monster.pk})
        lost.refresh_from_db()
        assert (lost.outcome, entry(member, monster)[1]) == ("unmatched", 9)

    @pytest.mark.parametrize("title", ["", "x", "0", "99999999999", "²"])
    def test_a_title_that_is_none_is_not_found(self, own, lost, title):
        assert own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title}).status_code == 404

    def test_an_adult_title_cannot_be_picked_without_the_opt_in(self, own, lost, make_known):
        title = make_known("For adults", is_adult=True)
        assert own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk}).status_code == 404

    def test_a_settled_row_stays_as_it_is(self, own, member, lost, make_known):
        first, second = make_known("Mushishi"), make_known("Another")
        for title in (first, second):
            own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk})
        assert second.pk not in member.entries.values_list("title", flat=True)


def test_a_file_that_is_too_large_is_refused_by_what_reads_it_too(member):
    with pytest.raises(PortabilityError, match="larger than 10 MB"):
        reading.open_file(member, "x", b"x" * (MAX_UPLOAD + 1))

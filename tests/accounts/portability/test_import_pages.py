"""The import pages, and resolving unmatched rows."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ImportRow, ListEntry, ListImport
from accounts.portability import tasks
from accounts.portability.exports import export_list
from accounts.portability.formats.rows import MAX_UPLOAD, PortabilityError
from accounts.portability.imports import reading, writing
from tests.accounts.portability.importing import entry, mal_xml, opened, outcomes, run

pytestmark = pytest.mark.django_db
TABLES = [ListEntry, ListImport, ImportRow]


class TestPages:
    def upload(self, browser, data: bytes, name: str = "list.xml"):
        return browser.post(reverse("accounts:imports"), {"file": SimpleUploadedFile(name, data)})

    @pytest.mark.usefixtures("tasks_run_at_once")
    def test_from_the_file_to_the_list_and_back(self, own, member, make_known):
        title = make_known("Monster", 19)
        response = self.upload(own, mal_xml({"mal": 19, "score": 9}, {"name": "Who knows"}))
        page = response.url
        preview = own.get(page)
        assert "1 entry to import" in preview.content.decode()
        assert own.post(f"{page}run/").url == page
        assert entry(member, title)[1] == 9
        assert "1 entry imported" in own.get(page).content.decode()
        own.post(f"{page}undo/")
        assert member.entries.count() == 0
        assert "Import undone" in own.get(page).content.decode()

    def test_a_visitor_is_asked_to_log_in_and_brought_back(self, client):
        response = client.get(reverse("accounts:imports"))
        assert (response.status_code, response.url) == (302, "/accounts/login/?next=/list/import/")

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "The submitted file is empty."),
            (b"\x89PNG....", "We don’t recognise this file"),
            (b"<myanimelist></myanimelist>", "The list is empty. Choose another file or account."),
            (b"x" * (MAX_UPLOAD + 1), "The file is too large for an anime list. The limit is 10 MB."),
            (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><myanimelist/>', "XML entities and DTDs"),
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
        assert asked.context["form"].initial == {"title": "0", "score": "1", "scale": 10}
        refused = own.post(f"{page}columns/", {"score": "1", "scale": "5"})
        assert "Choose the column with the title" in refused.content.decode()
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
        assert "hidden by your settings" in content

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_pages_take_the_same_queries_for_any_length(
        self, own, member, make_known, n, django_assert_num_queries
    ):
        for number in range(1, n + 1):
            make_known(f"Title {number}", number)
        rows = [{"mal": number} for number in range(1, n + 1)] + [{"name": f"x{number}"} for number in range(n)]
        page = self.upload(own, mal_xml(*rows)).url
        with django_assert_num_queries(9):  # session, member, import, counts, own, hidden, number of rows, rows, titles
            own.get(page)
        run(ListImport.objects.get())
        with django_assert_num_queries(3):  # session, member, history
            own.get(reverse("accounts:imports"))

    def test_the_report_has_a_line_for_each_row_and_no_formula(self, own, make_known):
        make_known("Monster", 19)
        page = self.upload(own, mal_xml({"mal": 19, "name": "=Monster", "score": 9}, {"name": "Who"})).url
        response = own.get(f"{page}report.csv")
        lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
        assert lines == [
            ["row", "name", "result", "before", "after", "remark"],
            ["1", "'=Monster", "New", "", "Status: Completed; Score: 9; Episodes: 12", ""],
            ["2", "Who", "Kept as your own entry", "", "Status: Completed", ""],
        ]

    def test_waiting_says_so_and_then_loads_again(self, own, member, make_known):
        make_known("Monster", 19)
        found = opened(member, {"mal": 19})
        writing.queue(found)
        page = found.get_absolute_url()
        poll = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "waiting"}
        assert "Queued" in own.get(page, **poll).content.decode()
        writing.write_import(found.pk)
        assert own.get(page, **poll).headers["HX-Refresh"] == "true"

    @pytest.mark.usefixtures("queue_is_down")
    def test_when_the_queue_is_down_the_import_waits_and_is_sent_later(self, own, make_known, monkeypatch):
        make_known("Monster", 19)
        page = self.upload(own, mal_xml({"mal": 19, "score": 9})).url
        response = own.post(f"{page}run/", follow=True)
        assert "Queued" in response.content.decode()
        waiting = ListImport.objects.get()
        sent = []
        monkeypatch.setattr(tasks, "send_soon", lambda task, **options: sent.append((task.name, options)))
        tasks.resume_imports()
        assert (waiting.state, sent) == ("queued", [("accounts.tasks.write_import", {"import_id": waiting.pk})])

    def test_imports_are_for_their_owner_only(self, client, member, make_member, make_known):
        make_known("Monster", 19)
        found = opened(member, {"mal": 19}, {"name": "x"})
        row = found.rows.get(outcome="own")
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
    """Point Celery at a broker that doesn't exist."""
    from anirec.celery import app

    before, pool = app.conf.broker_url, app.amqp._producer_pool
    app.conf.broker_url, app.amqp._producer_pool = "redis://127.0.0.1:1/0", None
    yield
    app.conf.broker_url, app.amqp._producer_pool = before, pool


class TestByHand:
    @pytest.fixture
    def lost(self, member, make_known):
        """A row of a preview whose title the catalogue lacks."""
        make_known("Monster", 19)
        found = opened(member, {"mal": 19, "score": 9}, {"name": "Mushi-shi", "score": 8, "progress": 26})
        return found.rows.get(outcome="own")

    def test_a_row_whose_title_is_told_is_written_as_the_import_would_have(self, own, member, lost, make_known):
        title = make_known("Mushishi")
        url = reverse("accounts:import_row", args=[lost.pk])
        assert list(own.get(url, {"q": "mushishi"}).context["titles"]) == [title]
        own.post(url, {"title": title.pk})
        lost.refresh_from_db()
        assert (lost.outcome, lost.title, member.entries.count()) == ("created", title, 0)
        run(lost.list_import)
        assert entry(member, title) == ("completed", 8, 26, "")
        assert member.own_entries.count() == 0

    def test_and_is_undone_with_the_import(self, own, member, lost, make_known):
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": make_known("Mushishi").pk})
        writing.undo_import(run(lost.list_import))
        assert member.entries.count() == 0

    def test_a_row_can_be_left_out(self, own, member, lost):
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"dismiss": "1"})
        assert outcomes(run(lost.list_import)) == ["created", "dismissed"]
        assert member.own_entries.count() == 0

    def test_all_such_rows_can_be_left_out_and_kept_again(self, own, member, lost):
        page = lost.list_import.get_absolute_url()
        own.post(f"{page}own/")
        assert outcomes(lost.list_import) == ["created", "unmatched"]
        assert "Keep unmatched titles" in own.get(page).content.decode()
        own.post(f"{page}own/", {"keep": "1"})
        assert outcomes(lost.list_import) == ["created", "own"]
        assert "Leave these titles out" in own.get(page).content.decode()

    def test_htmx_gets_the_row_as_it_is_then(self, own, lost, make_known):
        title = make_known("Mushishi")
        response = own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk}, HTTP_HX_REQUEST="true")
        assert f'id="row-{lost.pk}"' in response.content.decode()
        assert "New</span>" in response.content.decode()

    def test_one_title_is_told_for_one_row_of_an_import_only(self, own, lost):
        monster = lost.list_import.rows.get(number=1).title
        own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": monster.pk})
        lost.refresh_from_db()
        assert (lost.outcome, lost.title) == ("own", None)

    @pytest.mark.parametrize("title", ["", "x", "0", "99999999999", "²"])
    def test_a_title_that_is_none_is_not_found(self, own, lost, title):
        assert own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title}).status_code == 404

    def test_an_adult_title_cannot_be_picked_without_the_opt_in(self, own, lost, make_known):
        title = make_known("For adults", is_adult=True)
        assert own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk}).status_code == 404

    def test_a_settled_row_stays_as_it_is(self, own, lost, make_known):
        first, second = make_known("Mushishi"), make_known("Another")
        for title in (first, second):
            own.post(reverse("accounts:import_row", args=[lost.pk]), {"title": title.pk})
        lost.refresh_from_db()
        assert lost.title == first


def test_a_file_that_is_too_large_is_refused_by_what_reads_it_too(member):
    with pytest.raises(PortabilityError, match="limit is 10 MB"):
        reading.open_file(member, "x", b"x" * (MAX_UPLOAD + 1))

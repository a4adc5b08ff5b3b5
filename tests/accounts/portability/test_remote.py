"""Importing a member's own list from AniList and Kitsu, against a server that imitates their APIs."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import ImportRow, ListImport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tasks_run_at_once")]


class Site(ThreadingHTTPServer):
    """A fake list site. Returns its `answers` in order, repeating the last, and records the requests in `asked`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[object] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def will_answer(self, answer: object, status: int = 200, **headers: str) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.answers.append((status, headers, body))


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length))["variables"])
        self.answer()

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.server.asked.append((asked.path, parse_qs(asked.query)))
        self.answer()

    def answer(self) -> None:
        answers = self.server.answers
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(settings):
    server = Site()
    settings.ANILIST_URL = settings.KITSU_URL = server.url
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


def fetch(browser, service: str = "anilist", account: str = "viewer") -> ListImport:
    browser.post(reverse("accounts:imports"), {"service": service, "account": account, "own": "on"})
    return ListImport.objects.get()


def chunk(*media_ids: int, more: bool = False) -> dict:
    entries = [{"mediaId": number, "status": "COMPLETED", "score": 80,
                "media": {"title": {"romaji": f"Title {number}"}}}
               for number in media_ids]  # fmt: skip
    return {"data": {"MediaListCollection": {"hasNextChunk": more, "lists": [{"entries": entries}]}}}


class TestAniList:
    def test_the_whole_list_comes_in_pieces_and_waits_for_a_look(self, own, site, member):
        site.will_answer(chunk(1, 2, more=True))
        site.will_answer(chunk(3))
        found = fetch(own)
        assert [asked["chunk"] for asked in site.asked] == [1, 2]
        assert site.asked[0] == {"name": "viewer", "chunk": 1, "size": 500}
        assert (found.state, found.name, member.entries.count()) == ("preview", "viewer", 0)
        assert list(ImportRow.objects.order_by("number").values_list("name", "values__score")) == [
            ("Title 1", 8), ("Title 2", 8), ("Title 3", 8),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("status", "answer", "headers", "message"),
        [
            (404, {"errors": [{"message": "User not found"}], "data": None}, {},
             "AniList has no user “viewer”. Check the spelling."),
            (403, {"errors": [{"message": "Private User"}]}, {},
             "viewer’s list on AniList is private or empty. Make it public for a moment, or import a file."),
            (400, {"errors": [{"message": "<b>Syntax</b>"}]}, {}, "AniList reported an error: <b>Syntax</b>"),
            (429, {}, {"Retry_After": "42"}, "Rate limit of AniList reached. Try again in 42 seconds."),
            (429, b"", {}, "Rate limit of AniList reached. Try again in a minute."),
            (500, b"<html>down</html>", {}, "AniList sent an unexpected response. Try again later."),
            (200, b"[" * 50_000, {}, "AniList sent an unexpected response. Try again later."),
            (302, b"", {"Location": "http://127.0.0.1:1/"}, "AniList sent an unexpected response. Try again later."),
            (200, chunk(), {}, "The list is empty. Choose another file or account."),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_said_and_nothing_is_written(self, own, site, status, answer, headers, message):
        site.will_answer(answer, status, **headers)
        found = fetch(own)
        assert (found.state, found.message, ImportRow.objects.count()) == ("failed", message, 0)
        assert "No changes were made to your list." in own.get(found.get_absolute_url()).content.decode()

    def test_a_hiccup_is_tried_again(self, own, site):
        site.will_answer(b"", 503)
        site.will_answer(chunk(1))
        assert fetch(own).state == "preview"

    def test_a_site_that_is_away_is_said(self, own, settings):
        settings.ANILIST_URL = "http://127.0.0.1:1/"
        assert fetch(own).message == "AniList isn’t responding. Try again later."


class TestKitsu:
    def test_the_member_is_found_by_name_and_the_list_read(self, own, site):
        site.will_answer({"data": [{"id": "7"}]})
        attributes = {"status": "completed", "ratingTwenty": 16}
        entry = {"type": "libraryEntries", "attributes": attributes,
                 "relationships": {"anime": {"data": {"type": "anime", "id": "5"}}}}  # fmt: skip
        anime = {"type": "anime", "id": "5", "attributes": {"canonicalTitle": "Stone and Snow"}}
        site.will_answer({"data": [entry], "included": [anime]})
        assert fetch(own, "kitsu").state == "preview"
        (users, by_name), (library, by_id) = site.asked
        assert (users, by_name) == ("/users", {"filter[name]": ["viewer"]})
        assert (library, by_id["filter[userId]"]) == ("/library-entries", ["7"])
        assert ImportRow.objects.values_list("name", "values__score").get() == ("Stone and Snow", 8)

    @pytest.mark.parametrize(
        ("answers", "message"),
        [
            ([{"data": []}], "Kitsu has no user “viewer”. Check the spelling."),
            ([{"data": [{"id": "7"}]}, {"data": []}],
             "viewer’s list on Kitsu is private or empty. Make it public for a moment, or import a file."),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_said(self, own, site, answers, message):
        for answer in answers:
            site.will_answer(answer)
        assert fetch(own, "kitsu").message == message


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"service": "anilist", "account": "viewer"}, "You can only import your own list."),
        (
            {"service": "anilist", "account": "a b", "own": "on"},
            "User names can only contain letters, digits, dots, dashes and underscores.",
        ),
        ({"service": "elsewhere", "account": "viewer", "own": "on"}, "Select a valid choice."),
    ],
)
def test_nobody_is_asked_unless_the_form_is_right(own, site, form, message):
    response = own.post(reverse("accounts:imports"), form)
    assert (response.status_code, message in response.content.decode()) == (422, True)
    assert (site.asked, ListImport.objects.count()) == ([], 0)

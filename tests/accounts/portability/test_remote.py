"""Importing a member's own list from other sites, against a server that imitates their APIs."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import ImportRow, ListImport
from accounts.portability.remote import asking, sites
from catalog.models import SourceState

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
    settings.ANILIST_URL = settings.KITSU_URL = settings.MAL_API_URL = server.url
    settings.SHIKIMORI_URL = f"{server.url}/graphql"
    settings.MAL_CLIENT_ID = "key of the site"
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


def mal_page(*mal_ids: int, more: bool = False) -> dict:
    data = [{"node": {"id": number, "title": f"Title {number}", "media_type": "tv", "start_season": {"year": 2004}},
             "list_status": {"status": "completed", "score": 8, "num_episodes_watched": 12, "is_rewatching": False,
                             "num_times_rewatched": 1, "tags": ["slow"], "comments": "good",
                             "updated_at": "2024-06-30T09:31:16+00:00"}}
            for number in mal_ids]  # fmt: skip
    return {"data": data, "paging": {"next": "http://127.0.0.1:1/steal-the-key"} if more else {}}


class TestMyAnimeList:
    def test_the_whole_list_comes_in_pages_and_its_links_are_not_followed(self, own, site):
        site.will_answer(mal_page(1, 2, more=True))
        site.will_answer(mal_page(3))
        found = fetch(own, "mal_api")
        assert [(path, asked["offset"]) for path, asked in site.asked] == [
            ("/users/viewer/animelist", ["0"]), ("/users/viewer/animelist", ["1000"]),
        ]  # fmt: skip
        assert (found.state, found.format, found.scale) == ("preview", "mal_api", 10)
        first = ImportRow.objects.order_by("number")[0]
        assert (first.name, first.hint, first.about["ids"], first.about["year"]) == (
            "Title 1", "2004, TV", {"mal": "1"}, 2004,
        )  # fmt: skip
        assert {name: first.values[name] for name in ("status", "score", "progress", "rewatches", "notes", "tags")} == {
            "status": "completed", "score": 8, "progress": 12, "rewatches": 1, "notes": "good", "tags": ["slow"],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("status", "answer", "message"),
        [
            (404, {"error": "not_found"}, "MyAnimeList has no user “viewer”. Check the spelling."),
            (403, {"error": "not_permitted"}, "viewer’s list on MyAnimeList is private or empty. Make it public for a"
                                              " moment, or import a file."),
            (403, b"<html>", "MyAnimeList sent an unexpected response. Try again later."),
            (200, {"data": [3]}, "MyAnimeList sent an unexpected response. Try again later."),
            (200, {"data": {}}, "MyAnimeList sent an unexpected response. Try again later."),
            (400, {"error": "bad"}, "MyAnimeList sent an unexpected response. Try again later."),
            (200, [], "MyAnimeList sent an unexpected response. Try again later."),
            (200, {"data": []}, "viewer’s list on MyAnimeList is private or empty. Make it public for a moment, or"
                                " import a file."),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_said(self, own, site, status, answer, message):
        site.will_answer(answer, status)
        assert fetch(own, "mal_api").message == message

    def test_it_is_offered_with_the_owners_client_id_only(self, own, site, settings):
        assert "MyAnimeList</option>" in own.get(reverse("accounts:imports")).content.decode()
        settings.MAL_CLIENT_ID = ""
        assert "MyAnimeList</option>" not in own.get(reverse("accounts:imports")).content.decode()
        form = {"service": "mal_api", "account": "viewer", "own": "on"}
        assert own.post(reverse("accounts:imports"), form).status_code == 422


def rate(number: int) -> dict:
    return {"id": number, "score": 8, "status": "completed", "text": "хорошо", "episodes": 12, "rewatches": 1,
            "created_at": "2020-01-01T10:00:00.000+03:00", "updated_at": "2020-02-01T10:00:00.000+03:00",
            "anime": {"id": number, "name": f"Title {number}", "russian": "", "kind": "ova", "aired_on": "2004-04-01"},
            "user": {"id": 7, "nickname": "viewer"}}  # fmt: skip


class TestShikimori:
    def test_the_member_is_found_by_name_and_pages_that_overlap_give_each_entry_once(self, own, site, monkeypatch):
        monkeypatch.setattr(sites, "SHIKIMORI_PAGE", 2)
        site.will_answer({"id": 7, "nickname": "viewer"})
        site.will_answer([rate(1), rate(2), rate(3)])
        site.will_answer([rate(3)])
        found = fetch(own, "shikimori")
        assert site.asked == [
            ("/users/viewer", {"is_nickname": ["1"]}),
            ("/users/7/anime_rates", {"limit": ["2"], "page": ["1"]}),
            ("/users/7/anime_rates", {"limit": ["2"], "page": ["2"]}),
        ]
        assert (found.state, found.format, ImportRow.objects.count()) == ("preview", "shikimori", 3)
        first = ImportRow.objects.order_by("number")[0]
        assert (first.name, first.hint, first.about["ids"]) == ("Title 1", "2004, OVA", {"mal": "1"})
        assert {name: first.values[name] for name in ("status", "score", "progress", "rewatches", "notes")} == {
            "status": "completed", "score": 8, "progress": 12, "rewatches": 1, "notes": "хорошо",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("answers", "message"),
        [
            ([({"code": 404}, 404)], "Shikimori has no user “viewer”. Check the spelling."),
            ([({"id": 7}, 200), ({"code": 403}, 403)],
             "viewer’s list on Shikimori is private or empty. Make it public for a moment, or import a file."),
            ([({"id": 7}, 200), ([], 200)],
             "viewer’s list on Shikimori is private or empty. Make it public for a moment, or import a file."),
            ([([7], 200)], "Shikimori sent an unexpected response. Try again later."),
            ([({"id": 7}, 200), ({"rates": 1}, 200)], "Shikimori sent an unexpected response. Try again later."),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_said(self, own, site, answers, message):
        for answer, status in answers:
            site.will_answer(answer, status)
        assert fetch(own, "shikimori").message == message


def test_a_pause_that_a_site_asks_for_holds_for_the_next_import_and_for_the_catalogue(own, site):
    site.will_answer({}, 429, Retry_After="400")
    fetch(own)
    ListImport.objects.all().delete()
    message = fetch(own).message
    assert message.startswith("Rate limit of AniList reached. Try again in ")
    assert 400 <= int(message.split()[-2]) <= 481  # with up to a fifth more, so that sites don't ask together
    assert len(site.asked) == 1
    assert SourceState.objects.get().reason == "AniList was asked too often (status 429)."


def test_a_list_that_takes_too_long_is_given_up(own, site, monkeypatch):
    monkeypatch.setattr(asking, "LONGEST", -1.0)
    site.will_answer(chunk(1))
    assert fetch(own).message == "AniList isn’t responding. Try again later."
    assert site.asked == []


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

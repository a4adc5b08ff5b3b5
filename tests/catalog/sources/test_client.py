"""The client of sources: budgets, conditional requests, refusals and the circuit."""

from datetime import timedelta
from itertools import pairwise

import pytest

from catalog.models import SourceDay, SourceState, StoredAnswer, Title
from catalog.sources.client.answers import path_of, remove_old_answers
from catalog.sources.client.requests import Manners
from catalog.sources.refresh import refresh
from tests.catalog.sources.scripted import START, Reply

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def state() -> SourceState:
    return SourceState.objects.get(source="example")


class TestManners:
    def test_the_application_and_the_site_introduce_themselves(self, service_of, server, settings):
        settings.SITE_URL = "https://anime.example.org"
        refresh(service_of())
        assert server.asked[0][2]["user-agent"] == "anirec (+https://anime.example.org)"

    def test_two_requests_are_never_closer_than_the_pause(self, service_of, server):
        refresh(service_of("a", "b", "c", manners=Manners(pause=5, per_minute=30, per_day=100)))
        times = [at for at, _, _ in server.asked]
        assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(times))

    def test_the_budget_of_a_minute_is_kept(self, service_of, server):
        refresh(service_of(*"abcdefgh", manners=Manners(pause=0.1, per_minute=3, per_day=100)))
        times = [at for at, _, _ in server.asked]
        assert len(times) == 8
        assert all(later - earlier >= timedelta(minutes=1) for earlier, later in zip(times, times[3:], strict=False))

    def test_with_the_budget_of_a_day_used_up_the_rest_waits(self, service_of, server, clock):
        service = service_of("a", "b", "c", manners=Manners(pause=1, per_minute=30, per_day=2))
        assert "budget" in refresh(service).stopped
        assert len(server.asked) == 2
        clock.set(START + DAY + HOUR)
        refresh(service)
        assert [path for _, path, _ in server.asked[2:]] == ["/a", "/b"]

    def test_a_budget_is_shared_by_all_processes(self, service_of, server, clock):
        service = service_of("a", manners=Manners(pause=60, per_minute=1, per_day=100), every=timedelta(0))
        refresh(service)
        refresh(service)  # any process: the budget is in Valkey
        assert server.asked[1][0] - server.asked[0][0] >= timedelta(seconds=60)

    def test_nobody_is_asked_while_valkey_is_down(self, service_of, server, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert "Valkey is down" in refresh(service_of()).stopped
        assert server.asked == []


class TestAnswers:
    def test_titles_of_an_answer_are_in_the_catalogue(self, service_of):
        refresh(service_of())
        assert Title.objects.get().name == "First title"

    def test_a_young_answer_is_not_asked_for_again(self, service_of, server, clock):
        refresh(service_of())
        clock.set(START + 11 * HOUR)
        assert refresh(service_of()).requests == 0
        clock.set(START + 13 * HOUR)
        assert refresh(service_of()).requests == 1

    def test_an_unchanged_file_costs_a_conditional_request_without_a_body(self, service_of, server, clock):
        server.script = [Reply(200, b"1 First title\n", {"ETag": '"v1"', "Last-Modified": "x"}), Reply(304)]
        refresh(service_of())
        clock.set(START + DAY)
        outcome = refresh(service_of())
        assert server.asked[1][2]["if-none-match"] == '"v1"'
        assert server.asked[1][2]["if-modified-since"] == "x"
        assert (outcome.report.created, outcome.report.unchanged) == (0, 0)
        assert StoredAnswer.objects.get().fetched_at >= START + DAY

    def test_a_body_that_did_not_change_is_not_imported_again(self, service_of, clock):
        refresh(service_of())
        clock.set(START + DAY)
        outcome = refresh(service_of())
        assert outcome.requests == 1
        assert (outcome.report.updated, outcome.report.unchanged) == (0, 0)

    def test_pages_are_followed(self, service_of, server):
        next_page = f"next {server.url}/titles?page=2\n".encode()
        server.script = [Reply(200, b"1 First title\n" + next_page), Reply(200, b"2 Second title\n")]
        refresh(service_of())
        assert [path for _, path, _ in server.asked] == ["/titles", "/titles?page=2"]
        assert Title.objects.count() == 2

    def test_a_list_is_followed_as_far_as_it_is_wanted(self, service_of, server):
        bodies = (f"{n} Title {n}\nnext {server.url}/titles?page={n + 1}\n" for n in (1, 2, 3))
        server.script = [Reply(200, body.encode()) for body in bodies]
        refresh(service_of(most_pages=2))
        assert [path for _, path, _ in server.asked] == ["/titles", "/titles?page=2"]

    def test_a_page_on_another_host_is_not_followed(self, service_of, server):
        server.script = [Reply(200, b"1 First title\nnext http://elsewhere.example/\n")]
        outcome = refresh(service_of())
        assert "another host" in outcome.unreadable[0]
        assert len(server.asked) == 1

    def test_an_answer_is_imported_from_what_is_kept_after_a_crash(self, service_of, server, monkeypatch):
        monkeypatch.setattr("catalog.sources.refresh.import_rows", _crash)
        with pytest.raises(RuntimeError):
            refresh(service_of())
        monkeypatch.undo()
        refresh(service_of())
        assert len(server.asked) == 1
        assert Title.objects.get().name == "First title"

    def test_an_answer_that_cannot_be_read_leaves_the_others_and_is_asked_for_in_an_hour(
        self, service_of, server, clock
    ):
        server.script = [Reply(200, b"<html>\n"), Reply(200, b"2 Second title\n"), Reply(200, b"1 First title\n")]
        outcome = refresh(service_of("a", "b"))
        assert outcome.unreadable == ["a: '<html>' is no title."]
        assert Title.objects.get().name == "Second title"
        assert refresh(service_of("a", "b")).requests == 0
        clock.set(START + HOUR + timedelta(minutes=1))
        refresh(service_of("a", "b"))
        assert Title.objects.count() == 2

    def test_titles_that_the_source_does_not_have_are_asked_for_when_due(self, service_of, server, clock):
        server.script = [Reply(404)]
        assert refresh(service_of()).stopped == ""
        assert refresh(service_of()).requests == 0
        clock.set(START + 13 * HOUR)
        assert refresh(service_of()).requests == 1

    def test_a_body_that_is_too_large_is_refused(self, service_of, server):
        server.script = [Reply(200, b"1 First title\n" * 1000)]
        assert "larger than" in refresh(service_of(most_bytes=5000)).stopped
        assert Title.objects.count() == 0

    def test_bodies_are_forgotten_in_time_but_not_when_they_were_asked(self, service_of, server, clock):
        refresh(service_of())
        path = path_of(StoredAnswer.objects.get())
        clock.set(START + timedelta(days=36))
        assert remove_old_answers() == 1
        assert not path.exists()
        assert StoredAnswer.objects.get().fetched_at < START + HOUR


class TestRefusals:
    def test_a_pause_that_is_asked_for_is_made(self, service_of, server, clock):
        server.script = [Reply(429, headers={"Retry-After": "300"}), Reply(200, b"1 First title\n")]
        assert "too often" in refresh(service_of()).stopped
        clock.set(START + timedelta(seconds=290))
        assert refresh(service_of()).requests == 1  # it was not sent
        assert len(server.asked) == 1
        clock.set(START + timedelta(seconds=400))
        refresh(service_of())
        assert Title.objects.count() == 1

    def test_a_refused_source_is_asked_less_often_afterwards(self, service_of, server, clock):
        server.script = [Reply(429), Reply(200, b"1 First title\n")]
        refresh(service_of())
        assert state().per_minute == 15
        clock.set(START + timedelta(minutes=2))
        refresh(service_of("a"))
        assert state().per_minute == 15
        clock.set(START + HOUR)
        refresh(service_of("b"))
        assert state().per_minute == 22.5

    def test_a_limit_in_the_headers_is_learnt(self, service_of, server):
        server.script = [Reply(200, b"1 First title\n", {"X-RateLimit-Limit": "10"})]
        refresh(service_of(*"abcdefghijklm"))
        assert state().per_minute == 10
        times = [at for at, _, _ in server.asked]
        assert times[11] - times[1] >= timedelta(seconds=59)

    def test_a_403_opens_the_circuit_for_an_hour_and_longer_each_time(self, service_of, server, clock):
        server.script = [Reply(403)]
        refresh(service_of())
        first = state()
        assert HOUR <= first.open_until - START <= 1.2 * HOUR + timedelta(seconds=2)
        clock.set(START + 2 * HOUR)
        refresh(service_of())
        assert state().open_until - clock.now() > 1.9 * HOUR
        assert SourceDay.objects.get().refusals == 2

    def test_the_circuit_is_closed_by_one_probe(self, service_of, server, clock):
        server.script = [Reply(503), Reply(200, b"1 First title\n")]
        refresh(service_of("a", "b"))
        assert len(server.asked) == 1
        assert state().failures == 1
        clock.set(START + timedelta(minutes=3))
        refresh(service_of("a", "b"))
        assert (state().failures, state().open_until, state().failing_since) == (0, None, None)
        assert len(server.asked) == 3

    def test_a_source_that_comes_back_after_hours_is_asked_slowly_at_first(self, service_of, server, clock):
        server.script = [Reply(503), Reply(200, b"1 First title\n")]
        refresh(service_of())
        clock.set(START + 3 * DAY)
        refresh(service_of(*"abcdefghijklmnop"))
        times = [at for at, _, _ in server.asked[1:]]
        assert times[8] - times[1] >= timedelta(seconds=55)

    def test_a_source_without_connection_is_named(self, service_of, server):
        server.server.server_close()
        assert refresh(service_of()).stopped == "No connection."
        assert SourceDay.objects.get().failures == 1

    def test_an_api_that_redirects_is_not_followed_with_its_key(self, service_of, server):
        server.script = [Reply(302, headers={"Location": "http://elsewhere.example/"})]
        assert "redirects" in refresh(service_of(headers={"X-Key": "secret"})).stopped
        assert len(server.asked) == 1


def _crash(*_: object) -> None:
    raise RuntimeError("killed")


def test_a_title_in_several_lists_is_imported_once(service_of, server):
    server.script = [Reply(200, b"1 First title\n2 Second title\n"), Reply(200, b"2 Second title\n3 Third title\n")]
    outcome = refresh(service_of("list:a", "list:b"))
    assert (outcome.report.created, outcome.report.rejected) == (3, [])

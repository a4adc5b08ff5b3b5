"""The same change sent eight times at once: it counts once or eight times, as it should, and none of them fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from accounts.lists.forms import EntryForm
from accounts.models import ListEntry
from social.models import Activity, Follow, HelpfulVote, Like, Review, ReviewVersion
from social.people.relations import block, follow, is_blocked_between
from social.plans import planning as plans
from social.reviews.writing import vote_helpful, write_review
from tests.conftest import confirm_password

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
TEXT = "Good from its first minute to its last, and better each time one comes back to it, in any season."


def logged_in(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def at_once(work) -> list[object]:
    """Return the results of `work`, called with 0 to 7 by eight threads at once. Expected refusals are results, too."""

    def call(number: int) -> object:
        try:
            return work(number)
        except ValidationError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(call, range(THREADS)))


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def others(make_member):
    return [make_member(f"other{number}") for number in range(THREADS)]


class TestLists:
    def test_eight_taps_on_the_next_episode_are_one_episode(self, ada, make_title):
        title = make_title(episodes=24)
        entry = ListEntry.objects.create(user=ada, title=title, status="watching", progress=3)

        def tap(_number: int) -> bool:
            return EntryForm({"episode": "4"}, user=ada, title=title, entry=entry).save()

        assert at_once(tap) == [True] * THREADS
        entry.refresh_from_db()
        assert entry.progress == 4

    def test_a_title_that_is_added_eight_times_is_there_once(self, ada, make_title):
        from accounts.entries.writing import set_score

        title = make_title()
        at_once(lambda number: set_score(ada, title, number + 1).score)
        assert ListEntry.objects.get(user=ada).score in range(1, THREADS + 1)

    def test_a_list_that_is_sent_eight_times_is_open_once(self, ada, make_title):
        from accounts.portability.imports import reading

        make_title("Monster")
        file = b"Title,Score,Status\nMonster,9,Completed\n"

        def send(_number: int) -> int:
            opened = reading.open_file(ada, "list.csv", file)
            return reading.read_columns(opened, opened.columns, opened.scale).pk

        sent = at_once(send)
        assert ada.imports.filter(state="preview").count() == 1
        assert ada.imports.get(state="preview").pk in sent

    def test_an_import_that_is_run_eight_times_is_written_once(self, ada, make_title):
        from accounts.portability.imports import reading, writing

        make_title("Monster").external_ids.create(provider="mal", medium="anime", value="19")
        file = b"MyAnimeList ID,Title,Score,Status\n19,Monster,9,Completed\n"
        opened = reading.open_file(ada, "list.csv", file)
        opened = reading.read_columns(opened, opened.columns, opened.scale)
        writing.queue(opened)
        at_once(lambda _: writing.write_import(opened.pk))
        assert ListEntry.objects.get(user=ada).status == "completed"
        assert at_once(lambda _: writing.undo_import(opened)).count(True) == 1
        assert not ListEntry.objects.filter(user=ada).exists()


class TestReviews:
    def test_one_that_is_sent_eight_times_is_one(self, ada, make_title):
        title = make_title()
        written = at_once(lambda _: write_review(ada, title, TEXT).pk)
        assert set(written) == {Review.objects.get().pk}
        assert ReviewVersion.objects.count() == 0

    def test_eight_votes_on_eight_reviews_are_eight_unread_notifications(self, ada, others, make_title):
        """Each vote counts what is unread, and none may count without the others."""
        reviews = [write_review(ada, make_title(), TEXT) for _ in others]
        at_once(lambda number: vote_helpful(others[number], reviews[number], True))
        ada.refresh_from_db()
        assert (HelpfulVote.objects.count(), ada.unread_notifications) == (THREADS, THREADS)

    def test_eight_votes_of_one_reader_are_one(self, ada, others, make_title):
        review = write_review(ada, make_title(), TEXT)
        at_once(lambda _: vote_helpful(others[0], review, True))
        assert HelpfulVote.objects.count() == 1


class TestPeople:
    def test_eight_follow_one_at_once(self, ada, others):
        at_once(lambda number: follow(others[number], ada))
        assert Follow.objects.filter(followed=ada).count() == THREADS

    def test_a_follow_and_a_block_at_once_leave_no_follow(self, ada, others):
        ben = others[0]
        at_once(lambda number: follow(ben, ada) if number % 2 else block(ada, ben))
        assert is_blocked_between(ada, ben)
        assert not Follow.objects.exists()

    def test_eight_likes_of_one_member_are_one(self, ada, others):
        follow(ada, others[1])
        activity = Activity.objects.get(actor=ada)
        from social.comments.writing import like

        at_once(lambda _: like(others[0], activity, True))
        assert Like.objects.count() == 1


class TestPlans:
    def test_a_title_that_all_propose_is_there_once_with_every_vote(self, ada, others, make_title):
        title = make_title()
        plan = plans.make_plan(ada, "Friday", invited=others[:7])
        for member in others[:7]:
            plans.accept(plan, member)
        people = list(plan.members.select_related("plan", "member"))

        def propose(number: int) -> None:
            plans.vote(people[number], plans.propose(people[number], title), True)

        at_once(propose)
        assert plan.titles.get().votes.count() == THREADS

    def test_it_never_has_more_people_than_it_may(self, ada, others):
        plan = plans.make_plan(ada, "Friday")
        at_once(lambda number: plans.invite(plan, others[number]))
        assert plan.members.count() == plans.MOST_MEMBERS


class TestLimits:
    """Of what a member may have so many, eight requests at once make no more."""

    @pytest.fixture
    def send(self, ada):
        def post(path, data):
            clients = [confirm_password(logged_in(ada)) for _ in range(THREADS)]

            def work(number: int) -> int:
                client = clients[number]
                return client.post(path, {**data, "name": f"n{number}"}).status_code

            return sorted(at_once(work))

        return post

    def test_tokens(self, ada, send, monkeypatch):
        monkeypatch.setattr("accounts.tokens.views.MOST", 3)
        statuses = send("/settings/tokens/", {"scopes": ["read:list"], "days": "30"})
        assert (statuses, ada.tokens.count()) == ([200] * 3 + [422] * 5, 3)

    def test_saved_views(self, ada, send, monkeypatch):
        monkeypatch.setattr("catalog.saved_views.forms.MOST_VIEWS", 3)
        statuses = send("/titles/views/", {"query": "year_min=2000"})
        assert (statuses, ada.saved_views.count()) == ([302] * 3 + [422] * 5, 3)

    def test_saved_views_of_one_name(self, ada):
        def work(_number: int) -> int:
            client = Client()
            client.force_login(ada)
            return client.post("/titles/views/", {"query": "year_min=2000", "name": "old"}).status_code

        assert sorted(at_once(work)) == [302] + [422] * 7
        assert ada.saved_views.count() == 1

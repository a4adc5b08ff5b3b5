from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.entries import undo
from accounts.entries import writing as lists
from accounts.entries.writing import EntryDraft, set_progress, set_score, set_status, update_entries, update_entry
from accounts.models import ListEntry, User
from accounts.portability.imports import reading, writing
from catalog.models import ExternalId
from social.comments.writing import like, write_comment
from social.feed.queries import PAGE, feed_page
from social.models import Activity, ActivityItem, Comment, Like
from social.people import relations
from social.reviews.writing import delete_review, write_review
from social.visibility import comments_visible_to

pytestmark = pytest.mark.django_db
REVIEW = "It takes its time, and that is what it is about. ||Nobody is who they seem.|| " * 2


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def reader(make_member, ada):
    reader = make_member("reader")
    relations.follow(reader, ada)
    Activity.objects.all().delete()
    return reader


@pytest.fixture
def open_feed(client, reader):
    client.force_login(reader)

    def get(**query):
        return client.get(reverse("social:feed"), query)

    return get


def told(viewer) -> list[tuple[str, list[str]]]:
    """Return the kind and names of each activity in the feed."""
    return [(news.activity.kind, [name_of(item) for item in news.items]) for news in feed_page(viewer).news]


def name_of(item: ActivityItem) -> str:
    thing = item.entry or item.review
    return thing.title.name if thing else item.follow.followed.username


def age(**hours) -> None:
    Activity.objects.update(at=timezone.now() - timedelta(**hours))


class TestWhatIsNews:
    def test_planned_scored_completed_reviewed_and_followed(self, ada, reader, make_title, make_member):
        set_status(ada, make_title("A"), "planned")
        set_score(ada, make_title("B"), 8)
        set_status(ada, make_title("C"), "completed")
        write_review(ada, make_title("D"), REVIEW)
        relations.follow(ada, make_member("bob"))
        assert told(reader) == [
            ("followed", ["bob"]), ("reviewed", ["D"]), ("completed", ["C"]), ("scored", ["B"]), ("added", ["A"]),
        ]  # fmt: skip

    def test_progress_notes_and_dropping_are_not(self, ada, reader, make_title, make_entry):
        title = make_entry(ada, make_title(), status="watching").title
        set_progress(ada, title, 3)
        update_entry(ada, title, notes="Slow.", visibility="public")
        set_status(ada, title, "dropped")
        assert told(reader) == []

    def test_thirty_titles_are_one_item(self, ada, reader, make_title):
        for number in range(30):
            set_status(ada, make_title(f"T{number}"), "planned")
        (news,) = feed_page(reader).news
        assert ([name_of(item) for item in news.items][:2], news.n, news.n_more) == (["T29", "T28"], 30, 24)

    def test_what_comes_an_hour_later_is_another(self, ada, reader, make_title):
        set_status(ada, make_title("A"), "planned")
        age(hours=2)
        set_status(ada, make_title("B"), "planned")
        assert told(reader) == [("added", ["B"]), ("added", ["A"])]

    def test_of_what_happens_to_a_title_within_the_hour_the_last_counts(self, ada, reader, make_title):
        title = make_title("A")
        set_status(ada, title, "planned")
        set_status(ada, title, "completed")
        set_score(ada, title, 7)
        set_score(ada, title, 8)
        assert told(reader) == [("scored", ["A"])]

    def test_many_at_once_are_one(self, ada, reader, make_entry):
        entries = [make_entry(ada) for _ in range(3)]
        update_entries(ada, [entry.title_id for entry in entries], status="completed")
        assert [(news.activity.kind, news.n) for news in feed_page(reader).news] == [("completed", 3)]

    def test_an_import_is_one_and_goes_with_it(self, ada, reader, make_title):
        for number in range(12):
            ExternalId.objects.create(
                title=make_title(f"T{number}"), provider="mal", medium="anime", value=str(number + 1)
            )
        rows = (f"T{number},{number + 1},9,completed\n" for number in range(12))
        data = "".join(["Name,MAL ID,Rating,Status\n", *rows]).encode()
        opened = reading.read_columns(
            reading.open_file(ada, "list.csv", data), {"title": 0, "mal": 1, "score": 2, "status": 3}, 10
        )
        writing.queue(opened)
        writing.write_import(opened.pk)
        assert [(news.activity.kind, news.n) for news in feed_page(reader).news] == [("imported", 12)]
        opened.refresh_from_db()
        writing.undo_import(opened)
        assert told(reader) == []

    def test_what_is_taken_back_is_no_news(self, ada, reader, make_entry):
        entry = make_entry(ada, status="completed", score=9)
        key = undo.remember(ada, [entry.title_id]).rstrip("/").rpartition("/")[2]
        lists.remove_entry(ada, entry.title)
        undo.take_back(ada, key)
        assert (ListEntry.objects.count(), told(reader)) == (1, [])

    def test_lists_written_by_imports_are_none(self, ada, reader, make_title):
        lists.write_entries(ada, [EntryDraft(make_title("A").pk, "completed", 9)])
        assert told(reader) == []


class TestWhatIsToldLater:
    """Visibility is decided when the feed is read."""

    @pytest.fixture
    def title(self, ada, make_title):
        title = make_title("A")
        set_score(ada, title, 8)
        return title

    def test_not_what_became_private(self, ada, reader, title):
        update_entry(ada, title, visibility="private")
        assert told(reader) == []

    def test_not_what_is_no_longer_so(self, ada, reader, title):
        set_score(ada, title, None)
        assert told(reader) == []

    def test_not_what_is_off_the_list(self, ada, reader, title):
        lists.remove_entry(ada, title)
        assert told(reader) == []

    def test_not_of_a_private_list(self, ada, reader, title):
        User.objects.filter(pk=ada.pk).update(list_visibility="private")
        assert told(reader) == []

    def test_not_of_adult_titles(self, ada, reader, title):
        title.is_adult = True
        title.save()
        assert told(reader) == []
        lists.show_adult_titles(reader, True)
        assert told(reader) == [("scored", ["A"])]

    def test_not_of_the_muted_blocked_or_suspended(self, ada, reader, title):
        relations.mute(reader, ada)
        assert told(reader) == []
        relations.unmute(reader, ada)
        User.objects.filter(pk=ada.pk).update(is_active=False)
        assert told(reader) == []
        User.objects.filter(pk=ada.pk).update(is_active=True)
        assert told(reader) == [("scored", ["A"])]
        relations.block(ada, reader)
        assert told(reader) == []

    def test_not_of_strangers_or_oneself(self, ada, reader, member, title):
        assert (told(member), told(ada)) == ([], [])

    def test_not_of_a_follow_of_somebody_blocked(self, ada, reader, make_member):
        bob = make_member("bob")
        relations.follow(ada, bob)
        assert told(reader) == [("followed", ["bob"])]
        relations.block(bob, reader)
        assert told(reader) == []

    def test_not_of_a_deleted_review(self, ada, reader, make_title):
        review = write_review(ada, make_title(), REVIEW)
        delete_review(review)
        assert told(reader) == []

    def test_a_review_is_quoted_without_what_gives_something_away(self, open_feed, ada, make_title):
        write_review(ada, make_title(), REVIEW)
        assert "Nobody is who" not in open_feed().content.decode()


class TestPages:
    def many(self, ada, make_entry, n):
        for number in range(n):
            activity = Activity.objects.create(actor=ada, kind="added", at=timezone.now() - timedelta(minutes=number))
            ActivityItem.objects.create(activity=activity, entry=make_entry(ada))

    def test_follow_each_other_while_new_things_come_in(self, ada, reader, make_entry):
        self.many(ada, make_entry, PAGE + 3)
        everything = list(Activity.objects.order_by("-at", "-pk").values_list("pk", flat=True))
        first = feed_page(reader)
        self.many(ada, make_entry, 2)
        second = feed_page(reader, first.next)
        assert [news.activity.pk for page in (first, second) for news in page.news] == everything
        assert second.next == ""

    @pytest.mark.parametrize("start", ["", "nonsense", "2020-01-01_", "_3", "2020-01-01_x", "2020-13-01_3", "9" * 30])
    def test_nonsense_is_the_beginning(self, open_feed, ada, make_entry, start):
        self.many(ada, make_entry, 1)
        assert len(open_feed(start=start).context["feed"].news) == 1

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(self, open_feed, ada, make_entry, n, django_assert_num_queries):
        self.many(ada, make_entry, n)
        with django_assert_num_queries(8):
            open_feed()

    def test_an_empty_one_says_what_to_do(self, client, member):
        client.force_login(member)
        assert "Not following anyone yet" in client.get(reverse("social:feed")).content.decode()

    def test_more_comes_as_a_part(self, client, reader, ada, make_entry):
        self.many(ada, make_entry, PAGE + 1)
        client.force_login(reader)
        start = feed_page(reader).next
        headers = {"HX-Request": "true", "HX-Target": "pager"}
        content = client.get(reverse("social:feed"), {"start": start}, headers=headers).content.decode()
        assert ("<html" in content, content.count("<article")) == (False, 1)


class TestReactions:
    @pytest.fixture
    def activity(self, ada, make_title):
        set_score(ada, make_title("A"), 8)
        return Activity.objects.get(actor=ada, kind="scored")

    def test_like_and_no_longer(self, client, reader, activity):
        client.force_login(reader)
        for liked, n in (("yes", 1), ("yes", 1), ("no", 0)):
            client.post(reverse("social:like", args=[activity.pk]), {"liked": liked})
            assert Like.objects.count() == n

    def test_nobody_likes_what_they_did_themselves(self, ada, activity):
        with pytest.raises(ValidationError):
            like(ada, activity, True)

    def test_a_comment_is_markdown_and_escaped(self, client, reader, activity):
        client.force_login(reader)
        url = reverse("social:comment_on_activity", args=[activity.pk])
        client.post(url, {"text": "**Really?** <script>alert(1)</script>"})
        content = client.get(activity.get_absolute_url()).content.decode()
        assert ("<strong>Really?</strong>" in content, "<script>alert" in content) == (True, False)

    @pytest.mark.parametrize("text", ["", "   ", "x" * 2_001, "a\0b"])
    def test_bad_comments_are_refused(self, client, reader, activity, text):
        client.force_login(reader)
        url = reverse("social:comment_on_activity", args=[activity.pk])
        assert client.post(url, {"text": text}, follow=True).status_code == 200
        assert Comment.objects.count() == 0

    def test_is_deleted_by_its_author_and_by_whose_thing_it_is_about(self, client, ada, reader, member, activity):
        for who, status, left in ((member, 403, 1), (reader, 302, 0), (ada, 302, 0)):
            Comment.objects.all().delete()
            comment = write_comment(reader, activity, "Really?")
            client.force_login(who)
            answer = client.post(reverse("social:delete_comment", args=[comment.pk]))
            assert (answer.status_code, Comment.objects.count()) == (status, left)

    def test_on_what_one_cannot_see_there_are_none(self, client, ada, reader, activity):
        write_comment(reader, activity, "Really?")
        ListEntry.objects.update(visibility="private")
        client.force_login(reader)
        urls = [reverse(f"social:{name}", args=[activity.pk]) for name in ("activity", "like", "comment_on_activity")]
        answers = [client.get(urls[0]), client.post(urls[1]), client.post(urls[2], {"text": "Hm."})]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert (comments_visible_to(reader).count(), comments_visible_to(ada).count()) == (0, 1)

    def test_of_muted_and_blocked_members_are_not_shown(self, ada, reader, member, activity):
        write_comment(member, activity, "Well.")
        counts = []
        for act in (relations.mute, relations.unmute, relations.block):
            act(reader, member)
            counts.append(comments_visible_to(reader).count())
        assert (counts, comments_visible_to(ada).count()) == ([0, 1, 0], 1)

    def test_a_block_takes_them_from_each_others_things(self, ada, reader, activity):
        write_comment(reader, activity, "Well.")
        like(reader, activity, True)
        relations.block(ada, reader)
        assert (Comment.objects.count(), Like.objects.count()) == (0, 0)

    def test_on_a_review(self, client, ada, reader, make_title):
        review = write_review(ada, make_title(), REVIEW)
        client.force_login(reader)
        client.post(reverse("social:comment_on_review", args=[review.pk]), {"text": "Well said."})
        assert "Well said." in client.get(review.get_absolute_url()).content.decode()


def test_the_measurement_of_the_feed_runs_and_leaves_nothing(make_title):
    for _ in range(60):
        make_title()
    out = StringIO()
    call_command("bench_feed", people=3, requests=2, stdout=out)
    assert re.search(r"who follows 3 active people: .*, [1-8] queries", out.getvalue())
    assert (User.objects.count(), Activity.objects.count()) == (0, 0)


def test_it_says_how_far_a_manga_is_read(ada, reader, open_feed, make_title):
    lists.show_media(reader, ["manga"])
    update_entry(ada, make_title("Kumo", medium="manga", chapters=162), status="watching", progress=12)

    assert "Read chapter 12" in open_feed().content.decode()


def test_it_says_nothing_of_progress_of_anime_or_of_what_was_read_to_its_end(ada, reader, open_feed, make_title):
    lists.show_media(reader, ["manga"])
    update_entry(ada, make_title("Kumo", medium="manga", chapters=12), status="completed", progress=12)
    update_entry(ada, make_title("Ame"), status="watching", progress=3)

    page = open_feed().content.decode()

    assert all(name in page for name in ("Kumo", "Ame"))
    assert "Read chapter" not in page

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts.entries.writing import set_score
from accounts.models import ListEntry, User
from social.comments.writing import delete_comment, like, write_comment
from social.models import Activity, Notification, NotificationSettings
from social.moderation import deciding as moderation
from social.notifications import emails
from social.notifications.channels import choose_channels
from social.notifications.kinds import kinds
from social.notifications.notifying import mark_read
from social.notifications.queries import groups_of, read_groups
from social.people import relations
from social.reviews.writing import delete_review, vote_helpful, write_review

pytestmark = pytest.mark.django_db
REVIEW = "It takes its time, and that is what it is about. " * 3


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def bob(make_member):
    return make_member("bob")


@pytest.fixture
def activity(ada, make_title):
    set_score(ada, make_title("A"), 8)
    return Activity.objects.get()


def told(member: User) -> list[str]:
    return [one.sentence for one in read_groups(list(groups_of(member)))]


def unread(member: User) -> int:
    return User.objects.get(pk=member.pk).unread_notifications


class TestWhatOneIsTold:
    def test_follows_and_requests(self, ada, bob):
        relations.follow(bob, ada)
        ada.approves_followers = True
        ada.save()
        relations.unfollow(bob, ada)
        assert told(ada) == []
        relations.follow(bob, ada)
        assert told(ada) == ["Follow request: bob"]
        relations.accept_request(ada, bob)
        assert (told(ada), told(bob)) == ([], ["Follow request accepted: ada"])

    def test_comments_likes_and_votes(self, ada, bob, activity, make_title):
        like(bob, activity, True)
        write_comment(bob, activity, "Really?")
        vote_helpful(bob, write_review(ada, make_title("B"), REVIEW), True)
        assert told(ada) == ["Found your review of B helpful: bob", "New comment on A: bob", "New like on A: bob"]
        assert unread(ada) == 3

    def test_nothing_of_what_one_does_oneself(self, ada, activity):
        write_comment(ada, activity, "As I said.")
        assert told(ada) == []

    def test_several_about_one_thing_are_told_together(self, ada, activity, make_member):
        for name in ("bob", "cleo", "dan", "eve"):
            like(make_member(name), activity, True)
        assert (told(ada), unread(ada)) == (["New like on A: eve and 3 others"], 1)

    def test_what_is_taken_back_or_deleted_is_not_told(
        self, ada, bob, activity, make_title, django_capture_on_commit_callbacks
    ):
        review = write_review(ada, make_title(), REVIEW)
        with django_capture_on_commit_callbacks(execute=True):
            like(bob, activity, True)
            vote_helpful(bob, review, True)
            comment = write_comment(bob, review, "Well.")
            relations.follow(bob, ada)
        with django_capture_on_commit_callbacks(execute=True):
            like(bob, activity, False)
            delete_comment(comment)
            delete_review(review)
            relations.unfollow(bob, ada)
        assert (told(ada), Notification.objects.count(), unread(ada)) == ([], 0, 0)

    def test_not_of_the_muted_the_blocked_and_the_suspended(self, ada, bob, activity):
        relations.mute(ada, bob)
        like(bob, activity, True)
        assert (told(ada), unread(ada)) == ([], 0)
        relations.unmute(ada, bob)
        write_comment(bob, activity, "Really?")
        assert unread(ada) == 1
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert told(ada) == []
        User.objects.filter(pk=bob.pk).update(is_active=True)
        relations.block(bob, ada)
        assert (told(ada), Notification.objects.count()) == ([], 0)

    def test_not_about_what_can_not_be_read_any_more(self, ada, bob, activity):
        like(bob, activity, True)
        ListEntry.objects.all().delete()
        assert told(ada) == []

    def test_not_what_one_does_not_want_to_be_told(self, ada, bob, activity):
        choose_channels(ada, {"like": []})
        like(bob, activity, True)
        assert told(ada) == []


class TestPage:
    def test_shows_what_is_new_once(self, client, ada, bob, activity):
        like(bob, activity, True)
        client.force_login(ada)
        url = reverse("social:notifications")
        first, second = client.get(url).content.decode(), client.get(url).content.decode()
        assert ["New like on A: bob" in first, '"badge good"' in first, '"badge good"' in second] == [
            True, True, False,
        ]  # fmt: skip
        assert unread(ada) == 0

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(self, client, ada, make_title, make_member, n, django_assert_num_queries):
        for _ in range(n):
            vote_helpful(make_member(), write_review(ada, make_title(), REVIEW), True)
        mark_read(ada)
        client.force_login(ada)
        with django_assert_num_queries(5):
            client.get(reverse("social:notifications"))

    def test_what_to_be_told_is_chosen(self, client, ada):
        client.force_login(ada)
        url = reverse("social:notification_choices")
        wanted = {**dict.fromkeys(kinds(), "site"), "like": [], "tip": "push", "airing_lead": 60, "digest_hour": 7}
        assert client.post(url, wanted).status_code == 302
        channels = client.get(url).context["forms"].channels
        assert [channels[kind].initial for kind in ("like", "follow", "tip")] == [[], ["site"], ["site", "push"]]
        assert client.post(url, {**wanted, "like": "pigeon"}).status_code == 422

    def test_when_to_be_told_is_chosen(self, client, ada):
        client.force_login(ada)
        url = reverse("social:notification_choices")
        times = {"airing_lead": 60, "digest_hour": 7, "quiet_from": "22:00", "quiet_to": "07:30"}
        assert client.post(url, times).status_code == 302
        stored = NotificationSettings.objects.get(member=ada)
        assert (stored.airing_lead, stored.digest_hour, str(stored.quiet_to)) == (60, 7, "07:30:00")
        answer = client.post(url, {**times, "quiet_to": ""})
        assert (answer.status_code, "need a start and an end" in answer.content.decode()) == (422, True)


class TestLetters:
    @pytest.fixture
    def wants_letters(self, ada):
        choose_channels(ada, {"comment": ["email"]})
        EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)

    def test_one_for_all_that_waits_and_once(self, ada, bob, member, activity, wants_letters):
        write_comment(bob, activity, "Really?")
        write_comment(member, activity, "Well.")
        for _ in range(2):
            emails.send_letter(ada.pk, "comment")
        (letter,) = mail.outbox
        assert (letter.to, letter.subject) == (["ada@example.org"], "anirec: New comment on A: member and 1 other")
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "Really?" not in letter.body

    @pytest.mark.parametrize("why", ["read", "deleted", "blocked", "unconfirmed", "off", "suspended"])
    def test_none_of_what_one_would_not_see(self, ada, bob, activity, wants_letters, why):
        comment = write_comment(bob, activity, "Really?")
        {
            "read": lambda: mark_read(ada),
            "deleted": lambda: delete_comment(comment),
            "blocked": lambda: relations.block(ada, bob),
            "unconfirmed": lambda: EmailAddress.objects.update(verified=False),
            "off": lambda: choose_channels(ada, {"comment": ["site"]}),
            "suspended": lambda: User.objects.filter(pk=ada.pk).update(is_active=False),
        }[why]()
        emails.send_letter(ada.pk, "comment")
        assert mail.outbox == []

    def test_one_click_stops_them(self, client, ada, bob, activity, wants_letters):
        write_comment(bob, activity, "Really?")
        emails.send_letter(ada.pk, "comment")
        path = re.search(r"/notifications/off/[^>]+/", mail.outbox[0].extra_headers["List-Unsubscribe"])[0]
        assert (client.get(path).status_code, client.post(path).status_code) == (200, 200)
        write_comment(bob, activity, "Hello?")
        emails.send_letter(ada.pk, "comment")
        assert (len(mail.outbox), unread(ada)) == (1, 1)

    @pytest.mark.parametrize("token", ["x", "1:2:3", "%00"])
    def test_an_address_that_was_not_given_out_stops_nothing(self, client, token):
        assert client.post(f"/notifications/off/{token}/").status_code == 404

    def test_who_is_suspended_is_told_why(self, ada, make_member, wants_letters):
        moderation.decide(make_member("staff", is_staff=True), ada, "suspend", "Spam.")
        emails.send_letter(ada.pk, "moderation")
        assert mail.outbox[0].subject == "anirec: Your account was suspended. Reason: Spam."

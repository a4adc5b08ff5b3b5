from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.entries.writing import limit_age, show_adult_titles
from accounts.models import User
from social.models import Report
from social.models.tips import Tip
from social.moderation import deciding as moderation
from social.notifications.queries import groups_of, read_groups
from social.people.relations import block, follow, mute, unmute
from social.tips.queries import received_by
from social.tips.recommending import decline, recommend, takers_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member, ada):
    """A follower of Ada's, who therefore accepts her recommendations."""
    ben = make_member("ben")
    follow(ben, ada)
    return ben


@pytest.fixture
def title(make_title):
    return make_title("Monster")


def received(member):
    return [(tip.author.username, tip.title.name, tip.note) for tip in received_by(member)]


def told(member):
    return [one.sentence for one in read_groups(list(groups_of(member)))]


def unread(member):
    return User.objects.get(pk=member.pk).unread_notifications


def test_what_is_hidden_by_a_setting_is_not_counted_as_new_until_it_is_back(ada, make_member, make_title):
    ben = make_member("grown", shows_adult=True)
    follow(ben, ada)
    for title in (make_title(is_adult=True), make_title(age_rating="r_17"), make_title(age_rating="g")):
        recommend(ada, ben, title)
    counted = [unread(ben)]
    for change in (
        partial(show_adult_titles, ben, False),
        partial(limit_age, ben, User.AgeLimit.G),
        partial(limit_age, ben, User.AgeLimit.NONE),
        partial(show_adult_titles, ben, True),
    ):
        change()
        counted.append(unread(ben))
    assert counted == [3, 2, 1, 2, 3]


class TestWhoTakesThem:
    @pytest.mark.parametrize(
        ("takes_from", "follows", "is_followed", "takes"),
        [
            ("followed", True, False, True),
            ("followed", False, True, False),
            ("followers", True, False, True),
            ("followers", False, True, True),
            ("followers", False, False, False),
            ("nobody", True, True, False),
        ],
    )
    def test_everybody_chooses_from_whom(self, ada, make_member, title, takes_from, follows, is_followed, takes):
        other = make_member("other", tips_from=takes_from)
        if follows:
            follow(other, ada)
        if is_followed:
            follow(ada, other)
        assert list(takers_for(ada)) == ([other] if takes else [])
        if not takes:
            with pytest.raises(ValidationError, match="other doesn’t accept recommendations from you"):
                recommend(ada, other, title)

    def test_nobody_across_a_block_and_nobody_who_is_suspended(self, ada, ben, make_member):
        gone = make_member("gone", tips_from="followers")
        follow(gone, ada)
        User.objects.filter(pk=gone.pk).update(is_active=False)
        assert list(takers_for(ada)) == [ben]
        block(ada, ben)
        assert list(takers_for(ada)) == []


class TestRecommending:
    def test_it_is_told_and_stands_in_the_inbox(self, ada, ben, title):
        recommend(ada, ben, title, " You will *love* it. ")
        assert received(ben) == [("ada", "Monster", "You will *love* it.")]
        assert (told(ben), unread(ben)) == (["Monster, recommended by ada"], 1)

    def test_once_for_each_title_and_recipient(self, ada, ben, title):
        recommend(ada, ben, title)
        with pytest.raises(ValidationError, match="already recommended this title to ben"):
            recommend(ada, ben, title, "Really.")
        assert received(ben) == [("ada", "Monster", "")]

    @pytest.mark.parametrize("note", ["x" * 501, "a\0b"])
    def test_a_bad_note_is_refused(self, ada, ben, title, note):
        with pytest.raises(ValidationError) as error:
            recommend(ada, ben, title, note)
        assert set(error.value.message_dict) == {"note"}
        assert received(ben) == []

    def test_what_is_on_the_others_list_is_said_only_where_the_author_may_see_it(self, ada, ben, title, make_entry):
        entry = make_entry(ben, title, status="completed")
        with pytest.raises(ValidationError, match="ben already has this title"):
            recommend(ada, ben, title)
        entry.visibility = "private"
        entry.save()
        recommend(ada, ben, title)
        assert received(ben) == [("ada", "Monster", "")]

    def test_what_the_other_may_not_see_is_taken_and_waits(self, ada, ben, make_title):
        adult = make_title("Adult", is_adult=True)
        ada.shows_adult = True
        ada.save()
        recommend(ada, ben, adult)
        assert (received(ben), told(ben), unread(ben)) == ([], [], 0)
        ben.shows_adult = True
        ben.save()
        assert received(ben) == [("ada", "Adult", "")]

    def test_of_muted_members_nothing_comes(self, ada, ben, title):
        mute(ben, ada)
        recommend(ada, ben, title)
        assert (received(ben), told(ben)) == ([], [])
        unmute(ben, ada)
        assert received(ben) == [("ada", "Monster", "")]

    def test_a_block_takes_them_away(self, ada, ben, title):
        recommend(ada, ben, title)
        block(ben, ada)
        assert (Tip.objects.count(), told(ben)) == (0, [])

    def test_it_goes_with_either_account(self, ada, ben, title):
        recommend(ada, ben, title)
        ada.delete()
        assert (Tip.objects.count(), told(ben)) == (0, [])


class TestModeration:
    def test_a_note_is_reported_and_taken_down_and_counted_no_more(self, ada, ben, title, make_member):
        staff = make_member("staff", is_staff=True)
        tip = recommend(ada, ben, title, "Buy this.")
        moderation.report(ben, tip, Report.Reason.SPAM)
        (case,) = moderation.cases_of(list(moderation.open_cases("tip")))
        assert case.report.target == tip
        moderation.decide(staff, tip, "take_down", "Advertising.")
        assert (received(ben), told(ben), unread(ben)) == ([], [], 0)
        assert told(ada)[0] == "Your content was removed. Reason: Advertising."
        moderation.decide(staff, tip, "put_back", "A mistake.")
        assert (received(ben), unread(ben)) == ([("ada", "Monster", "Buy this.")], 1)


class TestPages:
    def test_a_member_chooses_whom_and_is_told_that_it_is_sent(self, client, ada, ben, title, make_member):
        make_member("stranger")
        client.force_login(ada)
        path = reverse("social:recommend", args=[title.pk])
        assert list(client.get(path).context["form"].fields["recipient"].queryset) == [ben]

        answer = client.post(path, {"recipient": "ben", "note": "Watch it."}, follow=True)

        assert received(ben) == [("ada", "Monster", "Watch it.")]
        content = answer.content.decode()
        assert "Monster recommended to ben." in content
        assert "Sent to:" in content
        assert '<a class="link" href="/members/ben/">ben</a>' in content
        assert list(answer.context["form"].fields["recipient"].queryset) == []

    @pytest.mark.parametrize("sent", [{}, {"recipient": "stranger"}, {"recipient": "ben", "note": "x" * 501}])
    def test_a_bad_choice_is_said_on_the_form(self, client, ada, ben, title, make_member, sent):
        make_member("stranger")
        client.force_login(ada)
        assert client.post(reverse("social:recommend", args=[title.pk]), sent).status_code == 422
        assert Tip.objects.count() == 0

    def test_what_was_recommended_is_declined_and_that_taken_back(self, client, ada, ben, title):
        tip = recommend(ada, ben, title)
        path = reverse("social:decline_tip", args=[tip.pk])
        client.force_login(ben)
        client.post(path)
        assert Tip.objects.get().is_declined
        client.post(path, {"undo": ""})
        assert not Tip.objects.get().is_declined

    def test_the_inbox_is_the_recipients_own(self, client, ada, ben, title):
        tip = recommend(ada, ben, title, "||The doctor||")
        decline(tip)
        client.force_login(ada)
        assert "No recommendations yet" in client.get("/recommended/").content.decode()
        paths = [reverse(f"social:{name}", args=[tip.pk]) for name in ("decline_tip", "report_tip")]
        assert [client.post(path).status_code for path in paths] == [404, 404]
        client.force_login(ben)
        content = client.get("/recommended/").content.decode()
        assert '<a href="/members/ada/">ada</a> recommends Monster' in content
        assert 'class="spoiler"' in content
        assert "Undo" in content

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_queries_are_as_many_for_many(self, client, ada, ben, make_title, n, django_assert_num_queries):
        for _ in range(n):
            recommend(ada, ben, make_title())
        client.force_login(ben)
        client.get("/titles/")
        with django_assert_num_queries(6):
            client.get("/recommended/")

"""Bulk changes, their undo, and score formats."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.entries import undo
from accounts.entries import writing as lists
from accounts.lists import score_formats as scores
from accounts.models import ListEntry, User
from catalog.models import Title
from tests.html import one_line


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


@pytest.mark.django_db
class TestBulk:
    def change(self, own, **data):
        return own.post(reverse("accounts:bulk"), data, follow=True)

    @pytest.mark.parametrize(
        ("change", "tags", "shown"),
        [
            ("status:dropped", "", {"status": "dropped"}),
            ("score:3", "", {"score": 3}),
            ("score:", "", {"score": None}),
            ("visibility:private", "", {"visibility": "private"}),
            ("tag", "cosy, With Ann", {"tags": ["old", "cosy", "With Ann"]}),
            ("untag", "OLD", {"tags": []}),
        ],
    )
    def test_changes_the_chosen_entries_and_no_other(self, own, member, make_entry, change, tags, shown):
        chosen, other = (make_entry(member, status="watching", score=8, tags=["old"]) for _ in range(2))
        self.change(own, change=change, tags=tags, title=[chosen.title_id])
        changed, unchanged = (ListEntry.objects.values(*shown).get(pk=entry.pk) for entry in (chosen, other))
        assert changed == shown
        assert unchanged == {name: getattr(other, name) for name in shown}

    def test_all_that_fit_are_those_that_the_list_is_filtered_by(self, own, member, make_entry):
        for status in ("planned", "planned", "watching"):
            make_entry(member, status=status)
        self.change(own, change="status:on_hold", everything="on", next="/list/?status=planned")
        assert sorted(member.entries.values_list("status", flat=True)) == ["on_hold", "on_hold", "watching"]

    def test_removes_and_brings_back(self, own, member, make_entry):
        entries = [make_entry(member, score=n, notes=f"note {n}", tags=["a"]) for n in (4, 9)]
        response = self.change(own, change="remove", title=[entry.title_id for entry in entries])
        (message,) = response.context["messages"]
        assert (member.entries.count(), str(message)) == (0, "2 titles changed.")
        own.post(message.extra_tags.split()[0])
        assert list(member.entries.order_by("score").values_list("score", "notes", "tags")) == [
            (4, "note 4", ["a"]), (9, "note 9", ["a"]),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"change": "status:dropped"}, "Choose at least one title."),
            ({"change": "tag", "title": ["1"]}, "Enter a tag."),
            ({"change": "tag", "tags": "x" * 41, "title": ["1"]}, "too long"),
            ({"change": "user:2", "title": ["1"]}, "not one of the available choices"),
            ({"change": "remove", "title": ["1 OR 1=1"]}, "Select a valid choice"),
        ],
    )
    def test_says_what_is_wrong_and_changes_nothing(self, own, member, make_entry, data, said):
        entry = make_entry(member, status="watching")
        response = self.change(own, **data)
        assert said in str(next(iter(response.context["messages"])))
        assert ListEntry.objects.get().updated_at == entry.updated_at

    def test_nobody_elses_entries(self, own, member, make_member, make_title, make_entry):
        title = make_title()
        theirs = make_entry(make_member(), title, status="watching")
        self.change(own, change="remove", title=[title.pk])
        assert ListEntry.objects.get() == theirs

    @pytest.mark.parametrize("n", [1, 100])
    def test_takes_the_same_number_of_queries_for_any_number(self, member, make_entry, n, django_assert_num_queries):
        ids = [make_entry(member).title_id for _ in range(n)]
        with django_assert_num_queries(8):
            lists.update_entries(member, ids, status="dropped")

    def test_all_or_nothing(self, member, make_entry):
        ids = [make_entry(member, tags=["kept"]).title_id for _ in range(2)]
        with pytest.raises(ValidationError, match="up to 20 tags"):
            lists.update_entries(member, ids, add_tags=[f"tag {n}" for n in range(30)], status="dropped")
        assert set(member.entries.values_list("status", flat=True)) == {"planned"}


@pytest.mark.django_db
class TestUndo:
    def test_is_for_the_member_and_for_once(self, member, make_member, make_entry):
        entry = make_entry(member, score=5)
        key = undo.remember(member, [entry.title_id]).split("/")[-2]
        lists.set_score(member, entry.title, 9)
        assert not undo.take_back(make_member(), key)
        undo.take_back(member, key)
        assert member.entries.get().score == 5
        assert not undo.take_back(member, key)

    @pytest.mark.parametrize(
        ("page", "header"), [("/", {"HX-Trigger": '{"list-changed": {}}'}), ("/titles/", {"HX-Refresh": "true"})]
    )
    def test_a_page_that_does_not_listen_is_loaded_again(self, own, member, make_entry, page, header):
        url = undo.remember(member, [make_entry(member).title_id])
        asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver{page}"}
        response = own.post(url, **asked)
        assert {name: response.headers.get(name) for name in header} == header

    def test_says_when_it_is_too_late(self, own):
        response = own.post(reverse("accounts:undo", args=["gone"]), follow=True)
        assert str(next(iter(response.context["messages"]))) == "Undo is no longer possible."


@pytest.mark.django_db
class TestTagsAndRewatches:
    def test_the_list_is_filtered_by_a_tag_of_ones_own(self, own, member, make_entry):
        tagged = make_entry(member, tags=["cosy"])
        make_entry(member, tags=["sad"])
        response = own.get(reverse("accounts:list") + "?tag=cosy")
        assert ([entry.pk for entry in response.context["page"]], response.context["tags"]) == (
            [tagged.pk], ["cosy", "sad"],
        )  # fmt: skip

    def test_others_can_not_filter_by_my_tags(self, client, member, make_entry):
        make_entry(member, tags=["cosy"])
        make_entry(member)
        response = client.get(member.get_absolute_url() + "?tag=cosy")
        assert len(response.context["page"].object_list) == 2

    def test_each_once_whatever_its_case(self, member, make_title):
        entry = lists.update_entry(member, make_title(), tags=["Cosy", " cosy ", "", "two  words"])
        assert entry.tags == ["cosy", "two words"]

    @pytest.mark.parametrize("field", [{"tags": ["co\0sy"]}, {"notes": "co\0sy"}])
    def test_what_the_database_cannot_keep_is_refused(self, member, make_title, field):
        with pytest.raises(ValidationError, match="control characters"):
            lists.update_entry(member, make_title(), **field)

    def test_is_told_what_is_wrong_with_a_tag(self, own, member, make_entry):
        entry = make_entry(member)
        response = own.post(reverse("accounts:entry", args=[entry.title_id]), {"tags": "co\0sy"})
        assert (response.status_code, dict(response.context["form"].errors)) == (
            422, {"tags": ["Your text contains control characters. Remove them and retry."]},
        )  # fmt: skip

    def test_a_rewatch_with_a_date_is_counted(self, own, member, make_entry):
        entry = make_entry(member, status="completed", rewatches=1)
        url = reverse("accounts:entry", args=[entry.title_id])
        own.post(url, {"rewatched_on": "2021-05-03, 2019"})
        entry.refresh_from_db()
        assert ([str(date) for date in entry.rewatched_on], entry.rewatches) == (["2019", "2021-05-03"], 2)


@pytest.mark.django_db
class TestWatchedUpToHere:
    def test_completes_what_came_before_and_leaves_what_was_dropped(self, member, make_title, make_entry):
        first, dropped, last = make_title(episodes=12), make_title(episodes=3), make_title(episodes=24)
        make_entry(member, first, status="watching", progress=5, score=6)
        make_entry(member, dropped, status="dropped")
        lists.watch_up_to(member, [first, dropped, last])
        assert list(member.entries.order_by("title").values_list("status", "progress", "score")) == [
            ("completed", 12, 6), ("dropped", 0, None), ("completed", 24, None),
        ]  # fmt: skip

    def test_from_the_page_of_a_part_and_back(self, own, member, make_title, make_entry):
        first = make_title("Kumo", season_year=2010)
        second, _third = (make_title(f"Kumo {n}", season_year=2010 + n, franchise_entry=first) for n in (2, 3))
        Title.objects.filter(pk=first.pk).update(franchise_entry=first)
        make_entry(member, first, status="watching", progress=5)
        url = reverse("accounts:watched_up_to", args=[second.pk])
        assert url in own.get(second.get_absolute_url()).content.decode()

        page = own.post(url, follow=True)
        assert page.redirect_chain == [(second.get_absolute_url(), 302)]
        assert list(member.entries.order_by("title").values_list("title", "status", "progress")) == [
            (first.pk, "completed", 12), (second.pk, "completed", 12),
        ]  # fmt: skip
        (message,) = page.context["messages"]
        assert str(message) == "2 titles changed."

        own.post(message.extra_tags)
        assert list(member.entries.values_list("title", "status", "progress")) == [(first.pk, "watching", 5)]

    def test_a_title_that_stands_alone_is_completed(self, own, member, make_title):
        title = make_title(episodes=24)
        own.post(reverse("accounts:watched_up_to", args=[title.pk]))
        assert list(member.entries.values_list("title", "status", "progress")) == [(title.pk, "completed", 24)]

    def test_nothing_of_what_may_not_be_seen(self, own, member, make_title):
        first = make_title("Kumo", season_year=2010, is_adult=True)
        second = make_title("Kumo 2", season_year=2012, franchise_entry=first)
        own.post(reverse("accounts:watched_up_to", args=[second.pk]))
        assert own.post(reverse("accounts:watched_up_to", args=[first.pk])).status_code == 404
        assert list(member.entries.values_list("title", flat=True)) == [second.pk]


@pytest.mark.django_db
class TestAgeLimit:
    def test_only_titles_known_to_be_for_that_age_are_seen(self, member, make_title):
        for rating in ("g", "pg", "pg_13", "rx", ""):
            make_title(rating or "unknown", age_rating=rating, is_adult=rating == "rx")
        User.objects.update(age_limit="pg", shows_adult=True)
        member.refresh_from_db()
        assert set(Title.objects.visible_to(member).values_list("name", flat=True)) == {"g", "pg"}


class TestScores:
    @pytest.mark.parametrize(
        ("format", "shown"),
        [
            ("points", ["1", "7", "10"]),
            ("stars", ["½ ★", "3½ ★", "5 ★"]),
            ("faces", ["☹ Disliked", "😐 Okay", "☺ Liked"]),
        ],
    )
    def test_one_score_is_shown_in_three_ways(self, format, shown):
        assert [scores.shown(score, format) for score in (1, 7, 10)] == shown

    def test_a_face_keeps_the_score_it_stands_for(self):
        assert scores.choices("faces", 10) == [(10, "☺ Liked"), (7, "😐 Okay"), (4, "☹ Disliked")]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "shown"), [("en", "1,001"), ("de", "1.001")])
@pytest.mark.parametrize("address", ["/list/", "/list/?view=grid", "/list/next/", "/members/member/"])
def test_large_numbers_are_written_as_the_language_does(client, member, new_title, language, shown, address):
    titles = Title.objects.bulk_create(new_title("Monster", episodes=1001) for _ in range(1001))
    ListEntry.objects.bulk_create(ListEntry(user=member, title=title, progress=1001) for title in titles)
    client.force_login(member)
    page = one_line(client.get(address, headers={"Accept-Language": language}))
    assert shown in page
    assert not re.search(r">[^<]*\b1001\b[^<]*<", page)

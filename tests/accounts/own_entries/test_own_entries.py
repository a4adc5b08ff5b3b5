"""Titles that the catalogue lacks: kept, edited, moved to the list once the catalogue has them."""

from __future__ import annotations

import threading

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from accounts.entries.writing import update_entry
from accounts.models import ListEntry, OwnEntry
from accounts.own_entries import writing
from accounts.own_entries.joining import join_found
from catalog.models import ExternalId, Title
from catalog.versioning import forget
from social.models import Notification
from social.notifications.queries import groups_of, read_groups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_compared_yet():
    cache.clear()
    forget()


def values(entry) -> tuple:
    return entry.status, entry.score, entry.progress, entry.notes


class TestWriting:
    def test_an_entry_starts_with_the_first_part_and_ends_with_the_last(self, member):
        own = writing.add_entry(member, name="  Berserk ", kind="manga", parts=3)
        assert (own.name, own.status) == ("Berserk", "planned")
        assert writing.update_entry(own, progress=1).status == "watching"
        assert writing.update_entry(own, progress=3).status == "completed"

    def test_a_score_completes_a_planned_entry(self, member):
        assert writing.add_entry(member, name="Berserk", kind="manga", score=9).status == "completed"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"name": " "}, "name"), ({"name": "a\0b"}, "name"), ({"name": "x" * 301}, "name"),
            ({"name": "A", "kind": "song"}, "kind"), ({"name": "A", "score": 11}, "score"),
            ({"name": "A", "score": 7.5}, "score"), ({"name": "A", "year": 12}, "year"),
            ({"name": "A", "status": "seen"}, "status"), ({"name": "A", "format": "vhs"}, "format"),
            ({"name": "A", "parts": 2, "progress": 3}, "progress"), ({"name": "A", "ids": [1]}, "ids"),
            ({"name": "A", "ids": {"mal": "1" * 121}}, "ids"), ({"name": "A", "volumes": -1}, "volumes"),
            ({"name": "A", "notes": "x" * 5001}, "notes"), ({"name": "A", "tags": ["a,b"]}, "tags"),
            ({"name": "A", "started_on": "2020", "finished_on": "2019"}, "finished_on"),
            ({"name": "A", "visibility": "friends"}, "visibility"), ({"name": "A", "colour": "red"}, "colour"),
        ],
    )  # fmt: skip
    def test_invalid_values_are_refused_by_field(self, member, fields, field):
        with pytest.raises(ValidationError) as error:
            writing.add_entry(member, **fields)
        assert list(error.value.message_dict) == [field]
        assert member.own_entries.count() == 0

    def test_an_odd_stored_value_does_not_block_another_edit(self, member):
        own = writing.add_entry(member, name="Berserk", kind="manga", parts=3)
        OwnEntry.objects.filter(pk=own.pk).update(progress=5)
        assert writing.update_entry(own, score=9).progress == 5

    def test_the_same_title_is_added_once(self, member):
        writing.add_entry(member, name="Hunter × Hunter", kind="manga", year=1998)
        with pytest.raises(ValidationError, match="already added “hunter x hunter”"):
            writing.add_entry(member, name="hunter x hunter", kind="manga")
        writing.add_entry(member, name="Hunter x Hunter", kind="manga", year=2011)
        writing.add_entry(member, name="Hunter x Hunter", kind="other")
        assert member.own_entries.count() == 3

    def test_a_title_of_the_catalogue_is_not_added(self, member, make_known):
        title = make_known("Monster", 19)
        with pytest.raises(
            ValidationError, match=f"The catalogue has this title: “Monster” \\({title.get_absolute_url()}"
        ):
            writing.add_entry(member, name="Monster")
        assert writing.add_entry(member, name="Monster", kind="manga").kind == "manga"


class TestJoining:
    @pytest.fixture
    def own(self, member):
        return writing.add_entry(
            member, name="Sousou", ids={"mal": "52991"}, status="watching", score=8, progress=5, notes="good"
        )

    def test_by_an_id_or_by_the_exact_name(self, member, own, make_known):
        writing.add_entry(member, name="Mushi-shi", score=9)
        writing.add_entry(member, name="Mushishi", kind="manga")
        found, named = make_known("Frieren", 52991), make_known("Mushi Shi")
        forget()
        assert join_found() == 2
        entries = {entry.title_id: values(entry) for entry in member.entries.all()}
        assert entries == {found.pk: ("watching", 8, 5, "good"), named.pk: ("completed", 9, 0, "")}
        assert list(member.own_entries.values_list("kind", flat=True)) == ["manga"]

    def test_an_entry_keeps_its_times_and_visibility(self, member, own, make_known):
        writing.update_entry(own, visibility="private")
        own.refresh_from_db()
        make_known("Frieren", 52991)
        forget()
        join_found()
        entry = member.entries.get()
        assert (entry.created_at, entry.updated_at, entry.visibility) == (own.created_at, own.updated_at, "private")

    def test_with_an_entry_that_is_there(self, member, own, make_known):
        title = make_known("Frieren", 52991, episodes=28)
        update_entry(member, title, status="completed", progress=28, notes="again")
        forget()
        join_found()
        assert values(member.entries.get()) == ("completed", 8, 28, "again\n\ngood")

    def test_not_by_a_name_that_two_titles_have_nor_against_another_id(self, member, make_known):
        writing.add_entry(member, name="Twins")
        writing.add_entry(member, name="Alone", ids={"mal": "7"})
        for name, mal in (("Twins", 1), ("Twins", 2), ("Alone", 8)):
            make_known(name, mal)
        forget()
        assert (join_found(), member.own_entries.count()) == (0, 2)

    def test_when_a_title_gets_an_id(self, member, own, make_known):
        title = make_known("Frieren")
        assert join_found() == 0
        ExternalId.objects.create(title=title, provider="mal", medium="anime", value="52991")
        forget()
        assert join_found() == 1

    def test_nothing_is_compared_twice(self, member, own, django_assert_num_queries):
        join_found()
        with django_assert_num_queries(3):  # the lock, the newest entry, the lock
            assert join_found() == 0

    def test_a_newer_entry_is_compared_with_the_same_catalogue(self, member, make_known):
        join_found()
        title = make_known("Mushishi")
        OwnEntry.objects.create(user=member, name="Mushishi", key="mushishi")
        assert join_found() == 1
        assert member.entries.get().title == title

    def test_each_member_is_told_once(self, member, make_member, own, make_known):
        other = make_member("other")
        for name in ("One", "Two", "Three"):
            writing.add_entry(member, name=name)
            make_known(name)
        writing.add_entry(other, name="Else")
        forget()
        assert (join_found(), join_found()) == (3, 0)
        (group,) = read_groups(list(groups_of(member)))
        assert group.sentence == "One and other titles you added yourself are in the catalogue now (3)"
        assert Notification.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_beside_another_worker(self, member, own, make_known):
        make_known("Frieren", 52991)
        forget()
        counts: list[int] = []

        def work() -> None:
            counts.append(join_found())
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert (sum(counts), member.entries.count(), member.own_entries.count()) == (1, 1, 0)


class TestPages:
    def test_the_list_is_filtered_by_kind_and_status(self, own, member):
        writing.add_entry(member, name="Berserk", kind="manga", status="watching")
        writing.add_entry(member, name="Vagabond", kind="manga")
        writing.add_entry(member, name="Lost anime")
        page = own.get(reverse("accounts:own_entries"), {"kind": "manga", "status": "planned"})
        assert [entry.name for entry in page.context["page"]] == ["Vagabond"]
        assert [(tab.value, tab.n) for tab in page.context["own"].kinds] == [("", 3), ("anime", 1), ("manga", 2)]

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_list_takes_the_same_queries_for_any_length(self, own, member, n, django_assert_num_queries):
        for number in range(n):
            writing.add_entry(member, name=f"Title {number}", kind="manga")
        with django_assert_num_queries(6):  # session, member, kinds, statuses, count, entries
            own.get(reverse("accounts:own_entries"))

    def test_a_title_is_added_edited_and_removed(self, own, member):
        form = {"name": "Berserk", "kind": "manga", "status": "watching", "visibility": "public", "progress": "10"}
        assert own.post(reverse("accounts:own_add"), form).status_code == 302
        entry = member.own_entries.get()
        page = reverse("accounts:own_entry", args=[entry.pk])
        own.post(page, {**form, "score": "9", "notes": "dark"})
        entry.refresh_from_db()
        assert values(entry) == ("watching", 9, 10, "dark")
        own.post(reverse("accounts:own_remove", args=[entry.pk]))
        assert member.own_entries.count() == 0

    def test_errors_are_said_in_the_form(self, own, member, make_known):
        make_known("Monster", 19)
        form = {"name": "Monster", "kind": "anime", "status": "planned", "visibility": "public", "parts": "0"}
        response = own.post(reverse("accounts:own_add"), form)
        assert (response.status_code, "greater than or equal to 1" in response.content.decode()) == (422, True)
        response = own.post(reverse("accounts:own_add"), {**form, "parts": ""})
        assert (response.status_code, "The catalogue has this title" in response.content.decode()) == (422, True)

    def test_an_entry_moves_to_the_title_that_is_chosen_with_all_of_its_name(self, own, member, make_known):
        for year in (2004, 2011):
            writing.add_entry(member, name="Mushi", year=year, score=year - 2003)
        title = make_known("Mushishi")
        first = member.own_entries.order_by("pk")[0]
        url = reverse("accounts:own_link", args=[first.pk])
        assert list(own.get(url, {"q": "mushishi"}).context["titles"]) == [title]
        own.post(url, {"title": title.pk})
        assert (member.entries.get().title, member.own_entries.count()) == (title, 0)

    @pytest.mark.parametrize("title", ["", "x", "0", "99999999999", "²"])
    def test_a_title_that_is_none_is_not_found(self, own, member, title):
        entry = writing.add_entry(member, name="Mushi")
        assert own.post(reverse("accounts:own_link", args=[entry.pk]), {"title": title}).status_code == 404

    def test_others_see_what_the_visibility_allows(self, client, member, make_member):
        for visibility in ("public", "followers", "private"):
            writing.add_entry(member, name=visibility, kind="other", visibility=visibility)
        url = reverse("social:own_entries", args=[member.username])

        def names() -> list[str]:
            return sorted(entry.name for entry in client.get(url).context["page"])

        assert names() == ["public"]
        follower = make_member("follower")
        follower.following.create(followed=member)
        client.force_login(follower)
        assert names() == ["followers", "public"]
        type(member).objects.filter(pk=follower.pk).update(age_limit="pg")
        assert names() == []
        client.force_login(member)
        assert names() == ["followers", "private", "public"]


class TestApi:
    def test_entries_are_created_changed_linked_and_deleted(self, api, member, make_known):
        created = api.post(
            "/api/v1/my/own-entries/", {"name": "Berserk", "kind": "manga", "ids": {"mal": "2"}}, format="json"
        )
        assert (created.status_code, created.json()["status"]) == (201, "planned")
        url = f"/api/v1/my/own-entries/{created.json()['id']}/"
        assert api.patch(url, {"progress": 10, "volumes": 2}, format="json").json()["status"] == "watching"
        assert api.get(url).json()["volumes"] == 2
        assert [row["name"] for row in api.get("/api/v1/my/own-entries/?kind=manga").json()["results"]] == ["Berserk"]
        assert api.delete(url).status_code == 204
        anime = api.post("/api/v1/my/own-entries/", {"name": "Mushi"}, format="json").json()["id"]
        title = make_known("Mushishi")
        assert (
            api.post(f"/api/v1/my/own-entries/{anime}/link/", {"title_id": title.pk}, format="json").status_code == 204
        )
        assert (member.entries.get().title, member.own_entries.count()) == (title, 0)

    @pytest.mark.parametrize(
        ("body", "field"),
        [({}, "name"), ({"name": "A", "kind": "song"}, "kind"), ({"name": "A", "colour": 1}, "colour"),
         ({"name": "A", "score": 11}, "score"), ({"name": "A", "ids": "x"}, "ids")],
    )  # fmt: skip
    def test_bad_input_names_the_field(self, api, body, field):
        response = api.post("/api/v1/my/own-entries/", body, format="json")
        assert (response.status_code, field in response.content.decode()) == (400, True)


def test_no_title_is_created_by_any_of_it(member):
    writing.add_entry(member, name="Berserk", kind="manga")
    assert (Title.objects.count(), ListEntry.objects.count()) == (0, 0)

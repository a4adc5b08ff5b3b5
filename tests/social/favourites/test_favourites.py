from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.entries.writing import update_entry
from accounts.models import ListEntry, User, Visibility
from accounts.settings.deletion import delete_account
from catalog.models import ExternalId, Title
from catalog.titles.merging import merge_titles
from social.favourites import choosing
from social.favourites.export import export_favourites, restore_favourites, undo_favourites
from social.favourites.queries import favourite_titles, favourites_visible_to
from social.models import Block, Favourite, Follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def titles(ada, make_title):
    """Ada's three favourites, in this order."""
    titles = [make_title(name) for name in ("First", "Second", "Third")]
    for title in titles:
        choosing.add_favourite(ada, title)
    return titles


def names(member: Any, viewer: Any) -> list[str]:
    return [title.name for title in favourite_titles(member, viewer)]


class TestChoosing:
    @pytest.mark.parametrize(
        ("step", "expected"),
        [
            ("up", ["First", "Third", "Second"]),
            ("down", ["First", "Second", "Third"]),
            ("first", ["Third", "First", "Second"]),
        ],
    )
    def test_moves_one_step(self, ada, titles, step, expected):
        choosing.step_favourite(ada, titles[2], step)
        assert names(ada, ada) == expected

    def test_a_title_is_a_favourite_once(self, ada, titles):
        choosing.add_favourite(ada, titles[0])
        assert ada.favourites.count() == 3

    def test_the_limit_is_thirty_and_named(self, ada, titles, make_title):
        for _ in range(27):
            choosing.add_favourite(ada, make_title())
        with pytest.raises(ValidationError, match="up to 30 favourites"):
            choosing.add_favourite(ada, make_title())

    def test_two_titles_that_are_one_work_become_one_favourite(self, ada, titles):
        merge_titles(titles[2].pk, titles[0].pk)
        assert names(ada, ada) == ["Third", "Second"]


class TestVisibility:
    @pytest.mark.parametrize(("visibility", "shown"), [("public", True), ("followers", False), ("private", False)])
    def test_a_favourite_is_as_private_as_its_entry(self, ada, titles, visibility, shown):
        update_entry(ada, titles[0], status="completed", visibility=visibility)
        assert ("First" in names(ada, None), "First" in names(ada, ada)) == (shown, True)

    def test_an_age_limit_holds(self, ada, titles, make_member):
        assert names(ada, make_member("kid", age_limit="g")) == []


class TestPages:
    def test_the_button_adds_and_removes(self, client, ada, make_title):
        client.force_login(ada)
        title = make_title("Monster")
        address = f"/titles/{title.pk}/favourite/"
        assert 'aria-pressed="false"' in client.get(address).content.decode()

        client.post(address, {"act": "add"})
        assert 'aria-pressed="true"' in client.get(address, headers={"HX-Request": "true"}).content.decode()
        client.post(address, {"act": "remove"})
        assert names(ada, ada) == []
        assert client.post(address, {"act": "burn"}).status_code == 400

    def test_the_profile_shows_them_in_order(self, client, ada, titles):
        choosing.step_favourite(ada, titles[2], "first")
        page = client.get("/members/ada/").content.decode()
        assert page.index("Third") < page.index("First") < page.index("Second")

    def test_the_order_is_changed_with_plain_forms(self, client, ada, titles):
        client.force_login(ada)
        answer = client.post(f"/titles/{titles[1].pk}/favourite/", {"act": "up", "next": "/favourites/"})
        assert (answer.headers["Location"], names(ada, ada)) == ("/favourites/", ["Second", "First", "Third"])

    def test_the_limit_is_said(self, client, ada, titles, make_title, monkeypatch):
        monkeypatch.setattr(choosing, "MOST", 3)
        client.force_login(ada)
        page = client.post(f"/titles/{make_title().pk}/favourite/", {"act": "add"}, follow=True).content.decode()
        assert "up to 3 favourites. Remove one first." in page

    def test_the_queries_do_not_grow(self, client, ada, titles, make_title, django_assert_num_queries):
        client.force_login(ada)
        client.get("/favourites/")
        with django_assert_num_queries(3):
            client.get("/favourites/")
        choosing.add_favourite(ada, make_title())
        client.get("/favourites/")
        with django_assert_num_queries(3):
            client.get("/favourites/")


class TestApi:
    def test_favourites_are_put_moved_and_deleted(self, api, member, make_title):
        first, second = make_title("First"), make_title("Second")
        api.put(f"/api/v1/my/favourites/{first.pk}/", {}, format="json")
        api.put(f"/api/v1/my/favourites/{second.pk}/", {"place": 1}, format="json")
        rows = api.get("/api/v1/members/member/favourites/").json()["results"]
        assert [row["title"]["name"] for row in rows] == ["Second", "First"]
        assert api.get("/api/v1/my/favourites/").json()["results"] == rows
        assert api.delete(f"/api/v1/my/favourites/{second.pk}/").status_code == 204
        assert names(member, member) == ["First"]

    @pytest.mark.parametrize("place", [0, 31, "x"])
    def test_an_impossible_place_is_refused(self, api, member, make_title, place):
        answer = api.put(f"/api/v1/my/favourites/{make_title().pk}/", {"place": place}, format="json")
        assert (answer.status_code, list(answer.json()["errors"]), member.favourites.count()) == (400, ["place"], 0)


class TestOwnData:
    def test_favourites_move_with_an_export(self, ada, titles, make_member):
        ben = make_member("ben")
        for title in titles:
            ExternalId.objects.create(title=title, provider="mal", medium="anime", value=str(title.pk))
        choosing.step_favourite(ada, titles[2], "first")
        exported = export_favourites(ada)

        made = restore_favourites(ben, [*exported, *exported, "x", {}, {"ids": 3}])

        assert (names(ben, ben), export_favourites(ben) == exported) == (["Third", "First", "Second"], True)
        assert restore_favourites(ben, exported) == []
        undo_favourites(ben, made)
        assert names(ben, ben) == []

    def test_favourites_go_with_the_account(self, ada, titles):
        delete_account(ada)
        assert Favourite.objects.count() == 0


PAIRS = [(one, other) for one in range(3) for other in range(3) if one != other]


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    profile=st.sampled_from(Visibility.values),
    entry=st.sampled_from([None, *Visibility.values]),
    removed=st.booleans(),
    follows=st.sets(st.sampled_from(PAIRS), max_size=3),
    blocks=st.sets(st.sampled_from(PAIRS), max_size=2),
    active=st.lists(st.sampled_from([True, True, False]), min_size=3, max_size=3),
    adult=st.lists(st.booleans(), min_size=3, max_size=3),
    viewer=st.sampled_from([None, 0, 1, 2]),
)
def test_a_favourite_is_shown_as_the_rules_say(profile, entry, removed, follows, blocks, active, adult, viewer):
    """Member 0 has the favourites, the first with an entry; viewer None is a visitor."""
    sees_member = active[0] and not {(viewer, 0), (0, viewer)} & blocks
    circle = {"public", "followers"} if (viewer, 0) in follows else {"public"}
    is_entry_shown = entry is None or (entry in circle and not removed)
    is_own, sees_adult = viewer == 0, viewer is not None and adult[viewer]
    with transaction.atomic():
        people = User.objects.bulk_create(
            User(username=f"m{n}", email=f"m{n}@example.org", is_active=active[n], shows_adult=adult[n])
            for n in range(3)
        )
        User.objects.filter(pk=people[0].pk).update(list_visibility=profile)
        Block.objects.bulk_create(Block(blocker=people[a], blocked=people[b]) for a, b in blocks)
        Follow.objects.bulk_create(Follow(follower=people[a], followed=people[b]) for a, b in follows)
        titles = Title.objects.bulk_create(Title(name=f"t{n}", is_adult=n == 1) for n in range(2))
        if entry is not None:
            ListEntry.objects.create(user=people[0], title=titles[0], visibility=entry, is_removed=removed)
        Favourite.objects.bulk_create(
            Favourite(member=people[0], title=title, position=n) for n, title in enumerate(titles)
        )

        shown = favourites_visible_to(None if viewer is None else people[viewer])
        found = set(shown.values_list("title__name", flat=True))

        may = bool(sees_member and (is_own or profile in circle))
        assert ("t0" in found) == (may and (is_own or is_entry_shown))
        assert ("t1" in found) == (may and sees_adult)
        transaction.set_rollback(True)

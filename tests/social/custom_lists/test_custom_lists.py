from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.settings.deletion import delete_account
from catalog.models import ExternalId, Title
from catalog.titles.merging import merge_titles
from social.custom_lists import writing
from social.custom_lists.export import export_lists, restore_lists, undo_lists
from social.custom_lists.queries import list_page
from social.custom_lists.visibility import items_visible_to, lists_of_link, lists_visible_to
from social.models import Block, CustomList, CustomListItem, Follow, Report
from social.moderation import deciding as moderation
from social.people.relations import follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member):
    return make_member("ben")


@pytest.fixture
def best(ada, make_title):
    """Ada's ordered, public list of three titles."""
    best = writing.create_list(ada, "Best", description="Of *all* time.", is_ordered=True)
    for name in ("First", "Second", "Third"):
        writing.add_title(best, make_title(name))
    return best


def names(custom_list: CustomList, viewer: Any) -> list[str]:
    return [item.title.name for item in list_page(custom_list, viewer).items]


def item_of(custom_list: CustomList, name: str) -> CustomListItem:
    return custom_list.items.select_related("custom_list__owner").get(title__name=name)


class TestVisibility:
    @pytest.mark.parametrize(
        ("visibility", "finders"),
        [
            ("public", "owner follower stranger"),
            ("followers", "owner follower"),
            ("link", "owner"),
            ("private", "owner"),
        ],
    )
    def test_who_finds_a_list(self, ada, make_member, visibility, finders):
        people = {"owner": ada, "follower": make_member("follower"), "stranger": make_member("stranger")}
        follow(people["follower"], ada)
        made = writing.create_list(ada, "Mine", visibility=visibility)

        found = [name for name, who in people.items() if made in lists_visible_to(who)]

        assert found == finders.split()
        assert (made in lists_of_link(None, made.link_key)) == (visibility == "link")

    def test_a_new_link_is_made_whenever_a_list_is_shared_by_link_again(self, client, ada):
        made = writing.create_list(ada, "Mine", visibility="link")
        old = made.share_url
        assert client.get(old).status_code == 200
        writing.change_list(made, visibility="private")
        assert client.get(old).status_code == 404
        writing.change_list(made, visibility="link")
        assert [client.get(address).status_code for address in (old, made.share_url)] == [404, 200]

    def test_a_shared_page_is_kept_out_of_search_engines_and_sends_no_address_on(self, client, ada):
        page = client.get(writing.create_list(ada, "Mine", visibility="link").share_url)
        assert (page.headers["X-Robots-Tag"], page.headers["Referrer-Policy"]) == ("noindex", "no-referrer")

    def test_titles_that_the_viewer_may_not_see_are_left_out_and_counted_for_the_owner_alone(
        self, client, ada, ben, best, make_title
    ):
        writing.add_title(best, make_title("Adult", is_adult=True))
        ben.shows_adult = True
        ben.save()

        assert (names(best, ada), list_page(best, ada).n_hidden) == (["First", "Second", "Third"], 1)
        assert (names(best, ben), list_page(best, ben).n_hidden) == (["First", "Second", "Third", "Adult"], 0)
        assert "hidden by your settings" not in client.get(best.get_absolute_url()).content.decode()
        client.force_login(ada)
        assert "1 title on this list is hidden by your settings" in client.get(best.get_absolute_url()).content.decode()

    def test_an_age_limit_holds_in_lists(self, client, best, make_member, make_title):
        writing.add_title(best, make_title("For all", age_rating="g"))
        client.force_login(make_member("kid", age_limit="g"))

        page = client.get(best.get_absolute_url()).content.decode()

        assert ["For all" in page, "First" in page] == [True, False]


class TestTitles:
    def test_a_title_is_on_a_list_once_and_on_several_lists(self, ada, best):
        title = item_of(best, "First").title
        writing.add_title(best, title)
        other = writing.create_list(ada, "Other")
        writing.add_title(other, title)
        assert (best.items.count(), other.items.count()) == (3, 1)

    @pytest.mark.parametrize(
        ("step", "expected"),
        [
            ("up", ["First", "Third", "Second"]),
            ("down", ["First", "Second", "Third"]),
            ("first", ["Third", "First", "Second"]),
        ],
    )
    def test_moves_one_step(self, ada, best, step, expected):
        writing.step_item(item_of(best, "Third"), step)
        assert names(best, ada) == expected

    def test_moves_among_the_titles_that_the_owner_sees(self, ada, best, make_title):
        hidden = writing.add_title(best, make_title("Adult", is_adult=True))
        writing.add_title(best, make_title("Last"))
        writing.step_item(item_of(best, "Last"), "up")
        assert names(best, ada) == ["First", "Second", "Last", "Third"]
        hidden.refresh_from_db()
        assert [hidden.position, item_of(best, "Third").position] == [3, 4]

    def test_the_limit_is_named(self, ada, best, make_title, monkeypatch):
        monkeypatch.setattr(writing, "MOST_TITLES", 3)
        with pytest.raises(ValidationError, match="up to 3 titles"):
            writing.add_title(best, make_title())
        monkeypatch.setattr(writing, "MOST_LISTS", 1)
        with pytest.raises(ValidationError, match="up to 1 lists"):
            writing.create_list(ada, "Another")

    def test_two_titles_that_are_one_work_become_one_item_with_both_notes(self, best):
        first, third = item_of(best, "First"), item_of(best, "Third")
        writing.change_note(first, "Calm.")
        writing.change_note(third, "Long.")

        merge_titles(third.title_id, first.title_id)

        assert [(row.title_id, row.note, row.position) for row in best.items.order_by("position")] == [
            (third.title_id, "Long. · Calm.", 0), (item_of(best, "Second").title_id, "", 1),
        ]  # fmt: skip


class TestPages:
    def test_a_list_is_created_with_a_title_filled_and_noted(self, client, ada, make_title):
        client.force_login(ada)
        first, second = make_title("First"), make_title("Second")

        made = client.post(f"/lists/new/?title={first.pk}", {"name": "Calm", "visibility": "followers"})
        own = CustomList.objects.get()
        assert (made.headers["Location"], own.visibility) == (own.get_absolute_url(), "followers")
        client.post(f"{own.get_absolute_url()}titles/{second.pk}/", {"act": "add"})
        client.post(f"{own.get_absolute_url()}titles/{second.pk}/", {"act": "note", "note": "*Calm* ||end||"})

        page = client.get(own.get_absolute_url()).content.decode()
        assert page.index("Second") < page.index("First")
        assert "<em>Calm</em>" in page
        assert "Show spoiler (" in page

    def test_reordering_works_with_plain_forms(self, client, ada, best):
        client.force_login(ada)
        third, first = item_of(best, "Third").title_id, item_of(best, "First").title_id
        client.post(f"/lists/{best.pk}/titles/{third}/", {"act": "up"})
        assert names(best, ada) == ["First", "Third", "Second"]
        client.post(f"/lists/{best.pk}/titles/{first}/", {"act": "place", "place": "3"})
        assert names(best, ada) == ["Third", "Second", "First"]

    def test_a_removed_title_comes_back_to_its_place_with_its_note(self, client, ada, best):
        client.force_login(ada)
        item = item_of(best, "Second")
        writing.change_note(item, "Long.")
        page = client.post(f"/lists/{best.pk}/titles/{item.title_id}/", {"act": "remove"}, follow=True)
        assert names(best, ada) == ["First", "Third"]
        (message,) = page.context["messages"]
        client.post(message.extra_tags)
        assert names(best, ada) == ["First", "Second", "Third"]
        assert item_of(best, "Second").note == "Long."
        said = client.post(message.extra_tags, follow=True).content.decode()
        assert "undone any more" in said

    def test_the_lists_of_a_title_are_chosen_on_one_page(self, client, ada, ben, best):
        client.force_login(ada)
        title, other = item_of(best, "First").title, writing.create_list(ada, "Other")
        foreign = writing.create_list(ben, "Foreign")

        client.post(f"/titles/{title.pk}/lists/", {"lists": [other.pk]})
        assert [one.custom_list for one in CustomListItem.objects.filter(title=title)] == [other]
        client.post(f"/titles/{title.pk}/lists/", {"lists": [foreign.pk]})
        assert [one.custom_list for one in CustomListItem.objects.filter(title=title)] == [other]

    @pytest.mark.parametrize(
        ("sent", "error"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "x" * 81}, "at most 80 characters"),
            ({"name": "A", "visibility": "friends"}, "Select a valid choice"),
            ({"name": "A", "visibility": "public", "description": "x" * 5001}, "at most 5000 characters"),
            ({"name": "a\0b", "visibility": "public"}, "Null characters are not allowed."),
        ],
    )
    def test_errors_name_the_field(self, client, ada, sent, error):
        client.force_login(ada)
        page = client.post("/lists/new/", sent)
        assert (page.status_code, error in page.content.decode(), CustomList.objects.count()) == (422, True, 0)

    @pytest.mark.parametrize("act", ["", "burn"])
    def test_an_unknown_action_is_refused(self, client, ada, best, act):
        client.force_login(ada)
        title_id = item_of(best, "First").title_id
        assert client.post(f"/lists/{best.pk}/titles/{title_id}/", {"act": act}).status_code == 400

    def test_the_queries_do_not_grow(self, client, ada, make_title, django_assert_num_queries):
        client.force_login(ada)
        writing.add_title(one := writing.create_list(ada, "One", is_ordered=True), make_title())
        client.get(one.get_absolute_url())
        counts = []
        for _ in range(2):
            with django_assert_num_queries(7):
                client.get(one.get_absolute_url())
            with django_assert_num_queries(6):
                client.get("/members/ada/lists/")
            for _ in range(2):
                writing.add_title(one, make_title())
                writing.add_title(writing.create_list(ada, "More"), make_title())
            client.get("/members/ada/lists/")
            client.get(one.get_absolute_url())
            counts.append(one.items.count())
        assert counts == [3, 5]


class TestModeration:
    def test_a_reported_list_is_shown_to_staff_and_removed_from_everyone_else(
        self, client, ada, ben, best, make_member
    ):
        writing.change_note(item_of(best, "First"), "A rude note.")
        client.force_login(ben)
        assert client.post(f"/lists/{best.pk}/report/", {"reason": "abuse"}).status_code == 302
        (report,) = Report.objects.all()
        assert (report.kind, report.target, report.author) == ("custom_list", best, ada)

        staff = make_member("staff", is_staff=True, is_superuser=True)
        client.force_login(staff)
        page = client.get("/staff/moderation/").content.decode()
        assert ["List “Best” by ada" in page, "A rude note." in page] == [True, True]
        moderation.decide(staff, best, "take_down", "Rude.")

        assert [best in lists_visible_to(who) for who in (ben, staff, ada)] == [False, False, True]
        moderation.decide(staff, best, "put_back", "It was fine.")
        assert best in lists_visible_to(ben)

    def test_a_removed_list_can_not_be_reached_by_its_link(self, ada, ben):
        shared = writing.create_list(ada, "Mine", visibility="link")
        writing.set_removed(shared, True)
        assert list(lists_of_link(ben, shared.link_key)) == []


class TestOwnData:
    def test_lists_move_with_an_export(self, ada, ben, best):
        for item in best.items.select_related("title"):
            ExternalId.objects.create(title=item.title, provider="mal", medium="anime", value=str(item.title_id))
        writing.change_note(item_of(best, "Second"), "Long.")
        exported = export_lists(ada)
        assert [(one["name"], [(row["title"]["name"], row["note"]) for row in one["titles"]]) for one in exported] == [
            ("Best", [("First", ""), ("Second", "Long."), ("Third", "")])
        ]

        odd = ["x", {"name": "\0"}, {"name": "y" * 90}, {"name": 7}, {"name": "Odd", "titles": 3, "visibility": []}]
        made = restore_lists(ben, [*exported, *odd])

        assert [one for one in export_lists(ben) if one["name"] == "Best"] == exported
        assert ben.custom_lists.get(name="Odd").visibility == "private"
        assert restore_lists(ben, exported) == []
        undo_lists(ben, made)
        assert ben.custom_lists.count() == 0

    def test_lists_go_with_the_account(self, ada, best):
        delete_account(ada)
        assert (CustomList.objects.count(), CustomListItem.objects.count()) == (0, 0)


class TestApi:
    def test_a_list_is_created_filled_changed_and_deleted(self, api, member, make_title):
        first, second = make_title("First"), make_title("Second")
        made = api.post("/api/v1/my/custom-lists/", {"name": "Best", "is_ordered": True}, format="json").json()
        mine, shown = f"/api/v1/my/custom-lists/{made['id']}/", f"/api/v1/custom-lists/{made['id']}/"
        api.put(f"{mine}titles/{first.pk}/", {}, format="json")
        api.put(f"{mine}titles/{second.pk}/", {"note": "Long.", "place": 1}, format="json")

        rows = api.get(f"{shown}titles/").json()["results"]
        assert [(row["title"]["name"], row["note"]) for row in rows] == [("Second", "Long."), ("First", "")]
        changed = api.patch(mine, {"visibility": "link"}, format="json").json()
        assert (changed["n_titles"], changed["share_url"].startswith("/lists/shared/")) == (2, True)
        key = changed["share_url"].split("/")[-2]
        assert len(api.get(f"/api/v1/shared-lists/{key}/titles/").json()["results"]) == 2
        assert "share_url" not in api.get(f"/api/v1/shared-lists/{key}/").json()
        assert api.delete(f"{mine}titles/{first.pk}/").status_code == 204
        assert api.delete(mine).status_code == 204
        assert api.get(shown).status_code == 404

    @pytest.mark.parametrize(
        ("sent", "field"),
        [({"name": " "}, "name"), ({"name": "A", "visibility": "x"}, "visibility"), ({"name": "x" * 81}, "name")],
    )
    def test_errors_name_the_field(self, api, sent, field):
        answer = api.post("/api/v1/my/custom-lists/", sent, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


PAIRS = [(one, other) for one in range(3) for other in range(3) if one != other]


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    visibility=st.sampled_from(CustomList.Visibility.values),
    removed=st.booleans(),
    follows=st.sets(st.sampled_from(PAIRS), max_size=3),
    blocks=st.sets(st.sampled_from(PAIRS), max_size=2),
    active=st.lists(st.sampled_from([True, True, False]), min_size=3, max_size=3),
    adult=st.lists(st.booleans(), min_size=3, max_size=3),
    viewer=st.sampled_from([None, 0, 1, 2]),
)
def test_a_list_is_shown_as_the_rules_say(visibility, removed, follows, blocks, active, adult, viewer):
    """Member 0 is the owner; viewer None a visitor. Follows that a real block would end are left in place."""
    sees_owner = active[0] and not {(viewer, 0), (0, viewer)} & blocks
    is_open = visibility == "public" or (visibility == "followers" and (viewer, 0) in follows)
    with transaction.atomic():
        people = User.objects.bulk_create(
            User(username=f"m{n}", email=f"m{n}@example.org", is_active=active[n], shows_adult=adult[n])
            for n in range(3)
        )
        Block.objects.bulk_create(Block(blocker=people[a], blocked=people[b]) for a, b in blocks)
        Follow.objects.bulk_create(Follow(follower=people[a], followed=people[b]) for a, b in follows)
        titles = Title.objects.bulk_create(Title(name=f"t{n}", is_adult=n == 1) for n in range(2))
        made = CustomList.objects.create(owner=people[0], name="x", visibility=visibility, is_removed=removed)
        CustomListItem.objects.bulk_create(
            CustomListItem(custom_list=made, title=title, position=n) for n, title in enumerate(titles)
        )
        who = None if viewer is None else people[viewer]

        found = lists_visible_to(who).filter(pk=made.pk).exists()
        assert found == bool(sees_owner and (viewer == 0 or (is_open and not removed)))
        by_link = lists_of_link(who, made.link_key).exists()
        assert by_link == bool(sees_owner and visibility == "link" and not removed)
        shown = set(items_visible_to(who, made).values_list("title__name", flat=True))
        assert shown == ({"t0", "t1"} if viewer is not None and adult[viewer] else {"t0"})
        transaction.set_rollback(True)

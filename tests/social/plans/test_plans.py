from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.settings.deletion import delete_account
from catalog.models import ExternalId, Title
from social.models import Block, Notification
from social.models.plans import PlanMember, PlanTitle, PlanVote, WatchPlan
from social.notifications.queries import groups_of, read_groups
from social.people.relations import block, mute
from social.plans import planning as plans
from social.plans.export import export_plans, restore_plans, undo_plans
from social.plans.queries import membership, plans_of, shared_plan
from social.plans.visibility import plan_members_visible_to, plan_titles_visible_to, plans_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member):
    return make_member("ben")


@pytest.fixture
def cleo(make_member):
    return make_member("cleo")


@pytest.fixture
def plan(ada, ben, make_title):
    """Ada's plan, in which Ben takes part."""
    plan = plans.make_plan(ada, "Sunday", titles=[make_title("First"), make_title("Second")])
    join(plan, ben)
    return plan


def join(plan: WatchPlan, *members: User) -> None:
    for member in members:
        plans.invite(plan, member)
        plans.accept(plan, member)


def names(rows: Any) -> list[str]:
    return [row.member.username for row in rows]


class TestWhoTakesPart:
    def test_who_is_invited_is_seen_by_the_owner_alone_until_they_take_part(self, plan, ada, ben, cleo):
        plans.invite(plan, cleo)

        assert names(shared_plan(plan, ada).invited) == ["cleo"]
        assert names(shared_plan(plan, ben).members) == ["ada", "ben"]
        assert shared_plan(plan, ben).invited == []
        assert [one.is_shared for one in plans_of(cleo)] == [False]
        assert list(plan_members_visible_to(cleo)) == list(plan_titles_visible_to(cleo)) == []
        plans.accept(plan, cleo)
        assert names(shared_plan(plan, ben).members) == names(shared_plan(plan, cleo).members) == ["ada", "ben", "cleo"]

    def test_declining_is_silent(self, plan, ada, cleo):
        plans.invite(plan, cleo)
        plans.leave(plan, cleo)

        assert names(shared_plan(plan, ada).invited) == ["cleo"]
        assert list(plans_visible_to(cleo)) == []
        plans.accept(plan, cleo)
        assert list(plans_visible_to(cleo)) == []

    def test_who_leaves_takes_their_votes_and_leaves_what_they_proposed(self, plan, ada, ben, make_title):
        proposed = plans.propose(membership(plan, ben), make_title("Third"))
        plans.leave(plan, ben)

        (row,) = [row for row in shared_plan(plan, ada).titles if row.pk == proposed.pk]
        assert (row.n_votes, row.proposer) == (0, "")
        plans.leave(plan, ada)
        assert names(shared_plan(plan, ada).members) == ["ada"]

    def test_there_are_eight_at_most(self, plan, make_member):
        join(plan, *(make_member() for _ in range(6)))

        with pytest.raises(ValidationError, match="8 people"):
            plans.invite(plan, make_member())

    def test_who_is_invited_is_told_once_and_only_while_it_stands(self, plan, ada, cleo):
        plans.invite(plan, cleo)
        plans.invite(plan, cleo)

        (told,) = read_groups(list(groups_of(cleo)))
        assert told.sentence == "Invitation to watch together, Sunday: ada"
        assert told.url == plan.get_absolute_url()
        plans.leave(plan, cleo)
        assert read_groups(list(groups_of(cleo))) == []

    def test_who_muted_the_owner_is_not_told(self, plan, ada, cleo):
        mute(cleo, ada)
        plans.invite(plan, cleo)

        assert (Notification.objects.filter(recipient=cleo).count(), plans_visible_to(cleo).count()) == (0, 1)


class TestBlocks:
    @pytest.mark.parametrize("who", ["owner", "guest"])
    def test_neither_stays_in_a_plan_of_the_others(self, plan, ada, ben, who):
        block(*((ada, ben) if who == "owner" else (ben, ada)))

        assert list(plans_visible_to(ben)) == []
        assert [one.member for one in plan.members.all()] == [ada]

    def test_in_a_third_ones_plan_they_are_somebody_to_each_other(self, plan, ada, ben, cleo, make_title):
        join(plan, cleo)
        plans.propose(membership(plan, cleo), make_title("Of Cleo"))
        block(ben, cleo)

        seen = shared_plan(plan, ben)
        assert (names(seen.members), seen.n_hidden) == (["ada", "ben"], 1)
        assert [row.proposer for row in seen.titles if row.title.name == "Of Cleo"] == [""]
        assert names(shared_plan(plan, cleo).members) == ["ada", "cleo"]
        assert names(shared_plan(plan, ada).members) == ["ada", "ben", "cleo"]


class TestTitles:
    def test_those_with_the_most_votes_come_first_and_the_watched_last(self, plan, ada, ben):
        _first, second = plan.titles.order_by("pk")
        plans.vote(membership(plan, ben), second, True)
        assert [row.title.name for row in shared_plan(plan, ben).titles] == ["Second", "First"]
        assert [(row.n_votes, row.is_voted) for row in shared_plan(plan, ben).titles] == [(2, True), (1, False)]

        plans.mark_watched(second, True)
        assert [row.title.name for row in shared_plan(plan, ada).titles] == ["First", "Second"]

    def test_only_who_proposed_it_or_whose_plan_it_is_takes_it_off(self, plan, ada, ben):
        proposed = plan.titles.first()
        with pytest.raises(ValidationError, match="owner or the person who proposed"):
            plans.withdraw(membership(plan, ben), proposed)
        plans.withdraw(membership(plan, ada), proposed)
        assert plan.titles.count() == 1

    def test_adult_titles_are_shown_to_whom_they_may_be(self, plan, ada, ben, make_title):
        ada.shows_adult = True
        ada.save()
        plans.propose(membership(plan, ada), make_title("Adult", is_adult=True))

        assert [row.title.name for row in shared_plan(plan, ada).titles] == ["First", "Second", "Adult"]
        assert [row.title.name for row in shared_plan(plan, ben).titles] == ["First", "Second"]

    def test_nothing_is_in_a_plan_twice(self, plan, ben):
        plans.propose(membership(plan, ben), plan.titles.first().title)
        assert plan.titles.count() == 2


class TestPages:
    def test_a_group_becomes_a_plan_in_one_click(self, client, ada, ben, cleo, make_title):
        block(cleo, ada)
        shown, adult = make_title(), make_title(is_adult=True)
        client.force_login(ada)

        answer = client.post("/plans/", {"with": ["ben", "cleo", "ada"], "title": [shown.pk, adult.pk, "x", "9" * 30]})

        made = WatchPlan.objects.get()
        assert answer.headers["Location"] == made.get_absolute_url()
        assert [(one.member, one.state) for one in made.members.order_by("pk")] == [(ada, "accepted"), (ben, "invited")]
        assert [row.title for row in made.titles.all()] == [shown]

    def test_times_are_those_of_the_members_clock(self, client, ada):
        ada.time_zone = "Asia/Tokyo"
        ada.save()
        client.force_login(ada)

        page = client.post("/plans/", {"name": "Late", "starts_at": "2030-01-02T20:15"}, follow=True).content.decode()

        assert WatchPlan.objects.get().starts_at == datetime(2030, 1, 2, 11, 15, tzinfo=UTC)
        assert "2 Jan 2030, 20:15" in page
        assert "Asia/Tokyo" in page

    @pytest.mark.parametrize(
        ("sent", "error"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "x" * 81}, "at most 80 characters"),
            ({"name": "A", "starts_at": "0001-01-01T00:00"}, "Invalid date. Choose another one."),
            ({"name": "A", "starts_at": "soon"}, "Enter a valid date/time."),
            ({"name": "a\0b"}, "Null characters are not allowed."),
        ],
    )
    def test_what_cannot_be_is_said(self, client, ada, sent, error):
        client.force_login(ada)
        page = client.post("/plans/", sent)
        assert (error in page.content.decode(), WatchPlan.objects.count()) == (True, 0)

    def test_who_is_invited_sees_the_invitation_and_nothing_more(self, client, plan, cleo):
        plans.invite(plan, cleo)
        client.force_login(cleo)

        page = client.get(plan.get_absolute_url()).content.decode()

        assert ("Sunday" in page, "ada" in page, "ben" in page, "First" in page) == (True, True, False, False)
        assert client.post(f"/plans/{plan.pk}/accept/", follow=True).content.decode().count("First") > 0

    def test_a_vote_changes_the_order_without_a_new_page(self, client, plan, ben):
        client.force_login(ben)
        second = plan.titles.order_by("pk")[1]

        page = client.post(
            f"/plans/{plan.pk}/titles/{second.title_id}/",
            {"act": "vote"},
            headers={"HX-Request": "true", "HX-Target": "plan-titles"},
        ).content.decode()

        assert page.index("Second") < page.index("First")
        assert "<html" not in page

    def test_a_blocked_name_cannot_be_invited_and_answers_as_one_there_is_not(self, client, plan, ada, cleo):
        block(cleo, ada)
        client.force_login(ada)

        answers = [
            client.post(f"/plans/{plan.pk}/invite/", {"username": name}, follow=True)
            .content.decode()
            .count(f"“{name}”.")
            for name in ("cleo", "nobody", "a\0b")
        ]
        assert (answers[:2], plan.members.count()) == ([1, 1], 2)

    def test_the_queries_do_not_grow(self, client, ada, make_member, make_title, django_assert_num_queries):
        small = plans.make_plan(ada, "Small", titles=[make_title()])
        large = plans.make_plan(ada, "Large", titles=[make_title() for _ in range(3)])
        join(small, make_member())
        join(large, *(make_member() for _ in range(3)))
        client.force_login(ada)
        for plan in (small, large):
            client.get(plan.get_absolute_url())

        for plan in (small, large):
            with django_assert_num_queries(9):
                client.get(plan.get_absolute_url())

    def test_the_queries_of_the_list_do_not_grow(self, client, ada, django_assert_num_queries):
        client.force_login(ada)
        plans.make_plan(ada, "One")
        with django_assert_num_queries(3):
            client.get("/plans/")
        for n in range(2):
            plans.make_plan(ada, f"More {n}")
        with django_assert_num_queries(3):
            client.get("/plans/")


class TestOwnThings:
    def test_a_plan_goes_with_its_owner_and_a_member_with_all_of_theirs(self, plan, ada, ben):
        delete_account(ben)
        assert [one.member for one in plan.members.all()] == [ada]
        delete_account(ada)
        assert [model.objects.count() for model in (WatchPlan, PlanMember, PlanTitle, PlanVote)] == [0, 0, 0, 0]

    def test_ones_own_plans_move_with_an_export_without_the_others(self, plan, ada, ben, cleo):
        for row in plan.titles.select_related("title"):
            ExternalId.objects.create(title=row.title, provider="mal", medium="anime", value=str(row.title_id))
        exported = export_plans(ada)
        assert [(one["name"], [row["title"]["name"] for row in one["titles"]]) for one in exported] == [
            ("Sunday", ["First", "Second"])
        ]
        assert "ben" not in str(exported)
        assert export_plans(ben) == []

        made = restore_plans(cleo, [*exported, "x", {"name": "\0"}, {"name": "y" * 90}, {"name": 7, "titles": 3}])

        assert export_plans(cleo) == exported
        assert restore_plans(cleo, exported) == []
        undo_plans(cleo, made)
        assert cleo.own_plans.count() == 0


class TestApi:
    @pytest.fixture
    def own(self, member, make_title):
        return plans.make_plan(member, "Mine", titles=[make_title("First")])

    def test_a_plan_is_made_changed_filled_and_deleted(self, api, member, ben, make_title):
        made = api.post(
            "/api/v1/my/plans/", {"name": "Mine", "starts_at": "2030-01-01T19:00:00Z"}, format="json"
        ).json()
        address, title = f"/api/v1/plans/{made['id']}/", make_title("First")
        api.patch(address, {"note": "Bring tea."}, format="json")
        api.put(f"{address}members/ben/")
        api.put(f"{address}titles/{title.pk}/")
        api.delete(f"{address}titles/{title.pk}/vote/")
        api.put(f"{address}titles/{title.pk}/watched/")

        found = api.get(address).json()

        (row,) = found.pop("titles")
        assert (row["title"]["name"], row["n_votes"], row["watched_at"] is None) == ("First", 0, False)
        assert found == {
            "id": made["id"], "name": "Mine", "note": "Bring tea.", "starts_at": "2030-01-01T19:00:00Z",
            "owner": "member",
            "takes_part": True, "url": f"/plans/{made['id']}/", "members": ["member"], "invited": ["ben"],
            "n_hidden": 0,
        }  # fmt: skip
        assert api.delete(address).status_code == 204
        assert api.get("/api/v1/my/plans/").json() == {"next": None, "results": []}

    def test_an_invitation_is_accepted_or_declined(self, api, plan, member):
        plans.invite(plan, member)
        address = f"/api/v1/plans/{plan.pk}/"
        assert api.get(address).status_code == 404
        assert [one["takes_part"] for one in api.get("/api/v1/my/plans/").json()["results"]] == [False]
        assert api.put(f"{address}membership/").json()["members"] == ["ada", "ben", "member"]
        assert api.patch(address, {"name": "Mine now"}, format="json").status_code == 404
        assert api.delete(f"{address}membership/").status_code == 204
        assert api.put(f"{address}membership/").status_code == 404

    def test_what_cannot_be_is_a_problem_with_a_sentence(self, api, own):
        answer = api.patch(f"/api/v1/plans/{own.pk}/", {"starts_at": "0700-01-01T00:00:00Z"}, format="json")
        assert (answer.status_code, answer.json()["errors"]) == (
            422, {"starts_at": ["Invalid date. Choose another one."]},
        )  # fmt: skip


OTHERS = range(1, 4)
PAIRS = [(one, other) for one in range(4) for other in range(4) if one != other]


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    states=st.lists(st.sampled_from(["", *PlanMember.State.values]), min_size=3, max_size=3),
    blocks=st.sets(st.sampled_from(PAIRS), max_size=3),
    active=st.lists(st.sampled_from([True, True, False]), min_size=4, max_size=4),
    adult=st.lists(st.booleans(), min_size=4, max_size=4),
    viewer=st.sampled_from(range(4)),
)
def test_a_plan_is_shown_as_the_rules_say(states, blocks, active, adult, viewer):
    """Member 0 is the owner. Memberships that a real block would delete are left in place."""
    part = dict(enumerate(["accepted", *states]))

    def sees(other: int) -> bool:
        return active[other] and not {(viewer, other), (other, viewer)} & blocks

    with transaction.atomic():
        people = User.objects.bulk_create(
            User(username=f"m{n}", email=f"m{n}@example.org", is_active=active[n], shows_adult=adult[n])
            for n in range(4)
        )
        Block.objects.bulk_create(Block(blocker=people[a], blocked=people[b]) for a, b in blocks)
        titles = Title.objects.bulk_create(Title(name=f"t{n}", is_adult=n == 1) for n in range(2))
        plan = WatchPlan.objects.create(owner=people[0], name="Plan")
        members = [PlanMember(plan=plan, member=people[n], state=state) for n, state in part.items() if state]
        PlanMember.objects.bulk_create(members)
        PlanTitle.objects.bulk_create(PlanTitle(plan=plan, title=title, proposed_by=members[-1]) for title in titles)
        who = people[viewer]
        is_there = part[viewer] in ("accepted", "invited") and sees(0)
        takes_part = part[viewer] == "accepted" and sees(0)
        known = {
            n
            for n, state in part.items()
            if takes_part and sees(n) and (state == "accepted" or (state and viewer == 0))
        }

        assert list(plans_visible_to(who)) == ([plan] if is_there else [])
        assert set(plan_members_visible_to(who).values_list("member", flat=True)) == {people[n].pk for n in known}
        shown = list(plan_titles_visible_to(who).order_by("title").values_list("title__name", flat=True))
        assert shown == (["t0", "t1"][: 2 if adult[viewer] else 1] if takes_part else [])
        if takes_part:
            last = next(n for n in range(4) if people[n].pk == members[-1].member_id)
            seen = shared_plan(plan, who)
            assert {row.proposer for row in seen.titles} == {f"m{last}" if sees(last) else ""}
            assert len(seen.members) + seen.n_hidden == list(part.values()).count("accepted")
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("method", "name", "title"),
    [
        ("get", "plan", False), ("post", "change_plan", False), ("post", "accept_plan", False),
        ("post", "leave_plan", False),
        ("post", "delete_plan", False), ("post", "invite", False), ("post", "plan_title", True),
    ],
)  # fmt: skip
def test_who_is_not_in_a_plan_does_not_find_it(client, plan, cleo, method, name, title):
    client.force_login(cleo)
    arguments = [plan.pk, *([plan.titles.first().title_id] if title else [])]
    assert getattr(client, method)(reverse(f"social:{name}", args=arguments)).status_code == 404
    assert (plan.members.count(), plan.titles.count()) == (2, 2)

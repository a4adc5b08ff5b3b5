"""Exporting and importing a member's social data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.entries.writing import set_score
from accounts.models import User
from accounts.portability.exports import export_list
from accounts.portability.imports import reading, writing
from accounts.portability.sections import sections
from catalog.models import ExternalId
from social.comments.writing import write_comment
from social.models import Activity, Block, Comment, Mute, NotificationChoice
from social.models.tips import Tip
from social.notifications.channels import choose_channels
from social.people import relations
from social.plans import planning as plans
from social.reviews.writing import write_review
from social.taste_match.suggestions import dismiss
from social.tips.export import export_tips
from social.tips.recommending import recommend

pytestmark = pytest.mark.django_db
SECTIONS = ("blocks", "comments", "dismissed", "follows", "mutes", "notifications", "privacy", "recommended")


def exported(member: User) -> str:
    return "".join(export_list(User.objects.get(pk=member.pk), "json"))


@pytest.fixture
def social_member(member, make_member, make_title):
    ada, bob, cleo = (make_member(name) for name in ("ada", "bob", "cleo"))
    set_score(ada, make_title("A"), 8)
    write_comment(member, Activity.objects.get(), "Really?")
    write_comment(member, write_review(ada, make_title("B"), "It takes its time. " * 10), "Well **said**.")
    relations.follow(member, ada)
    relations.mute(member, bob)
    relations.block(member, cleo)
    dismiss(member, bob)
    choose_channels(member, {"like": []})
    User.objects.filter(pk=member.pk).update(list_visibility="followers", approves_followers=True, tips_from="nobody")
    return member


def restored(data: str, member: User):
    opened = reading.open_file(member, "own.json", data.encode())
    writing.queue(opened)
    writing.write_import(opened.pk)
    opened.refresh_from_db()
    return opened


def test_an_export_brought_to_another_account_is_exported_the_same(social_member, make_member):
    other = make_member("other")
    data = exported(social_member)
    Comment.objects.filter(author=social_member).update(created_at="2020-01-01T12:00:00Z")
    data = exported(social_member)
    restored(data, other)
    assert exported(other) == data


def test_who_is_suspended_is_named_in_no_export(social_member):
    User.objects.filter(username__in=["ada", "bob"]).update(is_active=False)
    data = exported(social_member)
    assert "Really?" in data
    assert [name for name in ("ada", "bob") if f'"{name}"' in data] == []


def test_taking_the_import_back_takes_all_of_it_back(social_member, make_member):
    other = make_member("other")
    before = exported(other)
    opened = restored(exported(social_member), other)
    assert writing.undo_import(opened)
    assert exported(other) == before


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("item", ["null", "3", '"nobody"', "{}", '{"text": "x", "about": {"did": 3}}', '["a\\u0000"]'])
def test_anything_may_stand_in_a_section(member, section, item):
    before = exported(member)
    opened = restored(
        f'{{"format": "anirec", "version": 1, "entries": [{{"title": {{"name": "x"}}}}], "{section}": [{item}]}}',
        member,
    )
    assert opened.state == "done"
    member.own_entries.all().delete()  # the title that the catalogue lacks
    assert exported(member) == before


def test_who_was_blocked_stays_hidden_after_the_move(social_member, make_member):
    other = make_member("other")
    restored(exported(social_member), other)
    counts = [model.objects.count() for model in (Block, Mute, NotificationChoice)]
    assert counts == [2, 2, 2]


def test_what_was_recommended_is_taken_along_but_not_said_again(member, make_member, make_title):
    ada, title = make_member("ada"), make_title("Monster")
    relations.follow(ada, member)
    relations.follow(member, ada)
    recommend(member, ada, title, "For you.")
    recommend(ada, member, title, "And you.")

    opened = restored(exported(member), other := make_member("other"))

    title_of = {"name": "Monster", "ids": {}}
    assert list(export_tips(member)) == [
        {"recipient": "ada", "title": title_of, "note": "For you."},
        {"author": "ada", "title": title_of, "note": "And you."},
    ]
    assert (opened.state, list(export_tips(other)), Tip.objects.count()) == ("done", [], 2)


@pytest.mark.parametrize("odd", [[], {}, None, 3, "nobody at all"])
def test_a_privacy_setting_that_does_not_exist_stays_as_it_was(member, odd):
    before = User.objects.get(pk=member.pk).list_visibility
    settings = {"list_visibility": odd, "approves_followers": True}
    restored(json.dumps({**json.loads(exported(member)), "privacy": [settings]}), member)
    member.refresh_from_db()
    assert (member.list_visibility, member.approves_followers) == (before, True)


ODD = (None, True, -1, 1.5, "", "\x00", "2020-13-45", "9" * 400, [], {}, [[]], {"ids": {"mal": []}})


def with_one_value_replaced(value: Any, odd: Any) -> Iterator[Any]:
    """Yield copies of the value, each with one of its parts replaced by `odd`."""
    yield odd
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, part in parts:
        for changed in with_one_value_replaced(part, odd):
            copy = value.copy()
            copy[place] = changed
            yield copy


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_any_value_of_a_section_may_be_an_odd_one(social_member, make_member, make_title, section):
    other, title = make_member("other"), make_title("C")
    ExternalId.objects.create(title=title, provider="mal", medium="anime", value="77")
    write_review(social_member, title, "It takes its time. " * 10)
    plans.make_plan(social_member, "Sunday", titles=[title])
    items = json.loads(exported(social_member))[section.name]
    for odd in ODD:
        for changed in with_one_value_replaced(items, odd):
            if isinstance(changed, list):
                written = section.restore(other, changed)
                assert json.loads(json.dumps(written)) == written  # the import keeps it, to be undone
                section.undo(other, written)

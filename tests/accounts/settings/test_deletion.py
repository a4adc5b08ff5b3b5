"""Deleting an account removes everything of the member."""

from __future__ import annotations

import importlib
import json

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.portability.imports import reading, writing
from accounts.settings.deletion import delete_account
from accounts.tokens.issuing import issue_token

pytestmark = pytest.mark.django_db


def relations_to_members() -> list[models.Field]:
    """Return every foreign key to a member."""
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    ]


def traces_of(user_id: int) -> dict[str, int]:
    """Return {table and column: number of rows that reference the member}, without zeros."""
    found = {f"{field.model._meta.label}.{field.name}":
             field.model._base_manager.filter(**{field.name: user_id}).count()
             for field in relations_to_members()}  # fmt: skip
    return {name: n for name, n in found.items() if n}


@pytest.fixture
def busy_member(member, make_member, make_title, make_entry):
    """A member with every kind of data that a member creates."""
    other = make_member("other")
    make_entry(member, status="completed", score=9)
    member.hidden.create(title=make_title())
    member.following.create(followed=other)
    other.following.create(followed=member)
    issue_token(member, "Script", ["read:list"])
    EmailAddress.objects.create(user=member, email=member.email)
    content_type = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=member, action_flag=ADDITION, content_type=content_type, object_repr="x")
    data = json.dumps({"format": "anirec", "version": 1, "entries": [{"title": {"name": "x"}}]}).encode()
    done = reading.open_file(member, "x", data)
    writing.queue(done)
    writing.write_import(done.pk)
    return member


def test_every_relation_to_a_member_goes_with_them():
    actions = {field.remote_field.on_delete for field in relations_to_members()}
    assert actions == {models.CASCADE, models.SET_NULL}  # SET_NULL: who started or stopped an experiment


def test_nothing_points_at_a_deleted_member(busy_member):
    user_id = busy_member.pk
    assert set(traces_of(user_id)) >= {
        "accounts.ListEntry.user", "accounts.HiddenTitle.user", "accounts.ListImport.user", "social.Follow.follower",
        "social.Follow.followed", "accounts.AccessToken.user", "account.EmailAddress.user", "admin.LogEntry.user",
    }  # fmt: skip
    delete_account(busy_member)
    assert traces_of(user_id) == {}
    assert apps.get_model("accounts", "ImportRow").objects.count() == 0


def test_every_session_ends_and_no_other(busy_member, make_member):
    stays = Client()
    stays.force_login(make_member("stays"))
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post(reverse("account_login"), {"login": busy_member.username, "password": "correct horse"})
    keys = [browser.session.session_key for browser in browsers]
    delete_account(busy_member)
    store = importlib.import_module(settings.SESSION_ENGINE).SessionStore
    assert [store().exists(key) for key in keys] == [False, False]
    assert Session.objects.get().session_key == stays.session.session_key
    assert stays.get(reverse("accounts:settings")).status_code == 200


def test_the_next_model_is_trained_without_them(busy_member, make_member, make_entry):
    from recommendations.inputs.extract import training_data

    other = make_member("trained")
    make_entry(other, status="completed", score=8)
    before = training_data().interactions.users.ids.tolist()
    user_id = busy_member.pk
    delete_account(busy_member)
    assert sorted(before) == sorted([-user_id, -other.pk])
    assert training_data().interactions.users.ids.tolist() == [-other.pk]


def test_it_is_offered_to_save_everything_first(client, member):
    client.force_login(member)
    assert (
        f'href="{reverse("accounts:export", args=["json"])}"'
        in client.get(reverse("accounts:settings")).content.decode()
    )

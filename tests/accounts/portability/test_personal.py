"""Everything that the site stores about a member can be downloaded (GDPR, article 15)."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.urls import reverse

from accounts.models import User, Webhook
from accounts.personal_data import personal_data
from accounts.tokens.issuing import issue_token
from catalog.models import SavedView
from social.people.relations import follow

pytestmark = pytest.mark.django_db

# Exported with the list: entries and everything of `sections()`.
WITH_THE_LIST = {
    "accounts.HiddenTitle",
    "accounts.ListEntry",
    "social.Block",
    "social.Comment",
    "social.DismissedSuggestion",
    "social.Mute",
    "social.NotificationChoice",
    "social.Review",
    "social.WatchPlan",
}
# Staff's own acts, which the site must be able to show as they were.
OF_STAFF = {"admin.LogEntry", "recommendations.ExperimentChange", "recommendations.ModelActivation"}


@pytest.fixture
def exported(client, member):
    client.force_login(member)

    def export():
        response = client.get(reverse("accounts:personal_data"))
        return json.loads(b"".join(response.streaming_content))

    return export


def test_every_table_with_rows_of_a_member_is_exported(member):
    of_members = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is User
    }
    exported = {kind.rows(member).model._meta.label for kind in personal_data()}
    assert of_members - exported == WITH_THE_LIST | OF_STAFF


def test_account_addresses_tokens_webhooks_and_views(exported, member):
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    key = issue_token(member, "Phone", ["read:list"])[1]
    Webhook.objects.create(user=member, url="https://example.org/hook", events=["list.changed"], secret="whsec_x")
    SavedView.objects.create(user=member, name="Short", query="episodes=1-13")
    data = exported()
    assert [one["username"] for one in data["account"]] == ["member"]
    assert data["email_addresses"] == [{"email": "member@example.org", "verified": True, "primary": True}]
    assert [(one["name"], one["scopes"]) for one in data["access_tokens"]] == [("Phone", ["read:list"])]
    assert [one["url"] for one in data["webhooks"]] == ["https://example.org/hook"]
    assert [(one["name"], one["query"]) for one in data["saved_views"]] == [("Short", "episodes=1-13")]
    text = json.dumps(data)
    assert [secret for secret in (key, "whsec_x", member.password) if secret in text] == []


def test_devices_are_those_of_log_ins(client, member):
    client.post(
        reverse("account_login"),
        {"login": "member", "password": "correct horse"},
        headers={"User-Agent": "Phone"},
    )
    response = client.get(reverse("accounts:personal_data"))
    data = json.loads(b"".join(response.streaming_content))
    assert [(one["ip"], one["user_agent"]) for one in data["devices"]] == [("127.0.0.1", "Phone")]


def test_names_nobody_who_is_suspended(exported, member, make_member):
    ada, bob = make_member("ada"), make_member("bob")
    follow(ada, member)
    follow(bob, member)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert [one["follower__username"] for one in exported()["followers"]] == ["ada"]


def test_holds_nothing_of_other_members(exported, make_member):
    other = make_member("other")
    SavedView.objects.create(user=other, name="Secret", query="q=x")
    issue_token(other, "Secret", ["read:list"])
    data = exported()
    assert (data["saved_views"], data["access_tokens"], len(data["account"])) == ([], [], 1)

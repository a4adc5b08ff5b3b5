from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccessToken
from accounts.tokens.issuing import MOST, digest_of, issue_token
from accounts.tokens.views import TokenForm
from tests.conftest import confirm_password

TOKENS = "/settings/tokens/"


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return confirm_password(client)


def test_a_token_is_shown_once(own):
    shown = own.post(TOKENS, {"name": "Script", "scopes": ["read:list", "webhooks"], "days": "30"})
    token = AccessToken.objects.get()
    key = shown.content.decode().partition('<code class="token">')[2].partition("<")[0]
    assert (token.name, token.scopes, token.digest) == ("Script", ["read:list", "webhooks"], digest_of(key))
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert "no-store" in shown["Cache-Control"]
    assert key not in own.get(TOKENS).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "scopes": ["read:list"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x" * 61, "scopes": ["read:list"]},
        {"name": "a\0b", "scopes": ["read:list"]},
        {"name": "x", "scopes": ["read:list"], "days": "1000"},
    ],
)
def test_what_makes_no_token_is_said(own, given):
    assert (own.post(TOKENS, given).status_code, AccessToken.objects.count()) == (422, 0)


def test_there_are_not_too_many(member):
    AccessToken.objects.bulk_create(AccessToken(user=member, name="x", digest=str(n)) for n in range(MOST))
    form = TokenForm({"name": "x", "scopes": ["read:list"], "days": ""}, user=member)
    assert form.errors == {"__all__": ["You can have up to 50 tokens. Revoke one first."]}


def test_only_ones_own_are_shown_and_revoked(own, member, make_member):
    mine, theirs = (issue_token(user, user.username, ["read:list"])[0] for user in (member, make_member("other")))
    page = own.get(TOKENS).content.decode()
    answers = [own.post(f"{TOKENS}{token.pk}/revoke/").status_code for token in (mine, theirs)]
    assert ("Revoke member" in page, "Revoke other" in page) == (True, False)
    assert (answers, AccessToken.objects.get()) == ([302, 404], theirs)


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(own, member, n, django_assert_num_queries):
    for _ in range(n):
        issue_token(member, "x", ["read:list"])
    with django_assert_num_queries(3):  # session, the member, the tokens
        own.get(TOKENS)

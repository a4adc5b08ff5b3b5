"""Whoever finds an open session can't take the account over, and its owner gets it back."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts.models import AccessToken, User, Webhook
from accounts.security.lock import lock_url
from accounts.tokens.issuing import issue_token

pytestmark = pytest.mark.django_db
PASSWORD, NEW_PASSWORD = "correct horse", "battery staple 7"


def log_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": password})
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("accounts:settings")).status_code == 200


def reauthenticate(client: Client, password: str = PASSWORD):
    return client.post(reverse("account_reauthenticate"), {"password": password})


@pytest.fixture
def verified(member):
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return member


class TestRecentAuthentication:
    @pytest.mark.parametrize(
        ("view", "data"),
        [
            ("account_email", {"email": "thief@example.org", "action_add": ""}),
            ("accounts:tokens", {"name": "x", "scopes": ["read:list"], "days": "90"}),
            ("accounts:webhooks", {"url": "https://example.org/x", "events": ["entry.changed"]}),
            ("accounts:delete_account", {}),
            ("mfa_activate_totp", {"code": "123456"}),
        ],
    )
    def test_is_needed_for_what_would_give_the_account_away(self, verified, view, data):
        thief = log_in(verified)
        response = thief.post(reverse(view), data)
        assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))
        assert User.objects.filter(pk=verified.pk).exists()
        assert (AccessToken.objects.count(), Webhook.objects.count(), EmailAddress.objects.count()) == (0, 0, 1)

    def test_goes_on_with_the_request_afterwards(self, verified):
        client = log_in(verified)
        client.post(reverse("accounts:tokens"), {"name": "Phone", "scopes": ["read:list"], "days": "90"})
        response = client.post(reverse("account_reauthenticate") + "?next=/settings/tokens/", {"password": PASSWORD})
        assert response.status_code == 200
        assert [token.name for token in AccessToken.objects.all()] == ["Phone"]

    def test_is_limited(self, verified):
        client = log_in(verified)
        statuses = [reauthenticate(client, f"guess {n}").status_code for n in range(12)]
        assert statuses.count(200) == 10
        assert statuses[-1] == 429

    def test_passwords_for_the_age_limit_are_limited_too(self, verified):
        client = log_in(verified)
        data = {"age_limit": "g", "password": "guess"}
        statuses = [client.post(reverse("accounts:age_limit"), data).status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2


class TestChangingTheEmail:
    @pytest.fixture
    def thief(self, verified):
        thief = log_in(verified)
        reauthenticate(thief)
        thief.post(reverse("account_email"), {"email": "thief@example.org", "action_add": ""})
        return thief

    def test_keeps_the_old_address_until_the_new_one_is_confirmed(self, thief, verified):
        verified.refresh_from_db()
        assert verified.email == "member@example.org"

    def test_tells_the_old_address_with_a_link_that_locks_the_account(self, thief, verified, mailoutbox):
        confirm_link = re.search(r"http://localhost:8000(/accounts/confirm-email/\S+)", mailoutbox[-1].body)[1]
        thief.post(confirm_link)
        verified.refresh_from_db()
        assert verified.email == "thief@example.org"
        letter = mailoutbox[-1]
        assert letter.to == ["member@example.org"]
        lock = re.search(r"http://localhost:8000(/lock/\S+)", letter.body)[1]
        assert Client().get(lock).status_code == 200
        assert is_logged_in(thief)  # looking changes nothing
        owner = Client(enforce_csrf_checks=True)
        assert "member@example.org" in owner.post(lock).content.decode()
        verified.refresh_from_db()
        assert (verified.email, verified.has_usable_password(), is_logged_in(thief)) == (
            "member@example.org",
            False,
            False,
        )
        assert [(one.email, one.verified) for one in EmailAddress.objects.all()] == [("member@example.org", True)]
        assert mailoutbox[-1].to == ["member@example.org"]
        assert "/accounts/password/reset/key/" in mailoutbox[-1].body


class TestLockLinks:
    def test_end_tokens_webhooks_and_second_factors_added_since(self, verified, client):
        issue_token(verified, "x", ["read:list"])
        hook = Webhook.objects.create(user=verified, url="https://example.org", events=[], secret="x")
        Authenticator.objects.create(user=verified, type="totp", data={})
        client.post(lock_url(verified, verified.email))
        hook.refresh_from_db()
        assert (AccessToken.objects.count(), hook.disabled_at is None, Authenticator.objects.count()) == (0, False, 0)

    @pytest.mark.parametrize("token", ["nonsense", "W10:1tA:xx"])
    def test_that_are_forged_do_nothing(self, client, token):
        response = client.post(reverse("accounts:lock", args=[token]))
        assert response.status_code == 410

    def test_of_a_suspended_member_do_nothing(self, verified, client):
        verified.is_active = False
        verified.save()
        assert client.post(lock_url(verified, verified.email)).status_code == 410


class TestPasswords:
    def test_a_reset_ends_all_sessions_and_tokens(self, verified, mailoutbox):
        other = log_in(verified)
        issue_token(verified, "x", ["read:list"])
        visitor = Client()
        visitor.post(reverse("account_reset_password"), {"email": verified.email})
        link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
        form = visitor.get(link, follow=True)
        visitor.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        assert not is_logged_in(other)
        assert (AccessToken.objects.count(), UserSession.objects.count()) == (0, 0)
        assert is_logged_in(log_in(verified, NEW_PASSWORD))

    @pytest.mark.parametrize(("revokes", "n_tokens"), [("on", 0), ("", 1)])
    def test_a_change_ends_other_sessions_and_tokens_if_wanted(self, verified, revokes, n_tokens):
        other, client = log_in(verified), log_in(verified)
        issue_token(verified, "x", ["read:list"])
        form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        client.post(reverse("account_change_password"), {**form, "revokes_tokens": revokes})
        assert (is_logged_in(client), is_logged_in(other)) == (True, False)
        assert (AccessToken.objects.count(), UserSession.objects.count()) == (n_tokens, 1)

    def test_of_staff_are_asked_by_the_same_log_in(self, client):
        response = client.get("/admin/login/?next=/admin/")
        assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next=%2Fadmin%2F")

    def test_are_limited_by_account(self, member):
        for n in range(6):
            Client(REMOTE_ADDR=f"10.0.0.{n}").post(
                reverse("account_login"), {"login": member.username, "password": f"guess {n}"}
            )
        assert not is_logged_in(log_in(member))


class TestSigningUp:
    def test_does_not_tell_that_an_address_is_registered(self, verified, mailoutbox):
        answers = []
        for username, email in (("newcomer", "fresh@example.org"), ("stranger", verified.email.upper())):
            form = {"username": username, "email": email, "password1": NEW_PASSWORD}
            answers.append(Client().post(reverse("account_signup"), form))
        assert [(one.status_code, one.url) for one in answers] == [(302, "/"), (302, "/")]
        assert User.objects.filter(email__iexact=verified.email).count() == 2

    def test_with_another_members_address_gives_no_power_over_them(self, verified, mailoutbox):
        form = {"username": "stranger", "email": verified.email, "password1": NEW_PASSWORD}
        stranger = Client()
        stranger.post(reverse("account_signup"), form)
        mailoutbox.clear()
        Client().post(reverse("account_reset_password"), {"email": verified.email})
        assert len(mailoutbox) == 1
        assert get_user(log_in(verified)) == verified

    def test_goes_on_when_the_mail_server_is_down(self, client, settings, db):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        form = {"username": "newcomer", "email": "new@example.org", "password1": NEW_PASSWORD}
        response = client.post(reverse("account_signup"), form, follow=True)
        assert response.status_code == 200
        assert "We couldn’t send the e-mail" in response.content.decode()


class TestLinksInEmails:
    def test_lead_to_the_site_whatever_host_the_request_names(self, verified, mailoutbox, settings):
        settings.ALLOWED_HOSTS = ["*"]
        Client(HTTP_HOST="evil.example").post(reverse("account_reset_password"), {"email": verified.email})
        assert "http://localhost:8000/accounts/password/reset/key/" in mailoutbox[0].body
        assert "evil.example" not in mailoutbox[0].body

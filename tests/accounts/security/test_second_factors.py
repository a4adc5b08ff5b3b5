from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import confirm_password

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.fixture
def protected(member):
    TOTP.activate(member, SECRET)
    return member


def give_password(member) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": member.username, "password": "correct horse"})
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("accounts:settings")).status_code == 200


def test_the_password_alone_is_not_enough(protected):
    client = give_password(protected)
    assert not is_logged_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert is_logged_in(client)


def test_a_code_works_once(protected):
    code = code_of(SECRET)
    first, second = give_password(protected), give_password(protected)
    for client in (first, second):
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert (is_logged_in(first), is_logged_in(second)) == (True, False)


def test_guesses_are_limited(protected):
    client = give_password(protected)
    responses = [client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"}) for n in range(12)]
    assert 429 in {response.status_code for response in responses} or "Too many" in responses[-1].content.decode()


def test_is_set_up_with_the_password_and_told_by_e_mail(client, member, mailoutbox, django_capture_on_commit_callbacks):
    client.force_login(member)
    confirm_password(client)
    form = client.get(reverse("mfa_activate_totp")).context["form"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_of(form.secret)})
    assert [one.type for one in Authenticator.objects.order_by("type")] == ["recovery_codes", "totp"]
    assert ["/lock/" in letter.body for letter in mailoutbox if letter.to == [member.email]].count(True) >= 1


def test_its_secrets_are_encrypted_in_the_database(protected):
    data = Authenticator.objects.get(type="totp").data
    assert SECRET not in str(data)
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(SECRET))


def test_secrets_of_a_former_key_still_work_while_it_is_a_fallback(protected, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(SECRET))


def test_with_a_lost_key_no_code_is_right_and_nothing_breaks(protected, settings):
    settings.SECRET_KEY = "another"
    client = give_password(protected)
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)}).status_code == 200


class TestStaff:
    def test_give_their_password_again_after_twelve_hours(self, make_member):
        boss = make_member("boss", is_staff=True, is_superuser=True)
        client = give_password(boss)
        assert client.get("/staff/").status_code == 200
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 13 * 3600}]
        session.save()
        response = client.get("/staff/")
        assert (response.status_code, response.url) == (302, "/accounts/reauthenticate/?next=%2Fstaff%2F")
        assert client.get("/list/").status_code == 200
        confirm_password(client)
        assert client.get("/staff/").status_code == 200


class TestPasswords:
    @pytest.mark.parametrize("password", ["elevenchars", "x" * 129, "qwertyuiop[]"[:11]])
    def test_have_twelve_to_128_characters(self, password):
        with pytest.raises(ValidationError):
            validate_password(password)

    @pytest.mark.parametrize("password", ["correct horse", "ナルトが大好きです毎日見る", "481516234200", "x1" * 64])
    def test_may_be_anything_else(self, client, password):
        form = {"username": "newcomer", "email": "new@example.org", "password1": password}
        client.post(reverse("account_signup"), form)
        assert User.objects.get().check_password(password)

    def test_are_hashed_with_a_secret_beside_the_database_if_there_is_one(self, settings):
        settings.PASSWORD_HASHERS = [
            "accounts.security.passwords.PepperedHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ]
        settings.PASSWORD_PEPPER = "pepper"
        old, new = make_password("correct horse", hasher="pbkdf2_sha256"), make_password("correct horse")
        assert (new.split("$")[0], check_password("correct horse", old), check_password("correct horse", new)) == (
            "pbkdf2_sha256_pepper",
            True,
            True,
        )
        settings.PASSWORD_PEPPER = "salt"
        assert not check_password("correct horse", new)


def test_decisions_about_access_are_logged_without_names(member, caplog):
    caplog.set_level("INFO", "anirec.account")
    client = give_password(member)
    Client().post(reverse("account_login"), {"login": "member", "password": "a guess"})
    client.post(reverse("account_logout"))
    assert [record.getMessage() for record in caplog.records if record.name == "anirec.account"] == [
        f"Member {member.pk}: logged in",
        "Member unknown: login failed",
        f"Member {member.pk}: logged out",
    ]

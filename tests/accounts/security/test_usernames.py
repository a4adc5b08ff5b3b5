from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import User
from accounts.security.usernames import clean_username
from anirec.lib.web.addresses import address_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["Ada", "jose_é", "mia.w-2", "ナルト好き", "漢字kana", "한글abc", "привет", "x1"])
def test_ordinary_names_of_all_scripts_are_fine(name):
    assert clean_username(name) == name


@pytest.mark.parametrize(
    "name",
    [".", "..", "-", "_", "a.", "-a", "a b", "a/b", "ada@example.org", "a+b", "a\u200bb", "a\u202eb", "☃", ""],
)
def test_names_that_break_links_or_look_empty_are_refused(name):
    with pytest.raises(ValidationError, match="letters, digits"):
        clean_username(name)


@pytest.mark.parametrize("name", ["Adа", "аda", "сосо", "ѕсоре", "αda", "adaд"])
def test_letters_of_other_scripts_that_pass_for_latin_ones_are_refused(name):
    with pytest.raises(ValidationError, match="different scripts"):
        clean_username(name)


def test_full_width_letters_become_ordinary_ones():
    assert clean_username("Ａｄａ１") == "Ada1"


@pytest.mark.parametrize("name", ["admin", "Adm1n", "ANIREC", "r00t", "m0derator"])
def test_names_of_the_site_are_reserved(name):
    with pytest.raises(ValidationError, match="reserved"):
        clean_username(name)


@pytest.mark.parametrize("name", ["Mial", "mia1", "MIAI", "Ｍｉａｌ"])
def test_a_name_that_looks_like_another_members_is_taken(make_member, name):
    make_member("mial")
    with pytest.raises(ValidationError, match="looks like"):
        clean_username(name)


def test_the_rules_hold_at_sign_up(client):
    form = {"username": "..", "email": "new@example.org", "password1": "a long enough one"}
    assert client.post(reverse("account_signup"), form).status_code == 200
    client.post(reverse("account_signup"), {**form, "username": "Ａｄａ"})
    assert [one.username for one in User.objects.all()] == ["Ada"]


@pytest.mark.property
@given(st.text(max_size=20))
@example("..")
def test_an_accepted_name_is_the_same_when_cleaned_again_and_makes_a_link(name):
    try:
        cleaned = clean_username(name)
    except ValidationError:
        return
    assert clean_username(cleaned) == cleaned
    assert address_of("social:member", cleaned).count("/") == 3

"""Names of titles follow the browser of a visitor, and the setting of a member."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from catalog.posters.drawing import poster_version
from catalog.titles.names import name_for

pytestmark = pytest.mark.django_db
SWITCH = reverse("accounts:title_language")


@pytest.fixture
def attack(make_title):
    return make_title("Shingeki no Kyojin", name_english="Attack on Titan", name_native="進撃の巨人")


def heading(client, title, languages=None, query="") -> str:
    headers = {"accept-language": languages} if languages else {}
    content = client.get(title.get_absolute_url() + query, headers=headers).content.decode()
    return content.split("<h1", 1)[1].split("</h1>")[0].split(">", 1)[1].strip()


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        ("en-GB,en;q=0.9", "Attack on Titan"),
        ("de-DE,de;q=0.9,en;q=0.8", "Attack on Titan"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "Shingeki no Kyojin"),
        ("en;q=0.5,ja;q=0.9", "Shingeki no Kyojin"),
        ("!?", "Shingeki no Kyojin"),
        (None, "Shingeki no Kyojin"),
    ],
)
def test_a_visitors_browser_decides(client, attack, languages, name):
    assert heading(client, attack, languages) == name


def test_a_title_without_an_english_name_keeps_its_main_name(client, make_title):
    assert heading(client, make_title("Monster"), "en") == "Monster"


@pytest.mark.parametrize(
    ("chosen", "name"), [("romaji", "Shingeki no Kyojin"), ("english", "Attack on Titan"), ("native", "進撃の巨人")]
)
def test_a_visitor_can_choose(client, attack, chosen, name):
    response = client.post(SWITCH, {"title_language": chosen, "next": attack.get_absolute_url()})

    assert (response.status_code, response.url) == (302, attack.get_absolute_url())
    assert heading(client, attack, "en") == name


def test_the_switch_is_on_a_visitors_pages_and_says_what_is_chosen(client, own):
    content = client.get("/about/", headers={"accept-language": "en"}).content.decode()
    assert "Title language" not in content  # `own` logs this browser in
    client.logout()
    content = " ".join(client.get("/about/", headers={"accept-language": "en"}).content.decode().split())
    assert 'value="english" aria-pressed="true"' in content
    assert 'value="romaji" aria-pressed="false"' in content


def test_an_unknown_language_is_refused(client):
    response = client.post(SWITCH, {"title_language": "klingon"})

    assert (response.status_code, response.content) == (
        400, b"Unknown title language. Use one of: romaji, english, native.",
    )  # fmt: skip
    assert client.cookies == {}


def test_a_member_keeps_their_setting(own, member, attack):
    own.cookies["title_language"] = "native"

    assert heading(own, attack, "en") == "Shingeki no Kyojin"
    own.post(SWITCH, {"title_language": "english"})
    member.refresh_from_db()
    assert member.title_language == "english"
    assert heading(own, attack, "fr") == "Attack on Titan"


def test_a_new_member_sees_the_names_they_saw_as_a_visitor(client):
    data = {"email": "new@example.org", "username": "newcomer", "password1": "a-long-passphrase-7"}
    client.post(reverse("account_signup"), data, headers={"accept-language": "en"})

    assert User.objects.get(username="newcomer").title_language == "english"


def test_pages_in_several_languages_dont_mix(client, attack):
    names = [heading(client, attack, languages) for languages in ("en", "fr", "en", "fr")]

    assert names == ["Attack on Titan", "Shingeki no Kyojin"] * 2
    assert name_for(attack, None) == "Shingeki no Kyojin"  # after the request
    vary = client.get(attack.get_absolute_url()).headers["Vary"]
    assert {"Cookie", "Accept-Language"} <= set(vary.split(", "))


def test_cards_in_several_languages_dont_mix(client, attack):
    for languages, name in (("en", "Attack on Titan"), ("fr", "Shingeki no Kyojin"), ("en", "Attack on Titan")):
        content = client.get(reverse("catalog:browse"), headers={"accept-language": languages}).content.decode()
        assert f">{name}</a></h3>" in content


@pytest.mark.parametrize(
    ("languages", "lettered"), [("en", "Attack on Titan"), ("fr", "Shingeki no Kyojin"), (None, "Shingeki no Kyojin")]
)
def test_the_poster_is_lettered_in_the_same_language(client, attack, languages, lettered):
    headers = {"accept-language": languages} if languages else {}
    page = client.get(attack.get_absolute_url(), headers=headers).content.decode()
    source = next(part.split('"')[0] for part in page.split('src="')[1:] if part.startswith("/poster"))
    response = client.get(source.replace("&amp;", "&"))

    assert f'aria-label="{lettered}"' in response.content.decode()
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_posters_in_several_languages_have_their_own_addresses_and_versions(client, attack):
    versions = {poster_version(attack, language) for language in ("romaji", "english", "native")}

    assert len(versions) == 3
    path = reverse("catalog:poster", args=[attack.pk])
    stale = client.get(f"{path}?v={poster_version(attack)}&name=english")
    assert stale.headers["Cache-Control"] == "public, max-age=3600"

"""A search says which name it found, when that isn't the one that is shown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import TitleName
from catalog.search.index import index_titles
from catalog.search.keys import search_key
from catalog.search.matched import marked

ALSO = re.compile(r"also: (.*?)\s*</(?:small|p)>", re.DOTALL)
TYPING = {"HX-Request": "true", "HX-Target": "suggestions"}


@pytest.fixture
def attack(make_title):
    title = make_title("Shingeki no Kyojin", name_english="Attack on Titan", name_native="進撃の巨人")
    TitleName.objects.create(title=title, kind="synonym", text="<AoT> & Co", key=search_key("<AoT> & Co"))
    index_titles([title])
    return title


def also(client, query: str, languages: str = "en", headers: dict[str, str] | None = None) -> list[str]:
    headers = {"accept-language": languages} | (headers or {})
    response = client.get(reverse("catalog:search"), {"q": query}, headers=headers)
    return ALSO.findall(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, TYPING])
@pytest.mark.parametrize(
    ("query", "languages", "other"),
    [
        ("shingeki no kyojin", "en", "<mark>Shingeki</mark> <mark>no</mark> <mark>Kyojin</mark>"),
        ("shinge", "en", "<mark>Shingeki</mark> no Kyojin"),
        ("kyojin shing", "en", "<mark>Shingeki</mark> no <mark>Kyojin</mark>"),
        ("進撃", "en", "<mark>進撃</mark>の巨人"),
        ("shingeky", "en", "<mark>Shingeki</mark> no Kyojin"),
        ("attack", "fr", "<mark>Attack</mark> on Titan"),
        ("aot co", "en", "&lt;<mark>AoT</mark>&gt; &amp; <mark>Co</mark>"),
    ],
)
def test_the_matching_name_is_said_with_marks(client, attack, headers, query, languages, other):
    assert also(client, query, languages, headers) == [other]


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, TYPING])
@pytest.mark.parametrize(
    ("query", "languages"), [("attack on", "en"), ("titan", "en"), ("shingeki", "fr"), ("attak", "en")]
)
def test_the_shown_name_is_not_repeated(client, attack, headers, query, languages):
    response = client.get(reverse("catalog:search"), {"q": query}, headers={"accept-language": languages, **headers})

    assert response.content.decode().count(f'href="{attack.get_absolute_url()}"') >= 1
    assert also(client, query, languages, headers) == []


@pytest.mark.django_db
def test_all_names_are_read_at_once(client, attack, make_title, django_assert_max_num_queries):
    for n in range(4):
        index_titles([make_title(f"Attack {n}", name_english=f"Storm {n}")])
    client.get(reverse("catalog:search"), {"q": "attack"})
    with django_assert_max_num_queries(6):
        assert len(also(client, "attack")) == 4


@given(st.text(max_size=40), st.text(max_size=20))
def test_marks_never_change_the_text(text, query):
    plain = re.sub(r"</?mark>", "", marked(text, search_key(query)))

    assert unescape(plain) == text
    assert "<" not in plain

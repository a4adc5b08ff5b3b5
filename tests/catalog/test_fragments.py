"""Fragments are kept for a language and for the values they show."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation

from catalog.templatetags import fragments
from catalog.templatetags.fragments import fragment

HEAD = {"pk": 7, "address": "/titles/7/", "poster": "/posters/7.svg", "facts": "TV", "is_eager": False}


def test_other_values_are_another_fragment_and_are_escaped():
    fragments._rendered.cache_clear()
    one, same, other = (fragment("_card_head.html", name=name, **HEAD) for name in ("A & B", "A & B", "<b>"))

    assert (one is same, "A &amp; B" in one, "&lt;b&gt;" in other) == (True, True, True)
    assert fragments._rendered.cache_info().misses == 2


def test_each_language_has_its_own():
    said = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            said.append(fragment("_wrong_reason.html"))
    assert said == [
        "<summary>Wrong reason?</summary>",
        "<summary>Begründung passt nicht?</summary>",
        "<summary>Wrong reason?</summary>",
    ]


def test_sees_nothing_of_the_page():
    page = Template('{% load fragments %}{% fragment "_shortcuts.html" is_member=False %}')
    assert page.render(Context({"is_member": True})) == page.render(Context())

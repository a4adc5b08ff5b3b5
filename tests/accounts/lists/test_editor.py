"""The editor of a title's entry, which every title page has."""

import pytest
from django.template.loader import render_to_string

from accounts.lists.editor import editor

pytestmark = pytest.mark.django_db


def test_it_asks_for_the_entry_and_nothing_else(rf, member, make_title, make_entry, django_assert_num_queries):
    title, request = make_title(episodes=12), rf.get("/")
    make_entry(member, title, progress=3)
    request.user = member
    with django_assert_num_queries(1):
        template, context = editor(request, title)
        assert "3 / 12" in render_to_string(template, context, request=request)

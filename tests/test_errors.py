"""What the site says when something is wrong, and what it never lets a page do."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/titles/999999/",
        "/titles/99999999999999999999999/",
        "/posters/99999999999999999999999.svg",
        "/members/nobody/",
        "/members/%00/",
        "/members/..%2f/",
    ],
)
def test_what_is_not_there_is_said_in_the_sites_look(client, path):
    response = client.get(path)
    content = response.content.decode()
    assert (response.status_code, "Page not found" in content, 'class="brand"' in content) == (404, True, True)


@pytest.mark.parametrize("path", ["/titles/", "/search/", "/members/", "/titles/?tag=%00", "/about/"])
@pytest.mark.parametrize(
    "query", ["q=%00", "q=%F0%9F%98%80", "q=%ff", "page=9999999999999999999999", "status=%00&sort=%00"]
)
def test_no_query_breaks_a_page(client, path, query):
    assert client.get(path + ("&" if "?" in path else "?") + query).status_code == 200


def test_a_broken_page_needs_nothing_to_say_so():
    assert "Something went wrong on our side" in render_to_string("500.html")


def test_pages_may_load_and_run_only_what_is_the_sites_own(client):
    assert client.get("/").headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; report-uri /csp-reports/"
    )


@pytest.mark.parametrize("path", ["/", "/titles/", "/about/", "/accounts/login/", "/accounts/signup/"])
def test_no_script_or_style_stands_in_a_page(client, make_title, path):
    make_title()
    content = client.get(path).content.decode()
    assert [content.count(mark) for mark in ("<style", " style=", "<script>", " onclick=", "javascript:")] == [0] * 5

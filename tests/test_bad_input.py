"""Hostile input in URLs: every page responds normally or with a client error, and executes none of it."""

from __future__ import annotations

import re

import pytest

PAGES = [
    "/", "/for-you/", "/surprise/", "/rate/", "/titles/", "/titles/views/", "/search/", "/season/",
    "/season/2020/fall/",
    "/top/", "/calendar/", "/segments/", "/taste/", "/list/", "/list/hidden/", "/list/import/",
    "/favourites/", "/settings/profile/", "/lists/new/", "/members/member/lists/",
    "/list/own/", "/list/own/add/",
    "/members/", "/members/member/", "/members/member/own/", "/feed/", "/together/", "/plans/", "/notifications/",
    "/list/history/", "/list/next/",
    "/settings/push/", "/airing/missed/",
    "/settings/notifications/", "/followers/", "/blocked/", "/recommended/", "/suggestions/", "/settings/",
    "/settings/tokens/", "/settings/webhooks/", "/api/", "/offline/", "/api/v1/titles/", "/api/v1/my/list/",
    "/api/v1/my/recommendations/",
]  # fmt: skip
MORE = {
    "page",
    "medium",
    "week",
    "as",
    "service",
    "tag",
    "tag_any",
    "tag_not",
    "list",
    "season_from",
    "without_reason",
    "n",
    "with",
    "how",
    "niche",
    "cursor",
    "next",
}
SCRIPT = "\"'><script>alert(1)</script>"
BAD = ["", "\0", "a\0b", SCRIPT, "../../etc/passwd", "-1", "9" * 30, "1e400", "nan", "٣", "\U0001f4a5" * 50, "x" * 4000]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_to_nonsense_in_each_of_its_parameters(client, member, make_title, make_entry, path):
    make_entry(member, make_title(SCRIPT, season="fall"), tags=["cosy"], score=8)
    client.force_login(member)
    page = client.get(path).content.decode()
    names = sorted(MORE | set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', page)) - {"csrfmiddlewaretoken"})

    answers = [(value, client.get(path, dict.fromkeys(names, value))) for value in BAD]

    assert [
        (value, answer.status_code) for value, answer in answers if answer.status_code not in (200, 302, 400, 404)
    ] == []
    shown = [answer.content.decode() for _, answer in answers if "html" in answer.headers.get("Content-Type", "")]
    assert [content for content in shown if "<script>alert" in content] == []


@pytest.mark.parametrize(
    "path",
    [
     "/titles/{}/", "/titles/{}/similar/", "/titles/{}/reviews/", "/posters/{}.svg", "/list/{}/", "/reviews/{}/",
     "/activities/{}/", "/titles/{}/recommend/", "/recommended/{}/report/", "/lists/{}/",
     "/titles/{}/lists/", "/titles/{}/favourite/", "/titles/{}/airing/", "/titles/{}/people/",
     "/titles/{}/franchise/", "/titles/{}/trailer/", "/titles/{}/looks/", "/people/{}/", "/people/{}-haru/",
     "/list/import/{}/", "/season/{}/fall/", "/api/v1/titles/{}/", "/taste/{}/"],
)  # fmt: skip
@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_number_of_nothing_is_not_found(client, member, path, number):
    client.force_login(member)
    assert client.get(path.format(number)).status_code == 404


@pytest.mark.parametrize("name", ["%00", "..%2f..", "%3Cscript%3E", "x" * 300])
def test_a_name_of_nobody_is_not_found(client, name):
    answers = [client.get(f"/members/{name}/{page}").status_code for page in ("", "taste/", "reviews/")]
    assert answers == [404, 404, 404]

"""Headers that protect members, proxies that are believed, and reports of refused resources."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from django.urls import reverse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from accounts.entries.writing import limit_age
from accounts.tokens.issuing import issue_token
from anirec.api import throttling
from catalog.templatetags.titles import poster_url

pytestmark = pytest.mark.django_db
PERSONAL = ["/", "/list/", "/settings/", "/settings/tokens/", "/feed/", "/notifications/", "/titles/"]


@pytest.mark.parametrize("path", PERSONAL)
def test_pages_of_a_member_are_stored_nowhere(client, member, path):
    client.force_login(member)
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_neither_are_answers_to_tokens(api):
    assert api.get("/api/v1/my/settings/").headers["Cache-Control"].startswith("private")


def test_pages_of_visitors_may_be(client):
    assert "Cache-Control" not in client.get("/about/").headers


def test_a_page_asks_the_browser_for_nothing_it_does_not_need(client):
    headers = client.get("/about/").headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert client.get("/api/v1/titles/").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "unsafe" not in client.get("/api/docs/").headers["Content-Security-Policy"]


class TestReports:
    REPORT = {
        "violated-directive": "script-src",
        "blocked-uri": "https://evil.example/x?token=secret",
        "document-uri": "https://anirec.example/members/ada/?q=secret",
    }

    def send(self, body) -> int:
        return Client().post(reverse("csp_reports"), body, content_type="application/csp-report").status_code

    def test_are_logged_without_anything_of_the_member(self, caplog):
        with caplog.at_level(logging.WARNING, "anirec.security"):
            assert self.send(json.dumps({"csp-report": self.REPORT})) == 204
        assert json.loads(caplog.messages[0].partition(": ")[2]) == {
            "directive": "script-src",
            "blocked": "https://evil.example",
            "page": "members",
        }

    @pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"csp-report": 3}', "[" * 7000, b"\xff", "x" * 9000])
    def test_that_are_none_are_refused(self, body):
        assert self.send(body) == 400


class TestProxies:
    @pytest.fixture
    def address_of(self):
        """Return what a request's client address and scheme are behind the site's proxy middleware."""

        async def ask(peer: str, trusted: list[str], forwarded: str) -> tuple[str, str]:
            seen = {}

            async def site(scope, receive, send):
                seen.update(scope)

            headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
            scope = {"type": "http", "scheme": "http", "client": (peer, 1234), "headers": headers}
            await ApplicationCommunicator(ProxyHeadersMiddleware(site, trusted_hosts=trusted), scope).wait()
            return seen["client"][0], seen["scheme"]

        return async_to_sync(ask)

    def test_are_believed_only_if_the_owner_names_them(self, address_of):
        assert address_of("203.0.113.9", ["127.0.0.1"], "198.51.100.1") == ("203.0.113.9", "http")
        assert address_of("10.1.2.3", ["10.0.0.0/8"], "198.51.100.1") == ("198.51.100.1", "https")

    def test_an_address_that_the_caller_added_is_not_the_callers(self, address_of):
        assert address_of("10.1.2.3", ["10.0.0.0/8"], "6.6.6.6, 198.51.100.1, 10.9.9.9")[0] == "198.51.100.1"

    def test_the_site_is_behind_it(self):
        show = "from anirec.asgi import application; print(type(application).__name__)"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "anirec.settings", "SECRET_KEY": "x"}
        done = subprocess.run(
            [sys.executable, "-c", show], env=environment, cwd=Path(__file__).parents[2], capture_output=True
        )
        assert done.stdout.split()[-1:] == [b"ProxyHeadersMiddleware"]

    def test_the_limit_of_visitors_counts_real_addresses(self, monkeypatch):
        monkeypatch.setattr(throttling, "rates", lambda: {"anon": "3/min", "user": "3/min"})
        addresses = [f"198.51.100.{n}" for n in range(5)]
        forwarded = [{"X-Forwarded-For": address} for address in addresses]
        statuses = [Client().get("/api/v1/titles/", headers=headers).status_code for headers in forwarded]
        assert statuses == [200, 200, 200, 429, 429]


class TestPosters:
    def test_of_titles_above_the_age_limit_are_not_found(self, client, member, make_title):
        shown, hidden = make_title(age_rating="g"), make_title(age_rating="r_17")
        limit_age(member, "pg")
        client.force_login(member)
        responses = [client.get(poster_url(title)) for title in (shown, hidden)]
        assert [response.status_code for response in responses] == [200, 404]
        assert responses[0].headers["Cache-Control"].startswith("private")

    def test_are_the_same_for_every_visitor(self, client, make_title):
        response = client.get(poster_url(make_title()))
        assert response.headers["Cache-Control"].startswith("public")
        assert "Cookie" not in response.headers.get("Vary", "")


def test_a_token_is_no_session(client, member):
    key = issue_token(member, "x", ["read:list"])[1]
    assert client.get("/settings/", headers={"Authorization": f"Bearer {key}"}).status_code == 302


def test_the_owner_can_hold_staff_to_two_factors(client, make_member, settings):
    settings.STAFF_TWO_FACTOR = True
    client.force_login(make_member("boss", is_staff=True, is_superuser=True))
    for path in ("/admin/", "/staff/"):
        response = client.get(path)
        assert (response.status_code, response.url) == (302, reverse("mfa_index"))
    assert client.get("/list/").status_code == 200

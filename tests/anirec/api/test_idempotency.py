"""API writes: idempotency, size and rate limits, and token scopes."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.test import APIClient

from accounts.entries import writing as lists
from accounts.models import AccessToken, StoredResponse
from accounts.tokens.issuing import digest_of, issue_token
from accounts.tokens.scopes import scopes
from anirec.api import idempotency
from anirec.api import throttling as limits

MY_LIST = "/api/v1/my/list/"


def with_token(member, *scopes: str, **fields) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(member, 'x', scopes, **fields)[1]}")
    return client


def api_views() -> dict[str, type]:
    """Return URL → view of all REST framework views in version 1."""
    found, waiting = {}, list(get_resolver("anirec.api.urls").url_patterns)
    while waiting:
        pattern = waiting.pop()
        if hasattr(pattern, "url_patterns"):
            waiting += pattern.url_patterns
        elif hasattr(pattern.callback, "cls") and "cls" in vars(pattern.callback) and "v1" not in str(pattern.pattern):
            found[str(pattern.pattern)] = pattern.callback.cls
    return {address: view for address, view in found.items() if address not in ("schema/", "docs/")}


class TestTokens:
    def test_only_a_hash_is_kept(self, member):
        token, key = issue_token(member, "Script", ["read:list"])
        assert re.fullmatch(r"anirec_[\w-]{43}", key)
        assert (token.digest, key in str(AccessToken.objects.values().get())) == (digest_of(key), False)

    def test_a_scope_is_asked_for_by_name(self, member):
        answer = with_token(member, "read:list").put(f"{MY_LIST}1/", {}, format="json")
        assert (answer.status_code, answer.json()["detail"]) == (403, "Token lacks the scope write:list.")

    @pytest.mark.parametrize("address", ["/api/v1/titles/?list=on", "/api/v1/calendar/?mine=yes"])
    def test_what_is_on_the_list_is_told_by_no_filter_either(self, member, address):
        assert with_token(member, "read:social").get(address).status_code == 403
        assert with_token(member, "read:list").get(address).status_code == 200

    def test_a_token_ends(self, member):
        ended = with_token(member, "read:list", expires_at=timezone.now() - timedelta(seconds=1))
        assert ended.get(MY_LIST).status_code == 401

    def test_a_suspended_members_token_opens_nothing(self, member, api):
        member.is_active = False
        member.save()
        assert api.get(MY_LIST).status_code == 401

    def test_its_use_is_written_once_a_day(self, api, django_assert_num_queries):
        api.get("/api/v1/token/")
        with django_assert_num_queries(1):  # the token with its member
            shown = api.get("/api/v1/token/").json()
        assert shown["last_used_on"] == str(timezone.now().date())
        assert shown["scopes"] == list(scopes())

    def test_it_can_revoke_itself(self, api):
        assert [api.delete("/api/v1/token/").status_code, api.get("/api/v1/token/").status_code] == [204, 401]

    def test_every_endpoint_for_members_names_scopes_that_there_are(self):
        named, unnamed = set(), []
        for address, view in api_views().items():
            needed = {getattr(view, name, "") for name in ("read_scope", "write_scope")} - {""}
            named |= needed
            if not needed and IsAuthenticated in view.permission_classes and address != "token/":
                unnamed.append(address)
        assert unnamed == []
        assert named <= set(scopes())


class TestIdempotency:
    def put(self, api, title, score=9, key="one"):
        address = f"{MY_LIST}{title.pk}/"
        return api.put(address, {"score": score}, format="json", headers={"Idempotency-Key": key})

    def test_what_is_sent_again_is_answered_again_and_not_done_again(self, api, member, make_title):
        title = make_title()
        first = self.put(api, title)
        lists.remove_entry(member, title)
        again = self.put(api, title)
        assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), first["ETag"])
        assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
        assert member.entries.count() == 0

    def test_a_key_belongs_to_one_request(self, api, make_title):
        title = make_title()
        self.put(api, title)
        other = self.put(api, title, score=3)
        assert (other.status_code, other["Content-Type"]) == (422, "application/problem+json")

    def test_what_was_wrong_is_tried_again(self, api, member, make_title):
        title = make_title()
        assert [self.put(api, title, score=11).status_code, self.put(api, title, score=10).status_code] == [400, 200]
        assert StoredResponse.objects.count() == 1

    def test_a_key_is_one_callers_own(self, api, member, make_member, make_title):
        title, other = make_title(), make_member("other")
        self.put(api, title)
        assert self.put(with_token(other, "write:list"), title, score=2).json()["score"] == 2
        assert self.put(with_token(member), title).status_code == 403

    def test_a_method_that_is_not_offered_is_still_none(self, api, make_title):
        self.put(api, make_title())
        answer = api.put("/api/v1/my/list/bulk/", {"rows": []}, format="json", headers={"Idempotency-Key": "one"})
        assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")

    def test_answers_are_kept_for_a_day(self, api, member, make_title):
        title = make_title()
        self.put(api, title)
        StoredResponse.objects.update(created_at=timezone.now() - timedelta(hours=25))
        assert self.put(api, title, score=4).json()["score"] == 4
        StoredResponse.objects.update(created_at=timezone.now() - timedelta(hours=25))
        assert (StoredResponse.forget_old(), StoredResponse.objects.count()) == (1, 0)

    @pytest.mark.parametrize("key", ["x" * 256, "ümläut\x7f", ""])
    def test_a_key_has_a_shape(self, api, make_title, key):
        assert self.put(api, make_title(), key=key).status_code == 400

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_told_to_wait(self, api, make_title):
        title = make_title()
        token = AccessToken.objects.get()
        entered, leave = threading.Event(), threading.Event()

        def hold():
            from django.db import transaction

            with transaction.atomic():
                idempotency._lock((token.user, f"token:{token.pk}"), "one")
                entered.set()
                leave.wait(10)
            connection.close()

        other = threading.Thread(target=hold)
        other.start()
        entered.wait(10)
        answer = self.put(api, title)
        leave.set()
        other.join()
        assert (answer.status_code, self.put(api, title).status_code) == (409, 200)


class TestConditions:
    def test_what_is_unchanged_is_not_sent_again(self, api, member, make_entry):
        make_entry(member)
        first = api.get(MY_LIST)
        again = api.get(MY_LIST, headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert {"Authorization", "Cookie"} <= set(first["Vary"].replace(" ", "").split(","))

    def test_an_entry_that_was_changed_meanwhile_is_not_overwritten(self, api, member, make_entry):
        address = f"{MY_LIST}{make_entry(member, score=5).title_id}/"
        seen = api.get(address)["ETag"]
        changed = api.patch(address, {"score": 6}, format="json", headers={"If-Match": seen})
        late = api.patch(address, {"score": 1}, format="json", headers={"If-Match": seen})
        gone = api.delete(address, headers={"If-Match": seen})
        assert (changed.status_code, late.status_code, gone.status_code) == (200, 412, 412)
        assert api.get(address)["ETag"] == changed["ETag"]
        assert api.get(address).json()["score"] == 6

    def test_an_entry_is_made_only_if_there_is_none(self, api, make_title):
        address, once = f"{MY_LIST}{make_title().pk}/", {"If-None-Match": "*"}
        answers = [api.put(address, {"score": 9}, format="json", headers=once).status_code for _ in range(2)]
        assert answers == [200, 412]
        assert api.put(address, {}, format="json", headers={"If-Match": "*"}).status_code == 200


class TestLimits:
    def test_each_answer_says_what_is_left(self, api, member, settings):
        settings.REST_FRAMEWORK = {
            **settings.REST_FRAMEWORK,
            "DEFAULT_THROTTLE_RATES": {"user": "2/min", "anon": "1/min"},
        }
        answers = [api.get(MY_LIST) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [re.match(r'"default";r=(\d);t=\d+$', answer["RateLimit"])[1] for answer in answers] == ["1", "0", "0"]
        assert answers[0]["RateLimit-Policy"] == '"default";q=2;w=60'
        assert int(answers[2]["Retry-After"]) in range(1, 61)
        assert with_token(member, "read:list").get(MY_LIST).status_code == 200  # another token has its own limit

    def test_a_caller_is_counted_in_one_place(self):
        assert limits._rate("600/min") == (600, 60)


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ("[" * 100_000, "The JSON is nested too deeply."),
            ('{"notes": "\\ud800"}', "The JSON contains an unpaired surrogate. Send valid Unicode."),
        ],
    )
    def test_what_cannot_be_read_is_said(self, api, make_title, body, detail):
        answer = api.put(f"{MY_LIST}{make_title().pk}/", body, content_type="application/json")
        assert (answer.status_code, answer.json()["detail"]) == (400, detail)

    def test_a_body_has_a_size(self, api, make_title):
        answer = api.put(f"{MY_LIST}{make_title().pk}/", " " * 3_000_000, content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")

    @pytest.mark.django_db
    def test_other_sites_may_ask_but_never_with_a_session(self):
        answer = APIClient().get("/api/v1/titles/", headers={"Origin": "https://widget.example"})
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "Access-Control-Allow-Origin" not in APIClient().get("/about/", headers={"Origin": "https://a.example"})

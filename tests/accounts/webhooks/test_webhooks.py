"""Webhooks: one signed delivery per event, retries, giving up, and never into our own network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.entries import writing as lists
from accounts.events import events, publish
from accounts.models import Delivery, Webhook
from accounts.webhooks import announcing, registration
from accounts.webhooks import delivering as webhooks
from accounts.webhooks.sending import WebhookError, post
from anirec.lib.web.guard import is_public
from social.people.relations import follow
from social.reviews.writing import write_review
from social.tips.recommending import recommend
from tests.conftest import confirm_password

WEBHOOKS = "/api/v1/my/webhooks/"
State = Delivery.State


class Receiver(HTTPServer):
    """A receiver that records its requests and responds with `status`, and a Location for redirects."""

    status, got = 204, []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://example.org/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    server = Receiver(("127.0.0.1", 0), _Handler)
    server.got = []
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook(member, receiver) -> Webhook:
    return registration.register_webhook(member, f"http://127.0.0.1:{receiver.server_port}/in?x=1", list(events()))


def waiting() -> Delivery:
    return Delivery.objects.get(state=State.WAITING)


def try_now(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(next_try_at=timezone.now())
    webhooks.deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


class TestMessages:
    def test_a_message_can_be_checked_by_anybody_with_the_secret(self, webhook, receiver):
        delivery = try_now(announcing.send_test(webhook))
        ((path, headers, body),) = receiver.got
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert (path, headers["webhook-signature"], headers["webhook-id"]) == ("/in?x=1", expected, delivery.message_id)
        assert json.loads(body)["type"] == "test"
        assert (delivery.state, delivery.status) == (State.DONE, 204)

    def test_many_changes_are_one_message(self, webhook, member, make_title, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(3):
                lists.set_score(member, make_title(), 8)
        assert json.loads(waiting().body) == {**json.loads(waiting().body), "type": "list.changed", "data": {}}

    def test_only_those_are_told_who_want_it(self, webhook, make_member):
        Webhook.objects.update(events=["review.created"])
        publish(webhook.user_id, "list.changed", {})
        publish(make_member().pk, "review.created", {})
        assert Delivery.objects.count() == 0

    def test_a_review_is_told_by_its_ids(self, webhook, member, make_title):
        title = make_title(medium="manga")
        write_review(
            member, title, "It takes its time, and that is what it is about: nobody is who they seem to be here."
        )
        told = json.loads(waiting().body)
        told["data"].pop("review_id")
        assert (told["type"], told["data"]) == ("review.created", {"title_id": title.pk, "medium": "manga"})

    def test_a_recommended_title_is_told_by_its_ids_to_who_may_see_it(self, webhook, member, make_member, make_title):
        friend, title = make_member(), make_title()
        follow(member, friend)
        tip = recommend(friend, member, title, "Watch this!")
        recommend(friend, member, make_title(is_adult=True))
        told = json.loads(waiting().body)
        data = {"tip_id": tip.pk, "title_id": title.pk, "medium": "anime"}
        assert (told["type"], told["data"]) == ("title.recommended", data)

    def test_what_arrived_is_not_sent_again(self, webhook, receiver):
        delivery = try_now(announcing.send_test(webhook))
        webhooks.deliver(delivery.pk)
        assert len(receiver.got) == 1


class TestFailures:
    def test_it_is_tried_again_later_and_later_and_given_up_after_a_day(self, webhook, receiver):
        receiver.status = 500
        publish(webhook.user_id, "review.created", {})
        delivery, pauses = waiting(), []
        while try_now(delivery).state == State.WAITING:
            pauses.append(delivery.next_try_at - delivery.tried_at)
            Delivery.objects.update(created_at=delivery.created_at - pauses[-1])
            delivery.refresh_from_db()
        assert (delivery.state, delivery.status, delivery.next_try_at) == (State.FAILED, 500, None)
        assert pauses[:4] == sorted(pauses[:4])
        assert timedelta(seconds=24) <= pauses[0] <= timedelta(seconds=36)
        assert timedelta(hours=16) < sum(pauses, timedelta()) <= timedelta(hours=24)

    @pytest.mark.parametrize("status", [302, 404, 500])
    def test_only_success_is_success(self, webhook, receiver, status):
        receiver.status = status
        publish(webhook.user_id, "review.created", {})
        delivery = try_now(waiting())
        assert (delivery.state, delivery.status, len(receiver.got)) == (State.WAITING, status, 1)

    def test_a_receiver_that_is_gone_is_asked_no_more_and_the_member_told(self, webhook, receiver, mailoutbox):
        receiver.status = 410
        publish(webhook.user_id, "review.created", {})
        assert try_now(waiting()).state == State.FAILED
        webhook.refresh_from_db()
        publish(webhook.user_id, "review.created", {})
        assert (webhook.disabled_at is not None, Delivery.objects.count()) == (True, 1)
        assert [(mail.to, webhook.url in mail.body) for mail in mailoutbox] == [([webhook.user.email], True)]
        registration.enable_webhook(webhook)
        publish(webhook.user_id, "review.created", {})
        assert Delivery.objects.count() == 2

    def test_nobody_there_is_said(self, webhook, receiver):
        Webhook.objects.update(url="http://127.0.0.1:1/")
        publish(webhook.user_id, "review.created", {})
        assert "refused" in try_now(waiting()).remark

    def test_what_is_due_is_found_and_what_is_old_forgotten(self, webhook):
        publish(webhook.user_id, "review.created", {})
        assert webhooks.due_deliveries() == []
        Delivery.objects.update(next_try_at=timezone.now())
        assert webhooks.due_deliveries() == [waiting().pk]
        Delivery.objects.update(state=State.DONE, created_at=timezone.now() - timedelta(days=31))
        assert (webhooks.forget_old_deliveries(), Delivery.objects.count()) == (1, 0)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.org/", "https://", "ftp://example.org/", "https://user:word@example.org/", "x",
            "https://example.org/#part", "https://exämple.org/", "https://example.org:99999/", "https://[::1/",
            "https://example.org/\r\nHost: x", "https://example.org/a b", "", "https://example.org/" + "x" * 500,
        ],
    )  # fmt: skip
    def test_what_is_no_address_is_refused(self, member, url):
        with pytest.raises(ValidationError) as error:
            registration.register_webhook(member, url, ["list.changed"])
        assert list(error.value.message_dict) == ["url"]

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0",
                 "[fd00::1]", "[64:ff9b::7f00:1]", "2130706433", "224.0.0.1", "100.64.0.1"],
    )  # fmt: skip
    def test_nothing_is_sent_into_our_own_network(self, host):
        with pytest.raises(WebhookError) as error:
            post(f"https://{host}/", b"{}", {})
        assert "isn’t public" in str(error.value)

    def test_one_private_address_of_a_name_is_enough(self, monkeypatch):
        found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
        with pytest.raises(WebhookError, match="isn’t public"):
            post("https://example.org/", b"{}", {})

    def test_a_public_address_is_one(self):
        public = ("93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e")
        assert [address for address in public if not is_public(address)] == []

    @pytest.mark.parametrize(
        "address",
        ["64:ff9b:1::7f00:1", "64:ff9b:1::5db8:d70e", "fec0::1", "::127.0.0.1", "::ffff:10.0.0.1",
         "::ffff:0:127.0.0.1",
         "::ffff:0:10.1.2.3", "5f00::1", "192.0.0.1", "192.0.0.170", "192.88.99.1",
         "2002:7f00:1::", "100::1", "3fff::1"],
    )  # fmt: skip
    def test_a_private_one_in_disguise_is_none(self, address):
        assert not is_public(address)


class TestApiAndPage:
    def test_a_webhook_is_made_seen_tested_and_deleted(self, api, member, receiver):
        url = f"http://127.0.0.1:{receiver.server_port}/"
        made = api.post(WEBHOOKS, {"url": url, "events": ["list.changed"]}, format="json").json()
        (listed,) = api.get(WEBHOOKS).json()["results"]
        address = f"{WEBHOOKS}{made['id']}/"
        sent = api.post(f"{address}test/").json()
        assert (made["secret"][:6], "secret" in listed, sent["state"]) == ("whsec_", False, "waiting")
        assert [row["event"] for row in api.get(f"{address}deliveries/").json()["results"]] == ["test"]
        assert (api.delete(address).status_code, api.get(address).status_code) == (204, 404)

    def test_it_is_ones_own(self, api, make_member, receiver):
        theirs = registration.register_webhook(
            make_member(), f"http://127.0.0.1:{receiver.server_port}/", ["list.changed"]
        )
        address = f"{WEBHOOKS}{theirs.pk}/"
        answers = [api.get(address), api.delete(address), api.post(f"{address}test/"), api.get(f"{address}deliveries/")]
        assert [answer.status_code for answer in answers] == [404] * 4

    def test_the_page_shows_the_secret_once(self, client, member, receiver):
        client.force_login(member)
        confirm_password(client)
        url = f"http://127.0.0.1:{receiver.server_port}/"
        shown = client.post("/settings/webhooks/", {"url": url, "events": ["list.changed"]}).content.decode()
        webhook = Webhook.objects.get()
        assert (webhook.secret in shown, webhook.secret in client.get("/settings/webhooks/").content.decode()) == (
            True,
            False,
        )
        refused = client.post("/settings/webhooks/", {"url": "https://a b", "events": ["list.changed"]})
        assert (refused.status_code, "without spaces" in refused.content.decode()) == (422, True)
        client.post(f"/settings/webhooks/{webhook.pk}/", {"action": "delete"})
        assert Webhook.objects.count() == 0

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_page_takes_the_same_queries_for_any_number(
        self, client, member, receiver, n, django_assert_num_queries
    ):
        client.force_login(member)
        for _ in range(n):
            announcing.send_test(registration.register_webhook(member, "http://127.0.0.1:9/", ["list.changed"]))
        with django_assert_num_queries(4):  # session, member, webhooks, deliveries
            client.get("/settings/webhooks/")

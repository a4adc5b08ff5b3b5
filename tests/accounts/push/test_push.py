"""Push notifications: encrypted for one browser, signed by the site, sent to known services only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from py_vapid import Vapid02

from accounts.models import PushKey, PushMessage, PushSubscription
from accounts.push import delivering, sending
from accounts.push.keys import Signatures, public_key
from accounts.push.queueing import Push, queue
from accounts.push.subscribing import MOST, allowed_endpoint, subscribe
from accounts.security.access import end_access, end_sessions
from accounts.settings.deletion import delete_account
from tests.push import Browser

pytestmark = pytest.mark.django_db
FCM = "https://fcm.googleapis.com/fcm/send/abc"


def send(member, text="Hello", **fields) -> int:
    queue([Push(member.pk, text, "/notifications/", "news", **fields)])
    return delivering.deliver()


class TestDelivery:
    def test_the_browser_alone_reads_the_message(self, member, turn_on, push_service):
        browser, _device = turn_on(member)
        assert send(member, "Frieren, Folge 5, läuft um 16:00") == 1
        assert browser.messages(push_service) == [
            {"title": "anirec", "body": "Frieren, Folge 5, läuft um 16:00", "path": "/notifications/", "tag": "news"}
        ]
        with pytest.raises(Exception, match="Decryption error"):
            Browser("elsewhere").read(push_service.got[0].body)

    def test_the_request_is_signed_with_the_sites_key_for_this_service(self, member, turn_on, push_service):
        turn_on(member)
        send(member)
        headers = push_service.got[0].headers
        assert Vapid02.verify(headers["Authorization"])
        assert headers["Authorization"].endswith(f"k={public_key()}")
        assert (headers["Content-Encoding"], 86_300 < int(headers["TTL"]) <= 86_400) == ("aes128gcm", True)

    def test_a_signature_serves_for_many_messages_and_less_than_a_day(self):
        signatures = Signatures()
        first = signatures.header("https://fcm.googleapis.com")
        assert signatures.header("https://fcm.googleapis.com") == first
        assert signatures.header("https://web.push.apple.com") != first

    def test_the_key_is_made_once(self):
        assert public_key() == public_key()
        assert PushKey.objects.count() == 1

    def test_every_browser_of_the_member_gets_it_once(self, member, make_member, turn_on, push_service):
        mine, others = [turn_on(member)[0] for _ in range(2)], turn_on(make_member())[0]
        assert send(member) == 2
        assert delivering.deliver() == 0
        assert [len(browser.messages(push_service)) for browser in (*mine, others)] == [1, 1, 0]

    def test_many_messages_share_connections(self, member, turn_on, push_service):
        turn_on(member)
        queue([Push(member.pk, str(number), "/", str(number)) for number in range(120)])
        assert delivering.deliver() == 120
        assert push_service.n_connections == 3

    def test_a_connection_that_the_service_closes_is_opened_again(self, member, turn_on, push_service):
        turn_on(member)
        push_service.headers = {"Connection": "close"}
        queue([Push(member.pk, str(number), "/", str(number)) for number in range(3)])
        assert (delivering.deliver(), push_service.n_connections) == (3, 3)

    def test_a_success_is_dated(self, member, turn_on):
        _browser, device = turn_on(member)
        send(member)
        device.refresh_from_db()
        assert timezone.now() - device.last_success_at < timedelta(minutes=1)

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(self, member, turn_on, n, django_assert_num_queries):
        for _ in range(n):
            turn_on(member)
        public_key()
        with django_assert_num_queries(15):
            send(member)


class TestFailures:
    @pytest.mark.parametrize("status", [404, 410])
    def test_a_browser_that_has_unsubscribed_is_forgotten(self, member, turn_on, push_service, status):
        turn_on(member)
        push_service.status = status
        send(member)
        assert (PushSubscription.objects.count(), PushMessage.objects.count()) == (0, 0)

    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_a_service_in_trouble_is_tried_again_later(self, member, turn_on, push_service, status):
        turn_on(member)
        push_service.status = status
        assert (send(member), delivering.deliver()) == (0, 0)
        assert len(push_service.got) == 1
        push_service.status = 201
        PushMessage.objects.update(next_try_at=timezone.now())
        assert delivering.deliver() == 1
        assert PushSubscription.objects.count() == 1

    def test_too_many_requests_stop_the_rest_for_as_long_as_the_service_says(self, member, turn_on, push_service):
        turn_on(member)
        push_service.status, push_service.headers = 429, {"Retry-After": "1800"}
        queue([Push(member.pk, str(number), "/", str(number)) for number in range(3)])
        delivering.deliver()
        assert len(push_service.got) == 1
        waits = [one.next_try_at - timezone.now() for one in PushMessage.objects.all()]
        assert [timedelta(minutes=29) < wait <= timedelta(minutes=30) for wait in waits] == [True] * 3

    @pytest.mark.parametrize("status", [400, 403, 413])
    def test_a_message_that_is_refused_for_good_is_dropped_and_the_browser_kept(
        self, member, turn_on, push_service, status
    ):
        turn_on(member)
        push_service.status = status
        send(member)
        assert (PushSubscription.objects.count(), PushMessage.objects.count()) == (1, 0)

    def test_a_service_that_cant_be_reached_is_tried_a_limited_number_of_times(self, member, turn_on, push_service):
        turn_on(member)
        push_service.shutdown()
        push_service.server_close()
        send(member)
        for _ in range(delivering.MOST_TRIES):
            PushMessage.objects.update(next_try_at=timezone.now())
            delivering.deliver()
        assert (PushSubscription.objects.count(), PushMessage.objects.count()) == (1, 0)

    def test_a_message_that_is_out_of_date_isnt_sent(self, member, turn_on, push_service):
        turn_on(member)
        assert send(member, expires_at=timezone.now()) == 0
        assert (push_service.got, PushMessage.objects.count()) == ([], 0)

    def test_a_redirect_isnt_followed(self, member, turn_on, push_service):
        turn_on(member)
        push_service.status, push_service.headers = 307, {"Location": f"{push_service.url}/elsewhere"}
        assert (send(member), len(push_service.got)) == (0, 1)

    def test_a_service_that_isnt_allowed_any_more_gets_nothing(self, member, turn_on, push_service, settings):
        turn_on(member)
        settings.PUSH_TEST_ORIGIN = ""
        assert (send(member), push_service.got, PushSubscription.objects.count()) == (0, [], 0)


class TestEndpoints:
    @pytest.mark.parametrize(
        "endpoint",
        [FCM, "https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/Q",
         "https://wns2-par02p.notify.windows.com/w/?token=a%3d"],
    )  # fmt: skip
    def test_of_browsers_makers_are_accepted(self, endpoint):
        assert allowed_endpoint(endpoint)

    @pytest.mark.parametrize(
        "endpoint",
        ["http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com.evil.org/x",
         "https://evilnotify.windows.com/x", "https://127.0.0.1/x", "https://a@fcm.googleapis.com/x", "",
         "https://fcm.googleapis.com/x y", "https://[::1", "ftp://web.push.apple.com/"],
    )  # fmt: skip
    def test_of_anybody_else_are_refused(self, member, endpoint):
        assert allowed_endpoint(endpoint) is None
        with pytest.raises(ValidationError, match="Unknown push service"):
            subscribe(member, endpoint, **Browser("").keys, name="x")

    @pytest.mark.parametrize("keys", [{"p256dh": "BAAA"}, {"p256dh": "!"}, {"auth": "AAAA"}, {"auth": "ä"}])
    def test_with_invalid_keys_are_refused(self, member, keys):
        with pytest.raises(ValidationError, match="Invalid key"):
            subscribe(member, FCM, **{**Browser("").keys, **keys}, name="x")

    def test_of_a_browser_that_another_member_used_before_change_hands(self, member, make_member, turn_on):
        browser, _device = turn_on(make_member())
        subscribe(member, browser.endpoint, **browser.keys, name="x")
        assert [device.user for device in PushSubscription.objects.all()] == [member]

    def test_are_limited_in_number(self, member, turn_on):
        for _ in range(MOST):
            turn_on(member)
        with pytest.raises(ValidationError, match="up to 20 devices"):
            turn_on(member)


class TestPage:
    def test_turns_this_browser_on_and_lists_tests_and_removes_it(self, client, member, new_browser, push_service):
        client.force_login(member)
        browser, url = new_browser(), reverse("accounts:push")
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        answer = client.post(url, {"endpoint": browser.endpoint, **browser.keys}, headers={"user-agent": agent})
        assert answer.status_code == 302
        content = client.get(url).content.decode()
        assert ["Firefox on Linux" in content, content.count("badge good")] == [True, 1]
        act = reverse("accounts:push_act", args=[PushSubscription.objects.get().pk])
        client.post(act, {"action": "test"})
        delivering.deliver()
        assert [one["body"] for one in browser.messages(push_service)] == ["Notifications work on this device."]
        client.post(act, {"action": "remove"})
        assert not PushSubscription.objects.exists()

    def test_says_what_is_wrong_with_a_subscription(self, client, member):
        client.force_login(member)
        answer = client.post(reverse("accounts:push"), {"endpoint": "https://127.0.0.1/", **Browser("").keys})
        assert (answer.status_code, "Unknown push service" in answer.content.decode()) == (422, True)

    def test_anothers_device_is_not_found(self, client, member, make_member, turn_on):
        _browser, device = turn_on(make_member())
        client.force_login(member)
        assert client.post(reverse("accounts:push_act", args=[device.pk]), {"action": "remove"}).status_code == 404


class TestEnd:
    def subscribed(self, client, member, new_browser):
        client.post(reverse("account_login"), {"login": member.username, "password": "correct horse"})
        browser = new_browser()
        client.post(reverse("accounts:push"), {"endpoint": browser.endpoint, **browser.keys})
        assert PushSubscription.objects.count() == 1

    def test_logging_out_ends_it_in_this_browser_alone(
        self, client, member, new_browser, turn_on, django_capture_on_commit_callbacks
    ):
        turn_on(member, name="Another")
        client.post(reverse("account_login"), {"login": member.username, "password": "correct horse"})
        browser = new_browser()
        client.post(reverse("accounts:push"), {"endpoint": browser.endpoint, **browser.keys})
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("account_logout"))
        assert [device.name for device in PushSubscription.objects.all()] == ["Another"]

    def test_being_logged_out_from_elsewhere_ends_it(
        self, client, member, new_browser, django_capture_on_commit_callbacks
    ):
        self.subscribed(client, member, new_browser)
        with django_capture_on_commit_callbacks(execute=True):
            end_sessions(member)
        assert not PushSubscription.objects.exists()

    def test_ending_all_access_and_deleting_the_account_end_it(self, make_member, turn_on):
        ada, bob = make_member("ada"), make_member("bob")
        for member in (ada, bob):
            turn_on(member)
        end_access(ada)
        assert [device.user for device in PushSubscription.objects.all()] == [bob]
        delete_account(bob)
        assert not PushSubscription.objects.exists()

    def test_the_members_data_names_devices_without_their_keys(self, client, member, turn_on):
        _browser, device = turn_on(member)
        client.force_login(member)
        client.post("/accounts/reauthenticate/", {"password": "correct horse"})
        content = b"".join(client.get(reverse("accounts:personal_data")).streaming_content).decode()
        assert "Firefox on Linux" in content
        assert [secret for secret in (device.endpoint, device.auth, device.p256dh) if secret in content] == []


def test_the_api_subscribes_lists_tests_and_removes(api, new_browser, push_service):
    browser = new_browser()
    assert api.get("/api/v1/my/push/key/").json() == {"key": public_key()}
    wanted = {"endpoint": browser.endpoint, **browser.keys, "name": "My app"}
    device = api.post("/api/v1/my/push/", wanted, format="json").json()
    assert [one["name"] for one in api.get("/api/v1/my/push/").json()["results"]] == ["My app"]
    assert api.post(f"/api/v1/my/push/{device['id']}/test/").status_code == 202
    assert (delivering.deliver(), len(browser.messages(push_service))) == (1, 1)
    assert api.delete(f"/api/v1/my/push/{device['id']}/").status_code == 204
    assert api.post("/api/v1/my/push/", {**wanted, "endpoint": "https://10.0.0.1/"}, format="json").status_code == 422


def test_connections_are_served_at_once():
    assert sending.CONNECTIONS * sending.CHUNK >= delivering.BATCH

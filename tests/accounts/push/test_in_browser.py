"""Push notifications in a browser: what the service worker shows, and the page that turns them on."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
PAYLOAD = {"title": "anirec", "body": "Frieren, Folge 5: läuft um 16:00", "path": "/calendar/", "tag": "a"}
SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def deliver(page, origin: str, data: str) -> None:
    """Hand a message to the service worker as the browser does that has received and decrypted it."""
    session = page.context.new_cdp_session(page)
    versions = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: versions.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    registration = next(one for one in versions if one["scopeURL"].startswith(origin))
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration["registrationId"], "data": data},
    )


def shown(page) -> list[dict]:
    page.wait_for_function(f"async () => (await ({SHOWN})()).length > 0")
    return page.evaluate(SHOWN)


def test_the_service_worker_shows_a_message(page, live_server):
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto(live_server.url + "/about/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    deliver(page, live_server.url, json.dumps(PAYLOAD))
    assert shown(page) == [{"title": "anirec", "body": PAYLOAD["body"], "tag": "a", "data": {"path": "/calendar/"}}]


def test_a_message_of_another_kind_leads_to_the_notifications(page, live_server):
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto(live_server.url + "/about/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    deliver(page, live_server.url, "no JSON")
    assert [one["data"]["path"] for one in shown(page)] == ["/notifications/"]


def test_the_browsers_zone_is_offered_until_it_is_taken_or_declined(browser, live_server, member):
    context = browser.new_context(timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.goto(live_server.url + "/accounts/login/")
    page.fill("[name=login]", "member")
    page.fill("[name=password]", "correct horse")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(live_server.url + "/calendar/")
    offer = page.locator("#zone-offer")
    assert "Asia/Tokyo" in offer.inner_text()
    offer.get_by_role("button", name="Keep UTC").click()
    page.reload()
    assert not offer.is_visible()
    page.evaluate("localStorage.clear()")
    page.reload()
    offer.get_by_role("button", name="Use my browser’s").click()
    page.get_by_text("Time zone changed: Asia/Tokyo").wait_for()
    assert not offer.is_visible()
    member.refresh_from_db()
    assert member.time_zone == "Asia/Tokyo"
    context.close()

"""A member's open pages are notified of changes, without their content, and never of hidden ones."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections
from django.test import Client
from django.urls import reverse, reverse_lazy

from accounts.entries import writing as lists
from accounts.security.access import end_sessions
from anirec.lib.valkey import valkey
from anirec.live import presence
from anirec.live.consumer import NOT_SIGNED_IN
from anirec.live.urls import sockets
from recommendations.models import ModelVersion
from social.people.relations import block, follow, mute
from social.plans import planning as plans
from social.plans.queries import membership

pytestmark = pytest.mark.django_db(transaction=True)  # sockets close their database connections
LOG_IN = reverse_lazy("account_login")
KINDS = {"recommendations", "feed", "plans", "notifications"}


@pytest.fixture(autouse=True)
def _nobody_here():
    valkey().delete(presence.KEY)


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member):
    return make_member("ben")


def in_a_loop_of_its_own(look):
    """Run `look` in a thread, because the test's thread may already run the browser's event loop."""

    async def run():
        try:
            return await look()
        finally:
            await sync_to_async(connections.close_all)()

    return lambda: ThreadPoolExecutor(1).submit(asyncio.run, run()).result()


@asynccontextmanager
async def page_of(member=None, origin="http://localhost", client=None):
    """Connect a page. Yield its communicator, with the state sent on connection as `first`."""
    if client is None:
        client = Client()
        if member is not None:
            await sync_to_async(client.force_login)(member)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"cookie", cookies.encode()), (b"origin", origin.encode()), (b"host", b"localhost")]
    scope = {"type": "websocket", "path": "/live/socket/", "query_string": b"", "headers": headers, "subprotocols": []}
    page = ApplicationCommunicator(sockets, scope)
    await page.send_input({"type": "websocket.connect"})
    page.is_connected = (await page.receive_output())["type"] == "websocket.accept"
    page.first = json.loads((await page.receive_output())["text"]) if member is not None and page.is_connected else None
    yield page
    await page.send_input({"type": "websocket.disconnect", "code": 1000})
    await page.wait()


async def told(page, patience: float = 3) -> set[str]:
    """Return the kinds sent to a page: the first within `patience` seconds, and any that follow immediately."""
    kinds: set[str] = set()
    while not await page.receive_nothing(timeout=0.15 if kinds else patience):
        kinds |= json.loads((await page.receive_output())["text"]).keys()
    return kinds


def test_a_page_is_told_how_things_are_when_it_connects(ada):
    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as page:
            return page.first

    assert look() == {"recommendations": "0.0", "feed": "0", "plans": "0", "notifications": "0"}


@pytest.mark.parametrize("way", ["log_out", "end_sessions"])
def test_a_page_is_closed_when_its_session_ends_and_no_other(ada, way):
    @in_a_loop_of_its_own
    async def look():
        ending, going_on = Client(), Client()
        for client in (ending, going_on):
            await sync_to_async(client.post)(LOG_IN, {"login": "ada", "password": "correct horse"})
        async with page_of(ada, client=ending) as one, page_of(ada, client=going_on) as other:
            if way == "log_out":
                await sync_to_async(ending.post)(reverse("account_logout"))
            else:
                key = going_on.cookies["sessionid"].value
                await sync_to_async(end_sessions)(ada, but=key)
            closed = await one.receive_output(timeout=3)
            return closed, await other.receive_nothing(timeout=0.3)

    assert look() == ({"type": "websocket.close", "code": NOT_SIGNED_IN}, True)


def test_a_rating_changes_the_recommendations_of_all_pages_of_the_member_and_of_nobody_else(ada, ben, make_title):
    title = make_title()

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as one, page_of(ada) as other, page_of(ben) as of_ben:
            await sync_to_async(lists.set_score)(ada, title, 9)
            return await told(one), await told(other), await told(of_ben, 0.2)

    assert look() == ({"recommendations"}, {"recommendations"}, set())


def test_followers_are_told_of_news_and_what_they_may_not_see_is_not_even_hinted_at(ada, ben, make_member, make_title):
    cleo, muter = make_member("cleo"), make_member("muter")
    for follower in (ben, cleo, muter):
        follow(follower, ada)
    mute(muter, ada)
    block(ada, cleo)
    open_title, secret, adult = make_title(), make_title(), make_title(is_adult=True)

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ben) as of_ben, page_of(cleo) as of_cleo, page_of(muter) as of_muter:
            await sync_to_async(lists.update_entry)(ada, secret, score=9, visibility="private")
            hidden = await told(of_ben, 0.4)
            await sync_to_async(lists.set_score)(ada, adult, 9)
            too_adult = await told(of_ben, 0.4)
            await sync_to_async(lists.set_score)(ada, open_title, 9)
            return hidden, too_adult, await told(of_ben), await told(of_cleo, 0.2), await told(of_muter, 0.2)

    assert look() == (set(), set(), {"feed"}, set(), set())


def test_who_takes_part_in_a_plan_is_told_of_votes_for_what_they_see(ada, ben, make_member, make_title):
    invited = make_member("invited")
    grown = make_member("grown", shows_adult=True)
    plan = plans.make_plan(
        ada, "Sunday", titles=[make_title(), make_title(is_adult=True)], invited=[ben, invited, grown]
    )
    plans.accept(plan, ben)
    plans.accept(plan, grown)
    own, (first, adult) = membership(plan, grown), plan.titles.order_by("pk")

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ben) as of_ben, page_of(invited) as of_invited:
            await sync_to_async(plans.vote)(own, adult, True)
            hidden = await told(of_ben, 0.4)
            heard = []
            for act in (partial(plans.vote, own, first, True), partial(plans.mark_watched, first, True)):
                await sync_to_async(act)()
                heard.append(await told(of_ben))
            return hidden, heard, await told(of_invited, 0.2)

    assert look() == (set(), [{"plans"}, {"plans"}], set())


def test_a_notification_is_told(ada, ben):
    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as page:
            await sync_to_async(follow)(ben, ada)
            return await told(page)

    assert look() == {"notifications"}


def test_everybody_is_told_of_another_model(ada, ben):
    from recommendations.signals import published

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as one, page_of(ben) as other:
            await sync_to_async(ModelVersion.objects.create)(kind="site", status="published", is_active=True)
            await sync_to_async(published.send)(ModelVersion, version_id=1)
            return await told(one), await told(other)

    assert look() == ({"recommendations"}, {"recommendations"})


def test_a_visitor_is_turned_away(db):
    @in_a_loop_of_its_own
    async def look():
        async with page_of() as page:
            return await page.receive_output()

    assert look()["code"] == NOT_SIGNED_IN


def test_another_site_s_page_cannot_listen(ada):
    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada, origin="https://evil.example") as page:
            return page.is_connected

    assert look() is False


def test_a_member_who_was_suspended_hears_no_more(ada, make_title):
    title = make_title()

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as page:
            ada.is_active = False
            await sync_to_async(ada.save)()
            await sync_to_async(lists.set_score)(ada, title, 9)
            return await page.receive_output()

    assert look() == {"type": "websocket.close", "code": NOT_SIGNED_IN}


@pytest.mark.parametrize("said", ["", "{", "x" * 900, '{"type": "changed"}'])
def test_whatever_a_page_says_is_no_error(ada, make_title, said):
    title = make_title()

    @in_a_loop_of_its_own
    async def look():
        async with page_of(ada) as page:
            await page.send_input({"type": "websocket.receive", "text": said})
            await page.send_input({"type": "websocket.receive", "bytes": said.encode()})
            await sync_to_async(lists.set_score)(ada, title, 9)
            return await told(page)

    assert look() == {"recommendations"}


def test_who_has_a_page_open_is_known_until_the_last_is_closed(ada):
    @in_a_loop_of_its_own
    async def look():
        seen = [await asyncio.to_thread(presence.members_here)]
        async with page_of(ada):
            async with page_of(ada):
                seen.append(await asyncio.to_thread(presence.members_here))
            seen.append(await asyncio.to_thread(presence.members_here))
        seen.append(await asyncio.to_thread(presence.members_here))
        return seen

    assert look() == [set(), {ada.pk}, {ada.pk}, set()]


def test_without_valkey_a_rating_is_kept_and_nothing_fails(ada, make_title, settings, monkeypatch, caplog):
    title = make_title()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("anirec.live.broadcast.get_channel_layer", _unreachable_layer)

    lists.set_score(ada, title, 9)

    assert ada.entries.get().score == 9
    wait_until(lambda: "Open pages were not told" in caplog.text)


def wait_until(is_so, seconds: float = 5) -> None:
    """Wait for a condition, since a background thread sends the messages."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_write_does_not_wait_for_a_slow_channel_layer(ada, make_title, monkeypatch):
    class SlowLayer:
        async def group_send(self, group, message):
            await asyncio.sleep(30)

    title = make_title()
    monkeypatch.setattr("anirec.live.broadcast.get_channel_layer", SlowLayer)
    started = time.monotonic()
    lists.set_score(ada, title, 9)
    assert time.monotonic() - started < 0.5


def _unreachable_layer():
    from channels_redis.pubsub import RedisPubSubChannelLayer

    return RedisPubSubChannelLayer(hosts=["redis://127.0.0.1:1/0"])


class TestLook:
    """The polling fallback for pages without a socket."""

    def test_a_member_is_told_the_same(self, client, ada):
        client.force_login(ada)
        response = client.get(reverse("live:state"))
        assert response.json().keys() == KINDS
        assert "no-store" in response.headers["Cache-Control"]

    def test_a_visitor_is_told_nothing(self, client):
        response = client.get(reverse("live:state"))
        assert (response.status_code, response.json()) == (401, {})

    def test_it_is_cheap(self, client, ada, django_assert_num_queries):
        client.force_login(ada)
        client.get(reverse("live:state"))
        with django_assert_num_queries(6):
            client.get(reverse("live:state"))

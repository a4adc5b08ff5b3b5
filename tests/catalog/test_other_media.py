"""A member who only wants anime, and every guest, see the same pages whether or not the site has manga."""

from __future__ import annotations

import re
from difflib import unified_diff
from itertools import islice
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.entries.writing import hide_title, set_score, update_entry
from accounts.models import User
from accounts.own_entries.writing import add_entry
from catalog.models import Credit, ExternalId, Person, Relation, SourceRecord, Stream, Studio, Tag, Title
from catalog.search.index import refresh_lexemes, refresh_vocabulary
from catalog.versioning import forget
from social.comments.writing import write_comment
from social.custom_lists import writing as custom_lists
from social.favourites.choosing import add_favourite
from social.models import Activity
from social.models.tips import Tip
from social.people.relations import follow
from social.plans import planning
from social.reviews.writing import write_review
from tests.access_world import make_world
from tests.test_access import TABLE

pytestmark = pytest.mark.django_db
VIEWERS = ("visitor", "stranger", "owner")
TEXT = "It takes its time, and that is what it is about. " * 3
VARYING = (
    (r'csrfmiddlewaretoken" value="\w+"', "token"),
    (r'(nonce|X-CSRFToken)[="\' :]+[\w-]+', "token"),
    (r"[0-9a-f]{32}", "hash"),
    (r'data-ticket="[^"]+"', "ticket"),
    (r"\d\d? \w{3} \d{4},? \d\d:\d\d(:\d\d)?", "time"),
    (r"\d{8}T\d{6}Z", "time"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?", "time"),
    (r"now|(an?|\d+)\s(second|minute)s?(, \d+\sseconds?)? ago", "ago"),
)
# The member's own file with all they have, and what is random or only counts changes.
NOT_COMPARED = {
    *("accounts:personal_data", "accounts:export", "api:my-export", "outside:oembed"),
    *("live:state", "accounts:push", "api:my-push-key", "recommendations:surprise", "api:my-surprise"),
}


@pytest.fixture
def world(make_member, make_title) -> dict[str, Any]:
    """Two more anime, and somebody who reads, whom the owner follows."""
    world = make_world(make_member, make_title)
    reader = make_member("reader")
    follow(world["people"]["owner"], reader)
    for name, fields in {"Kumo": {"season_year": 2019}, "Ame": {"format": "movie", "score": 8.1}}.items():
        title = make_title(name, **fields)
        set_score(reader, title, 8)
        tag, _ = Tag.objects.get_or_create(slug="drama", defaults={"name": "Drama", "kind": "genre"})
        title.tags.add(tag)
    refresh_words()
    return world | {"reader": reader}


def refresh_words() -> None:
    refresh_lexemes(list(Title.objects.values_list("pk", flat=True)))
    refresh_vocabulary()


def add_other_media(world: dict[str, Any], make_title) -> list[Title]:
    """Add manga, a light novel and a game with all that members can do with them."""
    owner, reader, stranger = world["people"]["owner"], world["reader"], world["people"]["stranger"]
    anime = Title.objects.get(pk=world["title"])
    added = [
        make_title(name, medium=medium, format="", episodes=None, members=90_000, score=9.4, season="fall", **fields)
        for name, medium, fields in (
            ("Shown", "manga", {"chapters": 162, "volumes": 18}),
            ("Shown: The Novel", "light_novel", {"volumes": 3, "status": "upcoming"}),
            ("Kumo", "manga", {"chapters": 20, "status": "airing"}),
            ("Shown Quest", "game", {}),
        )
    ]
    reader.extra_media = owner.extra_media = ["manga", "light_novel", "game"]
    User.objects.filter(pk__in=[reader.pk, owner.pk]).update(extra_media=reader.extra_media)
    for number, title in enumerate(added, 77):
        connect(title, anime, number)
        set_score(reader, title, 10)
        update_entry(reader, title, notes="Read it.", tags=["paper"])
        write_review(reader, title, TEXT)
    do_everything(owner, reader, stranger, added, world)
    owner.extra_media = []
    User.objects.filter(pk=owner.pk).update(extra_media=[])
    refresh_words()
    return added


def connect(title: Title, anime: Title, mal_id: int) -> None:
    """Give it names, ids, tags, people and studios, some of them the anime's, and relations to the anime."""
    title.names.create(kind="main", text=title.name, key=title.name.lower())
    ExternalId.objects.create(title=title, provider="mal", medium="manga", value=str(mal_id))
    title.tags.add(Tag.objects.get(slug="drama"), Tag.objects.get_or_create(slug="paper", name="Paper", kind="tag")[0])
    title.studios.add(Studio.objects.get(slug="studio"), Studio.objects.get_or_create(slug="press", name="Press")[0])
    for name in ("haru", "natsu"):
        person, _ = Person.objects.get_or_create(slug=name, key=name, name=name.title())
        Credit.objects.create(title=title, person=person, kind="staff", role="Story & Art", position=0)
    Stream.objects.create(title=title, service="crunchyroll", url="https://example.org/")
    SourceRecord.objects.create(
        title=title, source="jikan", key=f"mal@manga:{mal_id}", data={"ids": {}}, digest=b"", seen_at=title.created_at,
        changed_at=title.created_at,
    )  # fmt: skip
    for one, other in ((title, anime), (anime, title)):
        Relation.objects.create(from_title=one, to_title=other, kind="adaptation")


def do_everything(owner, reader, stranger, added: list[Title], world: dict[str, Any]) -> None:
    """What the owner did while they read, and what others do with what they read."""
    set_score(owner, added[0], 10)
    update_entry(owner, added[1], status="planned", tags=["paper"])
    hide_title(owner, added[2])
    write_review(owner, added[0], TEXT)
    add_favourite(owner, added[0])
    add_entry(reader, name="Only on paper", kind="manga")
    custom_lists.add_title(custom_lists.create_list(reader, "Best", visibility="public"), added[0], "Read it.")
    plan = planning.make_plan(reader, "Reading circle", titles=added[:1])
    plan.delete()
    Tip.objects.create(author=reader, recipient=owner, title=added[0], note="Read it.")
    activity = Activity.objects.filter(actor=reader, items__review__title=added[0]).order_by("pk").first()
    write_comment(stranger, activity, "So it is.")


def pages_of(world: dict[str, Any], viewer: str) -> dict[str, str]:
    """Return what every page and endpoint answers, without what is new each time."""
    client, person = Client(raise_request_exception=False), world["people"][viewer]
    if person is not None:
        client.force_login(person)
    cookies = client.cookies.output(header="")
    answers = {}
    for path in paths(world):
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():  # to read a page may mark what is on it as read
            response = client.get(path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        answers[path] = f"{response.status_code} {settled(body.decode(errors='replace'))}"
    return answers


def paths(world: dict[str, Any]):
    for name, row in TABLE.items():
        if "GET" in row.methods.split() and name not in NOT_COMPARED and not name.startswith(("mfa", "account_")):
            yield reverse(name, kwargs={key: world.get(value, value) for key, value in row.arguments.items()})
    for query in ("shown", "kumo", "shwn", "quest", "sq"):
        yield f"{reverse('catalog:search')}?q={query}"
        yield f"{reverse('api:titles')}?q={query}"
    for query in (
        "sort=weighted",
        "sort=popular",
        "tag=drama",
        "tag=paper",
        "studio=press",
        "find=p",
        "status=airing",
        "service=crunchyroll",
    ):
        yield f"{reverse('catalog:browse')}?{query}"
    for kind in ("pages", "seasons", "reviews", "lists", "members", "studios", "people"):
        yield reverse("outside:sitemap_part", args=[kind, 1])


def difference(path: str, before: str, after: str) -> str:
    """Return the path with the first lines that differ."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join([path, *islice(lines, 3, 12)])


def settled(text: str) -> str:
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return text


@pytest.mark.timeout(1800)  # some 500 requests, which take long on a machine that is busy with other things
@pytest.mark.parametrize("viewer", VIEWERS)
def test_who_only_wants_anime_sees_no_trace_of_others(world, make_title, viewer):
    forget()  # what tests before this one left in caches
    before = pages_of(world, viewer)
    added = add_other_media(world, make_title)
    forget()

    after = pages_of(world, viewer)

    differing = (difference(path, before[path], after[path]) for path in before if before[path] != after[path])
    assert "\n\n".join(differing) == ""
    assert {Client().get(title.get_absolute_url()).status_code for title in added} == {404}

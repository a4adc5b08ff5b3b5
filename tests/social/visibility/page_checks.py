"""Compare pages with the rules."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from social.models import Comment
from tests.social.visibility.visibility_checks import comments_seen, entries_seen, reviews_seen
from tests.social.visibility.world_factory import Made, texts_in


def page(made: Made, address: str, *, is_there: bool = True) -> str:
    client = Client()
    if made.viewer is not None:
        client.force_login(made.users[made.viewer])
    answer = client.get(address)
    assert answer.status_code == (200 if is_there else 404)
    text = answer.content.decode()
    if is_there:
        assert made.strangers_in(text) == []
    return text


def page_of_a_member(made: Made) -> None:
    address = reverse("social:member", args=[f"member-{made.owner}"])
    text = page(made, address, is_there=made.world.sees_member(made.viewer, made.owner))
    assert texts_in("note", made.world.entries, text) == {key for key in entries_seen(made) if key[0] == made.owner}


def page_of_members(made: Made) -> None:
    page(made, reverse("social:members"))


def page_of_a_title(made: Made) -> None:
    address = made.titles[made.title].get_absolute_url()
    page(made, address, is_there=made.world.sees_title(made.viewer, made.title))


def page_of_reviews(made: Made) -> None:
    address = reverse("social:title_reviews", args=[made.titles[made.title].pk])
    text = page(made, address, is_there=made.world.sees_title(made.viewer, made.title))
    assert texts_in("review", made.world.reviews, text) == {key for key in reviews_seen(made) if key[1] == made.title}


def page_of_a_comment(made: Made) -> None:
    n = made.picked(range(len(made.world.comments)))
    if n is None:
        return
    pk = next(pk for pk, number in made.comments.items() if number == n)
    kind, key = made.world.comments[n][1:3]
    about = Comment.objects.select_related("activity", "review").get(pk=pk).about
    text = page(made, about.get_absolute_url(), is_there=made.world.sees_thing(made.viewer, kind, key))
    on = {m for m, comment in enumerate(made.world.comments) if comment[1:3] == (kind, key)}
    assert texts_in("comment", on, text) == on & comments_seen(made)


def own_pages(made: Made) -> None:
    name = made.picked(["feed", "notifications", "suggestions", "followers"])
    page(made, reverse(f"social:{name}"))


def page_of_what_is_recommended(made: Made) -> None:
    text = page(made, reverse("social:recommended"))
    assert texts_in("tip", made.world.tips, text) == {
        (author, to, t) for author, to, t in made.world.tips
        if to == made.viewer and made.world.sees_tip(to, author, t)
    }  # fmt: skip


FOR_EVERYBODY = (page_of_a_member, page_of_members, page_of_a_title, page_of_reviews, page_of_a_comment)
FOR_MEMBERS = (own_pages, page_of_what_is_recommended)

"""Compare the results of queries with the rules: for every viewer, and for members only."""

from __future__ import annotations

from accounts.portability.exports import KINDS as FILES
from accounts.portability.exports import export_list
from social.comments.export import export_comments
from social.feed.queries import feed_page
from social.notifications.queries import groups_of, read_groups
from social.people.export import export_follows
from social.people.queries import member_directory
from social.reviews.queries import reviews_of_title
from social.taste_match.comparison import compare
from social.taste_match.suggestions import suggest
from social.tips.queries import received_by
from social.tips.recommending import takers_for
from social.title_scores.views import scores_of_title
from social.visibility import (
    activities_visible_to,
    comments_visible_to,
    entries_visible_to,
    members_visible_to,
    reviews_visible_to,
)
from tests.social.visibility.world_factory import Made, texts_in
from tests.social.visibility.worlds import MEMBERS, OWNED, TITLES, Key


def entries_seen(made: Made) -> set[Key]:
    return {key for key in made.world.entries if made.world.sees_entry(made.viewer, *key)}


def reviews_seen(made: Made) -> set[Key]:
    return {key for key in made.world.reviews if made.world.sees_review(made.viewer, *key)}


def comments_seen(made: Made) -> set[int]:
    return {n for n in range(len(made.world.comments)) if made.world.sees_comment(made.viewer, n)}


# --- Every viewer ---


def members(made: Made) -> None:
    seen = {n for n in MEMBERS if made.world.sees_member(made.viewer, n)}
    assert {made.index(user.pk) for user in members_visible_to(made.who)} == seen
    directory = {made.index(user.pk): user.n_entries for user in member_directory(made.who)}
    assert directory == {n: sum(owner == n for owner, _ in entries_seen(made)) for n in seen}


def entries(made: Made) -> None:
    found = entries_visible_to(made.who).values_list("user", "title")
    assert {made.key(*pair) for pair in found} == entries_seen(made)


def scores(made: Made) -> None:
    world, t = made.world, made.title
    found = scores_of_title(made.titles[t], made.who)
    seen = {m for m, title in entries_seen(made) if title == t}
    assert found.n == sum(world.entries[m, t] == world.lists[m] == "public" for m in seen)
    friends = {made.index(entry.user_id) for entry in found.friends}
    assert friends == {m for m in seen if (made.viewer, m) in world.follows}


def reviews(made: Made) -> None:
    found = reviews_visible_to(made.who).values_list("author", "title")
    assert {made.key(*pair) for pair in found} == reviews_seen(made)
    of_title = reviews_of_title(made.titles[made.title], made.who)
    assert {made.index(review.author_id) for review in of_title} == {
        author for author, title in reviews_seen(made) if title == made.title
    }


def comments(made: Made) -> None:
    found = comments_visible_to(made.who).values_list("pk", flat=True)
    assert {made.comments[pk] for pk in found} == comments_seen(made)


def news(made: Made) -> None:
    found = activities_visible_to(made.who).values_list("pk", flat=True)
    assert {made.news[pk] for pk in found} == {
        what for what in made.world.news() if made.world.sees_thing(made.viewer, *what)
    }


# --- Members only ---


def feed(made: Made) -> None:
    """Comments on a review count towards the review, not towards its activity."""
    page = feed_page(made.users[made.member]).news
    assert {made.news[one.activity.pk] for one in page} == {
        what for what in made.world.news() if made.world.is_fed(made.member, *what)
    }
    for one in page:
        on = [n for n, comment in enumerate(made.world.comments) if comment[1:3] == made.news[one.activity.pk]]
        is_review = made.news[one.activity.pk][0] == "review"
        assert one.activity.n_comments == (0 if is_review else len(comments_seen(made).intersection(on)))


def notifications(made: Made) -> None:
    member = made.users[made.member]
    told = {n for n in range(len(made.world.comments)) if made.world.is_told(made.member, n)}
    assert {made.comments[one.last.comment_id] for one in read_groups(list(groups_of(member)))} == told


def tips(made: Made) -> None:
    world, who = made.world, made.users[made.member]
    found = {(made.index(tip.author_id), made.titles.index(tip.title)) for tip in received_by(who)}
    assert found == {(author, t) for author, t in OWNED if world.sees_tip(made.member, author, t)}
    assert {made.index(user.pk) for user in takers_for(who)} == {m for m in MEMBERS if world.takes(m, made.member)}


def suggestions(made: Made) -> None:
    found = {made.index(one.member.pk) for one in suggest(made.users[made.member], 10)}
    assert found == {m for m in MEMBERS if made.world.is_suggested(made.member, m)}


def comparison(made: Made) -> None:
    found = compare(made.users[made.member], made.users[made.owner])
    if made.owner != made.viewer:
        assert found.n_theirs == sum(made.world.sees_entry(made.viewer, made.owner, t) for t in TITLES)


def exports(made: Made) -> None:
    """Exports contain all of a member's own data, but only the follows of members they can see."""
    world, who = made.world, made.users[made.member]
    followed = [b for a, b in sorted(world.follows) if a == made.member and world.sees_member(made.member, b)]
    assert export_follows(who) == [f"member-{n}" for n in followed]
    own = [n for n, comment in enumerate(world.comments) if comment[0] == made.member]
    assert [one["text"] for one in export_comments(who)] == [f"comment-{n}-" for n in own]
    for kind in FILES.keys() - {"manga.xml"}:  # without list entries
        text = "".join(export_list(who, kind))
        assert texts_in("note", world.entries, text) == {key for key in world.entries if key[0] == made.member}


FOR_EVERYBODY = (members, entries, scores, reviews, comments, news)
FOR_MEMBERS = (feed, notifications, tips, suggestions, comparison, exports)

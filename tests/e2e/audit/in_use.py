"""A site in use, whose pages have something of everything on them."""

# ruff: noqa: E501  (long texts)

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.utils import timezone

from accounts.entries.writing import hide_title, set_score, set_status, update_entry
from accounts.models import ListImport, PushSubscription, ScrobbledShow, ScrobbleEvent, User
from accounts.own_entries.writing import add_entry
from accounts.portability.imports import reading, writing
from accounts.scrobbling.recording import create_address
from accounts.security.lock import lock_url
from catalog.models import Credit, ExternalId, Relation, SavedView, Title
from recommendations.models import Experiment, ModelVersion
from social.comments.writing import write_comment
from social.corrections import settling
from social.corrections.suggesting import suggest
from social.custom_lists import writing as custom_lists
from social.favourites.choosing import add_favourite
from social.models import Activity, Correction
from social.moderation import deciding as moderation
from social.notifications.emails import unsubscribe_token
from social.people.relations import block, follow, mute
from social.plans import planning as plans
from social.profiles.writing import change_bio
from social.reviews.writing import write_review
from social.tips.recommending import recommend

LONG = "Ore wo Suki nano wa Omae dake ka yo to Kakushite Ita Hazu no Osananajimi ga Isekai de Maou ni " * 3


def put_to_use(make_member, make_title) -> dict[str, Any]:
    """Return ids of what is made: a member with a list, followed people, reviews, views and imports in every state."""
    fan, friend = make_member("fan"), make_member("friend", is_staff=True, is_superuser=True)
    *liked, watching, new, hidden = Title.objects.filter(format="tv", episodes__gt=10).order_by("-members", "pk")[:9]
    for title in liked:
        set_score(fan, title, 9)
    title = liked[0]
    update_entry(fan, title, finished_on="2021-04", notes="Again some day.", tags=["favourite"], visibility="private")
    set_status(fan, watching, "watching")
    set_score(friend, title, 4)
    hide_title(fan, hidden)
    long = make_title(LONG[:299], name_english="Supercalifragilistic" * 10, name_native="長" * 120, members=9_999_999)
    set_score(fan, long, 7)
    follow(fan, friend)
    text = "It takes its *time*, and **that** is what it is about: ||nobody is who they seem||.\n\n> A quotation.\n\n- And a list"
    SavedView.objects.create(user=fan, name="Films", query="format=movie")
    corrections(fan, friend, title)
    airing(fan, watching)
    return {
        "member": fan,
        "staff": friend,
        "experiment": Experiment.objects.order_by("pk")[0].pk,
        "model": ModelVersion.active().pk,
        "title": title.pk,
        "new": new.pk,
        "long": long.pk,
        "sequel": Relation.objects.filter(kind="sequel").order_by("-to_title__members")[0].to_title_id,
        "person": Credit.objects.filter(kind="cast", person__isnull=False).order_by("pk")[0].person_id,
        "long_name": make_member("w" * 100).username,
        "review": write_review(fan, title, text).pk,
        "review_of_friend": write_review(friend, title, text, has_spoilers=True).pk,
        **links_in_emails(fan, friend),
        **society(fan, friend, liked[1], new, make_member),
        **plans_of_both(fan, friend, liked),
        **lists_of_both(fan, friend, [*liked[:3], long]),
        **imports(fan),
        **scrobbled(fan, title),
    }


def links_in_emails(fan, friend) -> dict[str, str]:
    email = EmailAddress.objects.create(user=friend, email=friend.email, primary=True)
    return {
        "email_key": EmailConfirmationHMAC.create(email).key,
        "reset_key": f"{user_pk_to_url_str(friend)}-{default_token_generator.make_token(friend)}",
        "lock": lock_url(fan, fan.email).rstrip("/").rpartition("/")[2],
    }


def airing(fan, watching) -> None:
    """A title with missed episodes, and a device for push notifications."""
    tomorrow = timezone.now() + timedelta(days=1)
    Title.objects.filter(pk=watching.pk).update(status="airing", next_airing_at=tomorrow, next_episode=9)
    PushSubscription.objects.create(user=fan, endpoint="https://example.org/", name="Firefox on Android " * 4)


def scrobbled(fan, title) -> dict[str, Any]:
    """Shows in every state, and events of every kind."""
    create_address(fan, "Living room", "ada")
    shows = ScrobbledShow.objects.filter(user=fan)
    shows.create(user=fan, key="a", name="Known", season=1, state="chosen", title=title)
    shows.create(user=fan, key="b", name="News", season=2, state="ignored")
    shows.create(user=fan, key="c", name="A film", state="open")
    for outcome in ScrobbleEvent.Outcome:
        ScrobbleEvent.objects.create(user=fan, name="Known", season=1, episode=2, outcome=outcome)
    ScrobbleEvent.objects.create(user=fan, name="Known", outcome="written", title=title, title_episode=1)
    show = shows.create(user=fan, key="d", name="w" * 300, season=3, last_episode=40, title=title)
    return {"address": fan.scrobble_addresses.get().pk, "show": show.pk}


def society(fan, friend, title, new, make_member) -> dict[str, Any]:
    """News, comments, notifications, requests, blocked and muted members, reports and decisions."""
    asking, blocked, muted = (make_member(name) for name in ("asking", "blocked", "muted"))
    update_entry(friend, title, score=9, notes="A note.")
    follow(friend, fan)
    User.objects.filter(pk=fan.pk).update(approves_followers=True)
    fan.refresh_from_db()
    follow(asking, fan)
    block(fan, blocked)
    mute(fan, muted)
    activity = Activity.objects.get(actor=friend, kind="scored")
    comment = write_comment(friend, activity, "Again?")
    write_comment(friend, Activity.objects.filter(actor=fan).order_by("pk")[0], "*Well.*")
    for target in (comment, friend, fan.reviews.get()):
        moderation.report(asking, target, "abuse", "Look at it.")
    follow(friend, User.objects.get(username="w" * 100))
    tip = recommend(friend, fan, new, "You will *love* it: ||everybody lives||.")
    moderation.report(fan, tip, "spoiler")
    moderation.decide(friend, asking, "warn", "That was no abuse.")
    moderation.decide(friend, fan.reviews.get(), "leave", "It is fine.")
    return {
        "activity": activity.pk,
        "tip": tip.pk,
        "comment": comment.pk,
        "note": friend.entries.exclude(notes="").get().pk,
        "letters": unsubscribe_token(fan, "like"),
    }


def corrections(fan, friend, title) -> None:
    """Corrections in every state, two of them open."""
    values = {
        "episodes": "99",
        "season_year": "1999",
        "name_english": "M" * 200,
        "synopsis": "A story.",
        "status": "airing",
    }
    for field, value in values.items():
        suggest(fan, title, field, value, "https://example.org/" + "a" * 200)
    by_field = {one.field: one.pk for one in Correction.objects.all()}
    settling.accept(friend, by_field["episodes"], "100")
    settling.accept(friend, by_field["season_year"], "1998")
    settling.undo(friend, by_field["season_year"], "The official site has another year.")
    settling.decline(friend, by_field["status"], "It has ended.")


def plans_of_both(fan, friend, titles) -> dict[str, Any]:
    """One that both take part in, with somebody invited; one that the fan is invited to."""
    plan = plans.make_plan(
        fan, "Sunday", note="At my place.", starts_at=datetime(2030, 1, 6, 19, tzinfo=UTC), titles=titles[:3]
    )
    plans.invite(plan, friend)
    plans.accept(plan, friend)
    plans.invite(plan, User.objects.get(username="asking"))
    plans.mark_watched(plan.titles.order_by("pk")[0], True)
    return {"plan": plan.pk, "invitation": plans.make_plan(friend, "Long night", note="Soon.", invited=[fan]).pk}


def lists_of_both(fan, friend, titles) -> dict[str, Any]:
    ordered = custom_lists.create_list(fan, "The best " * 8, description="*Mine.*", is_ordered=True)
    for title in titles:
        custom_lists.add_title(ordered, title, "Because of ||the end||.")
        add_favourite(fan, title)
    shared = custom_lists.create_list(fan, "For Ben", visibility="link")
    of_friend = [custom_lists.create_list(friend, "Odd", visibility=one) for one in ("public", "link")]
    moderation.report(fan, of_friend[0], "spam")
    change_bio(fan, "Calm *things*.")
    moderation.report(fan, change_bio(friend, "Calm things."), "spam")
    return {
        "list": ordered.pk,
        "link": shared.link_key,
        "list_of_friend": of_friend[0].pk,
        "link_of_friend": of_friend[1].link_key,
    }


def imports(fan) -> dict[str, int]:
    known = ExternalId.objects.filter(provider="mal").order_by("pk")[:3]
    lines = [f"Whatever,{one.value},9,completed\n" for one in known]
    table = "".join(
        ["Name,MAL ID,Rating,Status\n", *lines, "Cowboy Bebpo,,8,completed\n", "Odd,,99,watched\n"]
    ).encode()
    columns = {"title": 0, "mal": 1, "score": 2, "status": 3}
    done = reading.read_columns(reading.open_file(fan, "done.csv", table), columns, 10)
    writing.queue(done)
    writing.write_import(done.pk)
    preview = reading.read_columns(reading.open_file(fan, "list.csv", table), columns, 10)
    others = {
        state: ListImport.objects.create(user=fan, state=kind, format="csv", name="other.csv", upload=table)
        for state, kind in (("columns", "columns"), ("waiting", "queued"), ("failed", "failed"))
    }
    row = preview.rows.get(name="Cowboy Bebpo")
    own = add_entry(fan, name="W" * 60, status="watching", score=8, progress=3, parts=12, notes="Nobody knows it. " * 9)
    add_entry(fan, name="Berserk", kind="manga", status="watching", progress=10, volumes=1, year=1989)
    imports = {"done": done.pk, "preview": preview.pk, "row": row.pk, "own": own.pk}
    return {**imports, **{state: one.pk for state, one in others.items()}}

"""Something of everything, for the table of who may open what."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.entries.writing import set_score, update_entry
from accounts.models import ListImport, PushSubscription, ScrobbleAddress, ScrobbledShow, User, Webhook
from accounts.own_entries.writing import add_entry
from accounts.portability.imports import reading
from accounts.tokens.issuing import issue_token
from catalog.models import Credit, ExternalId, Person, SavedView, SourceRecord, Studio, Title
from recommendations.experiments.first import start_first_experiments
from recommendations.models import Experiment, ModelVersion, Mood
from social.comments.writing import write_comment
from social.corrections.suggesting import suggest
from social.custom_lists import writing as custom_lists
from social.models import Activity, Report
from social.models.tips import Tip
from social.moderation.deciding import report
from social.people.relations import block, follow
from social.plans import planning as plans
from social.profiles.writing import change_bio
from social.reviews.writing import write_review

pytestmark = pytest.mark.django_db


def make_world(make_member, make_title) -> dict[str, Any]:
    """Return ids of something of everything, of one owner, whom somebody follows and who has blocked somebody."""
    owner, stranger, blocked = make_member("owner"), make_member("stranger"), make_member("blocked")
    staff = make_member("staff", is_staff=True, is_superuser=True)
    title, other_title = make_title("Shown", season="fall"), make_title("Another")
    ExternalId.objects.create(title=title, provider="mal", medium="anime", value="77")
    director = made_by_people(title)
    set_score(owner, title, 9)
    entry = update_entry(owner, title, notes="Again some day.")
    for person in (owner, stranger, blocked, staff):
        update_entry(person, other_title, status="completed", finished_on="2021-04")
    review = write_review(owner, title, "It takes its time, and that is what it is about. " * 3)
    change_bio(owner, "Calm things.")
    follow(stranger, owner)
    block(owner, blocked)
    activity = Activity.objects.filter(actor=owner).order_by("pk").first()
    report(stranger, review, Report.Reason.SPAM)
    return {
        "people": {"visitor": None, "owner": owner, "stranger": stranger, "blocked": blocked, "staff": staff},
        "owner_name": owner.username,
        "owner_id": owner.pk,
        "title": title.pk,
        "person": director.pk,
        "other_title": other_title.pk,
        "entry": entry.pk,
        "review": review.pk,
        "activity": activity.pk,
        "tip": Tip.objects.create(author=stranger, recipient=owner, title=title, note="For you.").pk,
        "correction": suggest(stranger, title, "episodes", "74", "https://example.org/").pk,
        "comment": write_comment(owner, activity, "So it is.").pk,
        "plan": plans.make_plan(owner, "Sunday", titles=[title]).pk,
        **lists_of(owner, title),
        "view": SavedView.objects.create(user=owner, name="Films", query="format=movie").pk,
        **imports_of(owner),
        "own_entry": add_entry(owner, name="Only mine").pk,
        **connected_to(owner),
        **run_by_staff(),
    }


def connected_to(owner: User) -> dict[str, int]:
    """Return ids of programs and devices of the owner's."""
    token, _ = issue_token(owner, "mine", ["read:list"])
    return {
        "token": token.pk,
        "scrobble_address": ScrobbleAddress.objects.create(user=owner, name="Home", account="owner", digest="x").pk,
        "scrobbled_show": ScrobbledShow.objects.create(user=owner, key="shown", name="Shown", season=1).pk,
        "webhook": Webhook.objects.create(user=owner, url="https://example.org/", events=["list.changed"]).pk,
        "device": PushSubscription.objects.create(user=owner, endpoint="https://example.org/", name="Mine").pk,
    }


def made_by_people(title: Title) -> Person:
    """Give the title a studio, a director and a trailer."""
    title.studios.add(Studio.objects.create(name="Studio", slug="studio"))
    person = Person.objects.create(name="Haru", slug="haru", key="haru")
    Credit.objects.create(title=title, person=person, kind="staff", role="Director", position=0)
    now = timezone.now()
    SourceRecord.objects.create(
        title=title, source="jikan", key="mal:77", data={"ids": {}, "trailer": "abcdEFGH-_1"}, digest=b"", seen_at=now,
        changed_at=now,
    )  # fmt: skip
    return person


def lists_of(owner: User, title: Title) -> dict[str, Any]:
    public, shared = (custom_lists.create_list(owner, "Best", visibility=one) for one in ("public", "link"))
    custom_lists.add_title(public, title, "A note.")
    return {"list": public.pk, "link": shared.link_key}


def imports_of(owner: User) -> dict[str, int]:
    table = b"Name,Rating\nNobody knows it,7\n"
    preview = reading.read_columns(reading.open_file(owner, "list.csv", table), {"title": 0, "score": 1}, 10)
    waiting = ListImport.objects.create(user=owner, state="columns", format="csv", name="a.csv", upload=table)
    return {"import": preview.pk, "import_row": preview.rows.get().pk, "import_columns": waiting.pk}


def run_by_staff() -> dict[str, int]:
    start_first_experiments()
    Mood.objects.get_or_create(slug="mood", defaults={"name": "Mood", "weights": {"drama": 1}})
    return {
        "experiment": Experiment.objects.order_by("pk")[0].pk,
        "model": ModelVersion.objects.create(kind="site", status="published").pk,
    }

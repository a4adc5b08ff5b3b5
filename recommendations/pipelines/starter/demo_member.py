"""The demo member: a list, people to follow and a plan, so that no page of a new site is empty."""

from __future__ import annotations

import secrets
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.entries.writing import set_progress, set_score, set_status, write_entries
from accounts.models import EntryStatus, User
from catalog.models import Title
from catalog.models.titles import Medium, Status
from recommendations.pipelines.starter.synthetic_members import Sampler, drafts
from social.people.relations import follow
from social.plans.planning import accept, make_plan, propose

DEMO = "demo"
SEED = 7
N_FOLLOWED, N_FOLLOWERS = 8, 5
N_WATCHING, N_PLANNED = 8, 5
NEWS_EACH = 3


def make_demo_member() -> User:
    """Create a member with a list, people to follow and a plan.

    The generated login is written to DATA_DIR/demo_login for the site's operator.
    """
    password = secrets.token_urlsafe(9)
    sampler = Sampler.from_starter(SEED)
    with transaction.atomic():
        user = User.objects.create_user(DEMO, f"{DEMO}@example.org", password)
        write_entries(user, drafts(*sampler.draw(typical_length=70), np.random.default_rng(SEED)))
        _follow_the_season(user)
        _make_company(user)
    login = settings.DATA_DIR / "demo_login"
    login.touch(mode=0o600)
    login.write_text(f"{DEMO} {password}\n")
    return user


def _follow_the_season(user: User) -> None:
    """Watch some titles of this season, and plan some of the next."""
    for title in Title.objects.filter(status=Status.AIRING, broadcast_time__isnull=False)[:N_WATCHING]:
        set_status(user, title, EntryStatus.WATCHING)
        set_progress(user, title, 2)
    for title in Title.objects.filter(status=Status.UPCOMING, broadcast_time__isnull=False)[:N_PLANNED]:
        set_status(user, title, EntryStatus.PLANNED)


def _make_company(user: User) -> None:
    """Let the member follow synthetic members who are active, be followed by others, and plan with three."""
    members = list(User.objects.filter(is_synthetic=True).order_by("pk")[: N_FOLLOWED + N_FOLLOWERS])
    followed, followers = members[:N_FOLLOWED], members[N_FOLLOWED:]
    for member in followed:
        follow(user, member)
    for member in followers + followed[:3]:
        follow(member, user)
    _make_news(followed)
    if followed:
        _make_plan(user, followed[:3])


def _make_news(members: list[User]) -> None:
    generator = np.random.default_rng(SEED)
    popular = list(Title.objects.filter(medium=Medium.ANIME, status=Status.FINISHED)[:150])
    for member in members:
        for place in generator.choice(len(popular), min(NEWS_EACH, len(popular)), replace=False):
            set_score(member, popular[int(place)], int(generator.integers(6, 11)))


def _make_plan(owner: User, guests: list[User]) -> None:
    wishes = list(Title.objects.filter(format="movie", status=Status.FINISHED)[:6])
    next_saturday = timezone.now() + timedelta(days=(5 - timezone.now().weekday()) % 7 or 7)
    plan = make_plan(
        owner, "Film night", starts_at=next_saturday.replace(hour=18, minute=0, second=0, microsecond=0),
        titles=wishes[:3], invited=guests,
    )  # fmt: skip
    for guest, wish in zip(guests, wishes[3:], strict=False):
        accept(plan, guest)
        propose(plan.members.get(member=guest), wish)

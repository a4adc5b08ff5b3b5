from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from social.models.plans import PlanMember, PlanVote, WatchPlan
from social.plans.visibility import plan_members_visible_to, plan_titles_visible_to, plans_shared_with, plans_visible_to
from social.visibility import members_visible_to

State = PlanMember.State


@dataclass(frozen=True)
class SharedPlan:
    """A plan as one participant sees it. n_hidden: the number of participants they can't see."""

    plan: WatchPlan
    own: PlanMember
    members: list[PlanMember]
    invited: list[PlanMember]  # only for the owner
    n_hidden: int
    titles: list[Any]  # `PlanTitle`s, as `proposed_titles` returns them

    @property
    def is_own(self) -> bool:
        return self.plan.owner_id == self.own.member_id

    @property
    def others(self) -> list[User]:
        return [one.member for one in self.members if one.pk != self.own.pk]


def plans_of(viewer: User) -> QuerySet[Any]:
    """Return plans, newest first, with `is_shared` (takes part, not only invited)."""
    own = PlanMember.objects.filter(plan=OuterRef("pk"), member=viewer, state=State.ACCEPTED)
    accepted = Count("members", filter=Q(members__state=State.ACCEPTED))
    plans = plans_visible_to(viewer).select_related("owner").annotate(is_shared=Exists(own), n_members=accepted)
    return plans.order_by("-pk")


def version_of_plans(viewer: User) -> str:
    """Return a string that changes with the visible titles, votes and participants of the viewer's plans."""
    if not PlanMember.objects.filter(member=viewer, state=State.ACCEPTED).exists():
        return "0"
    titles = plan_titles_visible_to(viewer).aggregate(
        n=Count("pk", distinct=True),
        newest=Max("pk"),
        n_votes=Count("votes"),
        newest_vote=Max("votes"),
        n_watched=Count("pk", distinct=True, filter=Q(watched_at__isnull=False)),
        last_watched=Max("watched_at"),
    )
    people = PlanMember.objects.filter(plan__in=plans_shared_with(viewer), state=State.ACCEPTED)
    values = (*titles.values(), *people.aggregate(n=Count("pk"), newest=Max("at")).values())
    return "-".join(str(part.timestamp() if isinstance(part, datetime) else part or 0) for part in values)


def taking_part(plan_id: int) -> QuerySet[PlanMember, int]:
    """Return the member ids of a plan's participants."""
    return PlanMember.objects.filter(plan=plan_id, state=State.ACCEPTED).values_list("member_id", flat=True)


def membership(plan: WatchPlan, viewer: User) -> PlanMember:
    """Return the viewer's membership. Raises PlanMember.DoesNotExist if they are only invited."""
    return PlanMember.objects.select_related("plan", "member").get(plan=plan, member=viewer, state=State.ACCEPTED)


def shared_plan(plan: WatchPlan, viewer: User) -> SharedPlan:
    """Return the plan as the viewer sees it. Raises PlanMember.DoesNotExist if they are only invited."""
    own = membership(plan, viewer)
    visible = plan_members_visible_to(viewer).filter(plan=plan).select_related("member").order_by("at", "pk")
    members = [one for one in visible if one.state == State.ACCEPTED]
    return SharedPlan(
        plan=plan,
        own=own,
        members=members,
        invited=[one for one in visible if one.state != State.ACCEPTED],
        n_hidden=plan.members.filter(state=State.ACCEPTED).count() - len(members),
        titles=proposed_titles(own),
    )


def proposed_titles(own: PlanMember) -> list[Any]:
    """Return the plan's visible titles: unwatched ones first, then by votes.

    Each has `n_votes`, `is_voted` (by the viewer), `proposer` (the name, or "" if they left or aren't visible) and, as
    `title`, its card.
    """
    viewer = own.member
    mine = PlanVote.objects.filter(plan_title=OuterRef("pk"), voter=own)
    visible = plan_titles_visible_to(viewer).filter(plan=own.plan)
    rows: list[Any] = list(
        visible.annotate(n_votes=Count("votes"), is_voted=Exists(mine)).order_by(
            F("watched_at").desc(nulls_first=True), "-n_votes", "added_at", "pk"
        )
    )
    names = dict(
        members_visible_to(viewer)
        .filter(plans__in={row.proposed_by_id for row in rows})
        .values_list("plans", "username")
    )
    cards = title_cards([row.title_id for row in rows])
    for row in rows:
        row.title = cards[row.title_id]
        row.proposer = names.get(row.proposed_by_id, "")
    return rows


def not_yet_in(plan: WatchPlan, titles: Iterable[Title]) -> list[Title]:
    title_ids = set(plan.titles.values_list("title_id", flat=True))
    return [title for title in titles if title.pk not in title_ids]

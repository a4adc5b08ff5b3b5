"""The only module that changes watch plans. Invalid values raise Django's ValidationError.

Callers have checked that the acting member can see the plan, and that the members and titles are visible to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.page_parts import part_changed
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from catalog.models import Title
from social.models.plans import PlanMember, PlanTitle, PlanVote, WatchPlan
from social.notifications.notifying import notify
from social.plans.queries import taking_part

MOST_PLANS, MOST_MEMBERS, MOST_TITLES = 50, 8, 100
FIRST_YEAR, LAST_YEAR = 1970, 2200
State = PlanMember.State
INVITATIONS, PROPOSALS = WriteLimit("invitations", per_hour=100), WriteLimit("proposals", per_hour=500)


def make_plan(
    owner: User,
    name: str,
    *,
    note: str = "",
    starts_at: datetime | None = None,
    titles: Iterable[Title] = (),
    invited: Iterable[User] = (),
) -> WatchPlan:
    with transaction.atomic():
        owner.lock()
        if owner.own_plans.count() >= MOST_PLANS:
            raise ValidationError(gettext("You can have up to %(n)d plans. Delete one first.") % {"n": MOST_PLANS})
        plan = WatchPlan(owner=owner)
        change_plan(plan, name=name, note=note, starts_at=starts_at)
        own = plan.members.create(member=owner, state=State.ACCEPTED)
        for title in titles:
            propose(own, title)
        for member in invited:
            invite(plan, member)
    return plan


def change_plan(plan: WatchPlan, **values: Any) -> None:
    """Update any of `name`, `note` and `starts_at`."""
    for name, value in values.items():
        setattr(plan, name, value.strip() if isinstance(value, str) else value)
    plan.clean_fields(exclude={"owner"})
    require_text(plan.name + plan.note)
    if plan.starts_at and not FIRST_YEAR <= plan.starts_at.year <= LAST_YEAR:
        raise ValidationError({"starts_at": gettext("Invalid date. Choose another one.")})
    plan.save()


def delete_plan(plan: WatchPlan) -> None:
    plan.delete()


def invite(plan: WatchPlan, member: User) -> None:
    """Invite a member. Does nothing if they have already been invited."""
    with transaction.atomic():
        _lock(plan)
        if plan.members.filter(member=member).exists():
            return
        if plan.members.count() >= MOST_MEMBERS:
            raise ValidationError(gettext("Plans can have up to %(n)d people.") % {"n": MOST_MEMBERS})
        INVITATIONS.consume(plan.owner)
        invitation = plan.members.create(member=member)
        notify(member, "invitation", plan.owner, invitation)


def accept(plan: WatchPlan, member: User) -> None:
    invited = plan.members.filter(member=member, state=State.INVITED)
    if invited.update(state=State.ACCEPTED, at=timezone.now()):
        _update_pages(plan.pk)


def leave(plan: WatchPlan, member: User) -> None:
    """Leave a plan or decline an invitation; nobody is notified. Owners delete the plan instead."""
    plan.members.filter(member=member, state=State.INVITED).update(state=State.DECLINED)
    remove(plan, member, State.ACCEPTED)


def remove(plan: WatchPlan, member: User, *states: State) -> None:
    """Remove a member with their votes; their proposals stay. With `states`, only if they are in one of them."""
    leaving = plan.members.filter(member=member, state__in=states or State.values)
    leaving.exclude(member=plan.owner_id).delete()
    _update_pages(plan.pk)


def propose(by: PlanMember, title: Title) -> PlanTitle:
    """Propose a title and vote for it."""
    with transaction.atomic():
        _lock(by.plan)
        proposed = by.plan.titles.filter(title=title).first()
        if proposed is not None:
            return proposed
        if by.plan.titles.count() >= MOST_TITLES:
            raise ValidationError(gettext("Plans can have up to %(n)d titles.") % {"n": MOST_TITLES})
        PROPOSALS.consume(by.member)
        proposed = by.plan.titles.create(title=title, proposed_by=by)
        vote(by, proposed, True)
    return proposed


def may_withdraw(by: PlanMember, proposed: PlanTitle) -> bool:
    return by.pk == proposed.proposed_by_id or by.member_id == by.plan.owner_id


def withdraw(by: PlanMember, proposed: PlanTitle) -> None:
    if not may_withdraw(by, proposed):
        raise ValidationError(gettext("Only the plan’s owner or the person who proposed a title can remove it."))
    proposed.delete()
    _update_pages(by.plan_id)


def vote(by: PlanMember, proposed: PlanTitle, is_for: bool) -> None:
    if is_for:
        PlanVote.objects.get_or_create(plan_title=proposed, voter=by)
    else:
        PlanVote.objects.filter(plan_title=proposed, voter=by).delete()
    _update_pages(by.plan_id)


def mark_watched(proposed: PlanTitle, is_watched: bool) -> None:
    """Mark a title as watched together, or not. Members' own lists are unchanged."""
    PlanTitle.objects.filter(pk=proposed.pk, watched_at__isnull=is_watched).update(
        watched_at=timezone.now() if is_watched else None
    )
    _update_pages(proposed.plan_id)


def join_proposals(kept: PlanTitle, dropped: PlanTitle) -> None:
    """Make one of two titles of a plan that are one work: watched if either was."""
    watched = filter(None, (kept.watched_at, dropped.watched_at))
    PlanTitle.objects.filter(pk=kept.pk).update(
        added_at=min(kept.added_at, dropped.added_at), watched_at=min(watched, default=None)
    )


def leave_each_other(blocker_id: int, blocked_id: int) -> None:
    """Remove two members from each other's plans. In other members' plans they just can't see each other."""
    of_other = Q(plan__owner=blocker_id, member=blocked_id) | Q(plan__owner=blocked_id, member=blocker_id)
    leaving = PlanMember.objects.filter(of_other)
    plan_ids = set(leaving.values_list("plan_id", flat=True))
    leaving.delete()
    for plan_id in plan_ids:
        _update_pages(plan_id)


def _lock(plan: WatchPlan) -> None:
    """Lock the plan, so that simultaneous additions wait for each other."""
    WatchPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)


def _update_pages(plan_id: int) -> None:
    part_changed("plans", lambda: taking_part(plan_id))

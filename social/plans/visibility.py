"""Visibility of watch plans: participants see the plan, invited members only the invitation."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from catalog.models import Title
from social.models.plans import PlanMember, PlanTitle, WatchPlan
from social.visibility import members_visible_to


def plans_visible_to(viewer: User) -> QuerySet[WatchPlan]:
    """Return the plans of visible owners that the viewer takes part in or is invited to."""
    own = PlanMember.objects.filter(member=viewer).exclude(state=PlanMember.State.DECLINED)
    return WatchPlan.objects.filter(pk__in=own.values("plan"), owner__in=members_visible_to(viewer))


def plans_shared_with(viewer: User) -> QuerySet[WatchPlan]:
    """Return the plans that the viewer takes part in, and whose titles and members they can see."""
    return plans_visible_to(viewer).filter(pk__in=_parts_of(viewer).values("plan"))


def plan_members_visible_to(viewer: User) -> QuerySet[PlanMember]:
    """Return the plan members that the viewer can see: participants, and invitees of their own plans."""
    is_disclosed = Q(state=PlanMember.State.ACCEPTED) | Q(plan__owner=viewer)
    return PlanMember.objects.filter(
        is_disclosed, plan__in=plans_shared_with(viewer), member__in=members_visible_to(viewer)
    )


def plan_titles_visible_to(viewer: User) -> QuerySet[PlanTitle]:
    return PlanTitle.objects.filter(
        plan__in=plans_shared_with(viewer), title__in=Title.objects.visible_to(viewer).order_by()
    )


def _parts_of(viewer: User) -> QuerySet[PlanMember]:
    return PlanMember.objects.filter(member=viewer, state=PlanMember.State.ACCEPTED)

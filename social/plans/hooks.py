from typing import Any

from django.db.models import OuterRef
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.page_parts import register_part
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from catalog.titles.merging import register_join
from social.models.plans import PlanMember, PlanTitle, PlanVote
from social.notifications.kinds import Channel, Kind, register_kind
from social.plans.export import export_plans, restore_plans, undo_plans
from social.plans.planning import join_proposals, leave_each_other
from social.plans.queries import version_of_plans
from social.plans.visibility import plans_visible_to
from social.signals import blocked

register_join(PlanTitle, join_proposals)
register_join(PlanVote)
register_part("plans", version_of_plans)
register(Section("plans", export_plans, restore_plans, undo_plans))
register_personal_data(
    "plan_memberships", lambda user: PlanMember.objects.filter(member=user), "plan__name", "state", "at"
)
register_kind(
    Kind(
        "invitation",
        _("Invitations to watch together"),
        _("Invitation to watch together, %(about)s: %(who)s"),
        url=lambda notification: notification.invitation.plan.get_absolute_url(),
        thread=lambda notification: f"plan:{notification.invitation.plan_id}",
        related=("invitation__plan",),
        about=lambda notification: notification.invitation.plan.name,
        visible=lambda member: plans_visible_to(member).filter(pk=OuterRef("invitation__plan")),
        default_channels=(Channel.SITE, Channel.PUSH),
    )
)


@receiver(blocked, dispatch_uid="leave_plans")
def leave_plans(blocker_id: int, blocked_id: int, **_: Any) -> None:
    leave_each_other(blocker_id, blocked_id)

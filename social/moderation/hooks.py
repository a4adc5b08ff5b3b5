from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import register_personal_data
from catalog.titles.merging import register_fixed, register_join
from social.models import Decision, Notification, Report
from social.moderation.targets import Act
from social.notifications.kinds import Channel, Kind, register_kind

DECIDED: dict[str, Promise] = {
    Act.TAKE_DOWN: _("Your content was removed"),
    Act.PUT_BACK: _("Your content was restored"),
    Act.WARN: _("You received a warning"),
    Act.SUSPEND: _("Your account was suspended"),
    Act.REINSTATE: _("Your suspension was lifted"),
}


def decision_details(notification: Notification) -> dict[str, Any]:
    decision = notification.decision
    assert decision is not None
    return {"act": DECIDED[decision.act], "reason": decision.reason}


register_join(Report)
register_fixed(Decision)
register_personal_data(
    "reports", lambda user: Report.objects.filter(reporter=user), "reason", "remark", "created_at", "is_settled"
)
register_personal_data(
    "moderation_decisions", lambda user: Decision.objects.filter(member=user), "what", "act", "reason", "at"
)
register_kind(
    Kind(
        "moderation",
        _("Moderation decisions about me"),
        _("%(act)s. Reason: %(reason)s"),
        url=lambda notification: reverse("social:notifications"),
        thread=lambda notification: f"decision:{notification.decision_id}",
        related=("decision",),
        details=decision_details,
        default_channels=(Channel.SITE, Channel.EMAIL),
        reaches_suspended=True,
    )
)

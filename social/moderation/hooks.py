from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from social.models import Notification
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


register_kind(
    Kind(
        "moderation",
        _("Moderation decisions about me"),
        _("%(act)s. Reason: %(reason)s"),
        url=lambda notification: reverse("social:notifications"),
        thread=lambda notification: f"decision:{notification.decision_id}",
        related=("decision",),
        details=decision_details,
        default_channel=Channel.EMAIL,
        reaches_suspended=True,
    )
)

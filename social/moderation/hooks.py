from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from social.models import Notification
from social.moderation.targets import Act
from social.notifications.kinds import Channel, Kind, register_kind

DECIDED: dict[str, Promise] = {
    Act.TAKE_DOWN: _("Staff have taken down something of yours"),
    Act.PUT_BACK: _("Staff have put back something of yours"),
    Act.WARN: _("Staff warn you"),
    Act.SUSPEND: _("Staff have suspended your account"),
    Act.REINSTATE: _("Staff have let you in again"),
}


def decision_details(notification: Notification) -> dict[str, Any]:
    decision = notification.decision
    assert decision is not None
    return {"act": DECIDED[decision.act], "reason": decision.reason}


register_kind(
    Kind(
        "moderation",
        _("Staff decide about what I wrote"),
        _("%(act)s. Why: %(reason)s"),
        url=lambda notification: reverse("social:notifications"),
        thread=lambda notification: f"decision:{notification.decision_id}",
        related=("decision",),
        details=decision_details,
        default_channel=Channel.EMAIL,
        reaches_suspended=True,
    )
)

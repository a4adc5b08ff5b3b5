from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import register_personal_data
from catalog.titles.merging import register_join
from social.corrections.fields import FIELDS
from social.models import Correction, Notification
from social.notifications.kinds import Kind, register_kind

State = Correction.State
OUTCOMES: dict[str, Promise] = {
    State.ACCEPTED: _("Your correction of %(title)s (%(field)s) was accepted"),
    State.DECLINED: _("Your correction of %(title)s (%(field)s) was declined: %(reason)s"),
    State.UNDONE: _("Your correction of %(title)s (%(field)s) was undone: %(reason)s"),
}


def outcome(notification: Notification) -> dict[str, Any]:
    correction = notification.correction
    assert correction is not None
    values = {
        "title": correction.title.name,
        "field": FIELDS[correction.field],
        "reason": correction.reason,
    }
    return {"outcome": str(OUTCOMES[correction.state]) % values}


register_join(Correction)
register_personal_data(
    "corrections",
    lambda user: Correction.objects.filter(reporter=user),
    *("title__name", "field", "value", "evidence", "state", "reason", "created_at"),
)
register_kind(
    Kind(
        "correction",
        _("Decisions on corrections I suggested"),
        "%(outcome)s",
        url=lambda notification: reverse("social:title_history", args=[notification.correction.title_id]),
        thread=lambda notification: f"correction:{notification.correction_id}",
        related=("correction__title",),
        details=outcome,
    )
)

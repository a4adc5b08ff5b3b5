from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Delivery, User, Webhook
from accounts.personal_data import register_personal_data
from accounts.signals import access_ended
from accounts.tokens.scopes import register_scope
from accounts.webhooks import announcing  # noqa: F401  (receives events)

register_scope("webhooks", _("Manage my webhooks"))
register_personal_data(
    "webhooks", lambda user: Webhook.objects.filter(user=user), "url", "events", "created_at", "disabled_at"
)
register_personal_data(
    "webhook_deliveries",
    lambda user: Delivery.objects.filter(webhook__user=user),
    *("webhook__url", "event", "state", "created_at", "status"),
)


@receiver(access_ended, dispatch_uid="disable_webhooks")
def disable_webhooks(user: User, **_: Any) -> None:
    Webhook.objects.filter(user=user, disabled_at=None).update(disabled_at=timezone.now())

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.events import Event, publish, register_event
from accounts.lists import visitor_scores  # noqa: F401  (receives logins)
from accounts.signals import list_changed
from accounts.tokens.scopes import register_scope

register_scope("read:list", _("Read my list, hidden titles, tags, imports and exports"))
register_scope("write:list", _("Change my list, hide titles, import lists"))
register_event(Event("list.changed", _("My list changes (changes within a few seconds are combined)"), coalesces=True))


@receiver(list_changed, dispatch_uid="publish_list_changed")
def publish_list_changed(user_id: int, **_: Any) -> None:
    publish(user_id, "list.changed", {})

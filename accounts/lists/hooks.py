from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.entries.joining import join_entries
from accounts.entries.writing import mark_lists_changed
from accounts.events import Event, publish, register_event
from accounts.lists import visitor_scores  # noqa: F401  (receives logins)
from accounts.models import HiddenTitle, ListEntry
from accounts.signals import list_changed
from accounts.tokens.scopes import register_scope
from catalog.titles.merging import register_join, title_merging

register_scope("read:list", _("Read my list, hidden titles, tags, imports and exports"))
register_scope("write:list", _("Change my list, hide titles, import lists"))
register_event(Event("list.changed", _("My list changes (changes within a few seconds are combined)"), coalesces=True))
register_join(ListEntry, join_entries)
register_join(HiddenTitle)


@receiver(title_merging, dispatch_uid="lists_of_merged_titles")
def change_lists(kept_id: int, dropped_id: int, **_: Any) -> None:
    mark_lists_changed(dropped_id)


@receiver(list_changed, dispatch_uid="publish_list_changed")
def publish_list_changed(user_id: int, **_: Any) -> None:
    publish(user_id, "list.changed", {})

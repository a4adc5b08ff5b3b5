from accounts.models.about import AboutMember
from accounts.models.entries import SEEN, EntryStatus, EntryValues, HiddenTitle, ListEntry, ListEntryQuerySet
from accounts.models.history import EntryChange
from accounts.models.imports import Conflict, ImportRow, ListImport
from accounts.models.own_entries import OwnEntry
from accounts.models.push import PushKey, PushMessage, PushSubscription
from accounts.models.scrobbling import ScrobbleAddress, ScrobbledShow, ScrobbleEvent
from accounts.models.tokens import AccessToken, StoredResponse
from accounts.models.users import User, Visibility
from accounts.models.webhooks import Delivery, Webhook

__all__ = [
    "SEEN",
    "AboutMember",
    "AccessToken",
    "Conflict",
    "Delivery",
    "EntryChange",
    "EntryStatus",
    "EntryValues",
    "HiddenTitle",
    "ImportRow",
    "ListEntry",
    "ListEntryQuerySet",
    "ListImport",
    "OwnEntry",
    "PushKey",
    "PushMessage",
    "PushSubscription",
    "ScrobbleAddress",
    "ScrobbleEvent",
    "ScrobbledShow",
    "StoredResponse",
    "User",
    "Visibility",
    "Webhook",
]

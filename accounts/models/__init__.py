from accounts.models.about import AboutMember
from accounts.models.entries import SEEN, EntryStatus, HiddenTitle, ListEntry, ListEntryQuerySet
from accounts.models.history import EntryChange
from accounts.models.imports import Conflict, ImportRow, ListImport
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
    "HiddenTitle",
    "ImportRow",
    "ListEntry",
    "ListEntryQuerySet",
    "ListImport",
    "StoredResponse",
    "User",
    "Visibility",
    "Webhook",
]

from accounts.models.entries import EntryStatus, HiddenTitle, ListEntry, ListEntryQuerySet, Visibility
from accounts.models.imports import Conflict, ImportRow, ListImport
from accounts.models.users import User

__all__ = [
    "Conflict",
    "EntryStatus",
    "HiddenTitle",
    "ImportRow",
    "ListEntry",
    "ListEntryQuerySet",
    "ListImport",
    "User",
    "Visibility",
]

from accounts.models.entries import EntryStatus, HiddenTitle, ListEntry, ListEntryQuerySet, Visibility
from accounts.models.users import User

__all__ = ["EntryStatus", "HiddenTitle", "ListEntry", "ListEntryQuerySet", "User", "Visibility"]

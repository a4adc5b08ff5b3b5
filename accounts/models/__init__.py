from accounts.models.entries import EntryStatus, HiddenTitle, ListEntry, Visibility
from accounts.models.users import User

__all__ = ["EntryStatus", "HiddenTitle", "ListEntry", "User", "Visibility"]

from django.dispatch import Signal

list_changed = Signal()
"""Sent after the commit of any change that recommendations read. Argument: `user_id`."""

sight_changed = Signal()
"""Sent in the transaction that changes which titles a member can see. Argument: `user_id`."""

entries_changed = Signal()
"""Sent in the transaction of a member's own changes to entries, but not of undo or imports.

Arguments: `user_id`, and `changes`, a list of (saved entry, its previous status and score, or None if it is new).
"""

list_imported = Signal()
"""Sent in the transaction of an import. Arguments: `user_id`, and `title_ids` of the new entries."""

own_entries_found = Signal()
"""Sent in the transaction that moves own entries to titles that the catalogue has now.

Arguments: `user_id`, and `entries`, the list entries.
"""

access_ended = Signal()
"""Sent in the transaction that ends all access to an account that may be in wrong hands. Argument: `user`."""

signed_out = Signal()
"""Sent when a member's session ends. Arguments: `user_id`, `session_key`."""

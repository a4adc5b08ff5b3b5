from django.dispatch import Signal

list_changed = Signal()
"""Sent after the commit of any change that recommendations read: `user_id`."""

sight_changed = Signal()
"""Sent in the transaction of a change of which titles a member may see: `user_id`."""

entries_changed = Signal()
"""Sent in the transaction of a member's own changes to entries, not of undo or imports: `user_id`,
`changes`, a list of (entry as saved, its status and score before, or None when it was not there)."""

list_imported = Signal()
"""Sent in the transaction of an import: `user_id`, `title_ids` of the entries that are new."""

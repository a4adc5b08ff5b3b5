from django.dispatch import Signal

blocked = Signal()
"""Sent in the transaction of a block, for receivers to undo other ties. Arguments: `blocker_id`, `blocked_id`."""

feed_changed = Signal()
"""Sent after the commit of a new activity. Argument: `user_id` of the actor."""

review_written = Signal()
"""Sent in the transaction that creates a review or changes its text. Argument: `review_id`."""

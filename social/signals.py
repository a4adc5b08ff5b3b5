from django.dispatch import Signal

blocked = Signal()
"""Sent in the transaction of a block: `blocker_id`, `blocked_id`. Whatever else binds the two is to be undone."""

feed_changed = Signal()
"""Sent after the commit of something that feeds tell: `user_id`, of whom they tell it."""

plan_changed = Signal()
"""Sent after the commit when who takes part in a watch plan, its titles or their votes have changed: `plan_id`."""

notified = Signal()
"""Sent after the commit when a member's notifications have changed: `user_id`."""

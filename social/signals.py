from django.dispatch import Signal

blocked = Signal()
"""Sent in the transaction of a block: `blocker_id`, `blocked_id`. Whatever else binds the two is to be undone."""

feed_changed = Signal()
"""Sent after the commit of something that feeds tell: `user_id`, of whom they tell it."""

from django.dispatch import Signal

list_changed = Signal()
"""Sent after the commit of any change that recommendations read: `user_id`."""

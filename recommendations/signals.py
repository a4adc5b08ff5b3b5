from django.dispatch import Signal

published = Signal()
"""Sent after the commit when another version of the models begins to serve: `version_id`."""

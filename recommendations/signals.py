from django.dispatch import Signal

published = Signal()
"""Sent after the commit when another version of the models begins to serve: `version_id`."""

publication_begun = Signal()
"""Sent after the commit when a version begins to be published: `n`, how many workers could help."""

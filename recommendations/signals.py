from django.dispatch import Signal

published = Signal()
"""Sent after commit when a model version goes live. Arguments: `version_id`."""

publication_begun = Signal()
"""Sent after commit when a publication starts. Arguments: `n`, the number of workers that could help."""

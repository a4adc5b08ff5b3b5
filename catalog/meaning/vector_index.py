"""The indices of pgvector over synopses. Without it, search by meaning is one by names, tags and words."""

from __future__ import annotations

from catalog import vectors
from catalog.models import SynopsisSentence
from catalog.models.meaning import N_VALUES
from catalog.vectors import VectorIndex

SENTENCES = VectorIndex("sentence_by_meaning", "catalog_synopsissentence", N_VALUES)
DESCRIPTIONS = VectorIndex("title_by_description", "catalog_titletext", N_VALUES)
INDICES = (SENTENCES, DESCRIPTIONS)
AS_VECTOR = SENTENCES.as_vector


def prepare() -> bool:
    """Create what is missing, see `vectors.prepare`."""
    return vectors.prepare(INDICES)


def is_available() -> bool:
    return vectors.is_available(INDICES)


def has_vectors() -> bool:
    """Return whether there is something to compare a question with."""
    return is_available() and SynopsisSentence.objects.exists()

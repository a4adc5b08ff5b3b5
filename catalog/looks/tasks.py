from __future__ import annotations

import logging

from django.conf import settings

from anirec.lib.database.locks import try_lock
from anirec.lib.jobs import Run, job

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds
LONGEST = 240.0  # then others have their turn


@job("catalog.tasks.embed_covers", "sources", Run(EVERY, expires=EVERY))
def embed_covers() -> None:
    """Read the covers that are new or have changed, and place them where similar ones are near."""
    if not settings.COVERS:
        return
    from catalog.looks import vector_index
    from catalog.looks.pictures import embedding, placing  # TensorFlow is loaded by the first picture
    from catalog.versioning import catalogue_changed

    with try_lock("looks") as is_free:
        if not is_free:
            return
        n_read = embedding.read_covers(LONGEST)
        n_placed = placing.place_covers() if vector_index.prepare() else 0
        if n_read or n_placed:
            catalogue_changed()
            logger.info("looks: %d covers read, %d placed", n_read, n_placed)

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"


def shared_file(name: str) -> Path:
    """Return the path of a shared data file. Skip the test if it doesn't exist."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/data/{name} is not there")
    return path

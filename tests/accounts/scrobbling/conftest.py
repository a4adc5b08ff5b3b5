from __future__ import annotations

import pytest

from accounts.models import ScrobbleAddress
from accounts.scrobbling.recording import create_address


@pytest.fixture
def key(member) -> str:
    """The key of the member's address, for reports about "ada"."""
    key = create_address(member, "Home", "Ada")
    assert key
    return key


@pytest.fixture
def address(key) -> ScrobbleAddress:
    return ScrobbleAddress.objects.get()

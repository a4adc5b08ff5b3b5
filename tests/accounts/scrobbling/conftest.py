from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from accounts.models import ScrobbleAddress


@pytest.fixture
def key(member) -> str:
    """The key of the member's address, for reports about "ada"."""
    from accounts.scrobbling.recording import create_address

    key = create_address(member, "Home", "Ada")
    assert key
    return key


@pytest.fixture
def address(member, key) -> ScrobbleAddress:
    return member.scrobble_addresses.select_related("user").get()

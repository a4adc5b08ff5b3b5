from __future__ import annotations

import pytest


@pytest.fixture
def fan(member, odd):
    """Create a member who likes odd titles."""
    from accounts.entries import writing as lists

    for title, score in zip(odd[:4], (9, 10, 8, 9), strict=True):
        lists.set_score(member, title, score)
    member.refresh_from_db()
    return member

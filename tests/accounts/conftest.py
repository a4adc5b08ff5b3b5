from __future__ import annotations

import pytest


@pytest.fixture
def own(client, member):
    """The member's browser."""
    client.force_login(member)
    return client


@pytest.fixture
def make_known(make_title):
    """Create a title that can be found by name and by MyAnimeList ID."""
    from catalog.models import ExternalId, TitleName
    from catalog.search.keys import search_key

    def make(name: str, mal: int | None = None, **fields):
        title = make_title(name, **fields)
        TitleName.objects.create(title=title, kind="main", text=name, key=search_key(name))
        if mal:
            ExternalId.objects.create(title=title, provider="mal", medium="anime", value=str(mal))
        return title

    return make

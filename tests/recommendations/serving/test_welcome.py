from __future__ import annotations

from catalog.models import Tag, Title
from recommendations.serving import onboarding_titles


def test_onboarding_shows_where_series_begin_and_many_genres(make_title):
    genres = [Tag.objects.create(kind="genre", name=name, slug=name) for name in ("action", "drama", "music")]
    popular = [make_title(f"Action {n}", members=10_000 - n) for n in range(4)]
    for title in popular:
        title.tags.set(genres[:1])
    Title.objects.filter(pk=popular[0].pk).update(franchise_entry=popular[0])
    sequel = make_title("Action 0 II", members=9_999, franchise_entry=popular[0])
    sequel.tags.set(genres[1:2])
    drama, music = make_title("Drama", members=500), make_title("Music", members=400)
    drama.tags.set(genres[1:2])
    music.tags.set(genres[2:])
    adult = make_title("Adult", members=99_999, is_adult=True)

    chosen = onboarding_titles(n=3)

    assert chosen[0] == popular[0]
    assert set(chosen) == {popular[0], drama, music}
    assert adult not in chosen

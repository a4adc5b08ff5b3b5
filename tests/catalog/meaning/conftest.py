import pytest

SYNOPSES = {
    "Violin Days": "Mio practises the violin at a music academy, and mourns her mother, who died last spring. "
    "Nobody there knows why she never plays in front of others.",
    "Tent Girls": "Three schoolgirls go camping at the foot of Mount Fuji. They cook noodles over a fire.",
    "Steel Orbit": "Giant robots fight an alien fleet above the Earth. A young pilot has to save his colony.",
    "Night Kiss": "A vampire falls in love with a human student. Her family forbids the two to meet again.",
}


@pytest.fixture
def embedded(make_title):
    """Four titles by name, with words and vectors."""
    from catalog.search.index import index_titles

    titles = {name: make_title(name, synopsis=synopsis) for name, synopsis in SYNOPSES.items()}
    index_titles(titles.values())
    embed()
    return titles


def embed():
    from catalog.meaning import vector_index
    from catalog.meaning.texts import embedding

    assert vector_index.prepare()
    embedding.refresh_words()
    return embedding.embed_synopses(60)

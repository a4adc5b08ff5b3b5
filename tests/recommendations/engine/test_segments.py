import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.segments import Segments, choose_number, damped_shares, fit_segments

GENRES = ("genre:Action", "genre:Drama", "genre:Music", "genre:Space", "genre:Sports", "genre:Romance")
N_TITLES, N_MEMBERS = 120, 400


def fans() -> Interactions:
    """Return data where title i has genre i % 6, and member u mostly watches and likes genre u % 6."""
    generator = np.random.default_rng(1)
    genre = np.arange(N_TITLES) % len(GENRES)
    rows = []
    for user in range(N_MEMBERS):
        own = genre == user % len(GENRES)
        weights = np.where(own, 12.0, 1.0)
        titles = generator.choice(N_TITLES, size=20, replace=False, p=weights / weights.sum())
        rows += [(user + 1, title + 1, 9 if own[title] else 5) for title in titles]
    made = Interactions.from_ids(*np.array(rows).T)
    values = sp.csr_matrix(np.eye(len(GENRES), dtype=np.float32)[genre])
    return Interactions(
        **{name: getattr(made, name) for name in ("users", "items", "user_index", "item_index", "score", "recent")},
        features=TitleFeatures(values, GENRES),
    )


@pytest.fixture(scope="module")
def train():
    return fans()


@pytest.fixture(scope="module")
def segments(train):
    return fit_segments(train, seed=0)


def watched(*titles) -> Histories:
    return Histories.of_one(np.array(titles, dtype=int), np.zeros(len(titles)), N_TITLES)


def test_finds_the_groups_there_are_and_says_how_sure_it_is(segments):
    assert len(segments) == 6
    assert segments.criterion["segments"] == 6
    assert segments.criterion["stability"] > 0.95
    assert segments.arrays["size"].sum() == N_MEMBERS
    assert segments.arrays["size"].min() >= 60


def test_each_is_named_by_what_it_watches_more_of_than_everybody(segments):
    assert {traits[0] for traits in segments.traits} == {name.partition(":")[2] for name in GENRES}


def test_a_new_member_joins_those_who_watch_the_same(segments):
    for genre, name in enumerate(GENRES):
        number, places = segments.assign(watched(*range(genre, 60, 6)))
        assert segments.traits[number[0]][0] == name.partition(":")[2]
        assert places.shape == (1, 2)


def test_an_empty_list_is_in_the_middle_of_everybody(segments, train):
    _, everybody = segments.assign(train.histories())
    _, nobody = segments.assign(watched())

    assert nobody[0] == pytest.approx(everybody.mean(0), abs=0.1)


def test_a_single_title_tells_to_whom_a_list_may_belong(segments):
    belonging = segments.belonging(np.array([0]))

    assert belonging.sum() == pytest.approx(1)
    assert segments.traits[belonging.argmax()][0] == "Action"
    assert belonging.max() > 0.5
    assert segments.belonging(np.array([], dtype=int)) == pytest.approx(segments.arrays["size"] / N_MEMBERS)


def test_favourites_are_those_of_the_like_minded(segments):
    favourites = segments.favourites_for(np.array([0, 6, 12]))

    assert set(np.argsort(-favourites)[:10] % 6) == {0}
    assert (favourites.min() >= 0, favourites.max()) == (True, 1)


def test_the_same_seed_finds_the_same_and_a_saved_one_assigns_the_same(segments, train, tmp_path):
    again = fit_segments(train, seed=0)
    segments.save(tmp_path / "segments")
    loaded = Segments.load(tmp_path / "segments")

    for other in (again, loaded):
        assert other.traits == segments.traits
        assert other.criterion == segments.criterion
        assert np.array_equal(other.arrays["centres"], segments.arrays["centres"])
    assert [a.tolist() for a in loaded.assign(train.histories())] == [
        a.tolist() for a in segments.assign(train.histories())
    ]


def test_shares_are_pulled_towards_everybody_s():
    values = sp.csr_matrix(np.array([[1.0, 0], [1, 1]]))
    two = Histories(sp.csr_matrix(np.array([[1.0, 8], [0, 0]])))

    shares = damped_shares(two, values, np.array([0.5, 0.1]))

    # (2 + 10 · ½) / 12 and (1 + 10 · 0.1) / 12; without history: the overall rate
    assert shares == pytest.approx(np.array([[7 / 12, 2 / 12], [0.5, 0.1]]))


def test_the_number_with_clear_groups_is_chosen():
    random = np.random.default_rng(0)
    five = np.concatenate([random.normal(centre, 0.3, (60, 5)) for centre in 9 * np.eye(5)])

    assert choose_number(five, random, seed=0)[0] == 5


def test_too_few_members_and_titles_that_do_not_differ_have_no_segments(train):
    few = train.where(train.user_index < 100).restricted(np.arange(100), np.arange(N_TITLES))
    same = TitleFeatures(sp.csr_matrix(np.ones((N_TITLES, 1))), ("genre:Action",))

    assert fit_segments(few, seed=0) is None
    assert fit_segments(Interactions(**{**vars(train), "features": same}), seed=0) is None


def test_needs_to_know_something_of_the_titles(train):
    with pytest.raises(ValueError, match=r"^segments need title features$"):
        fit_segments(Interactions(**{**vars(train), "features": None}), seed=0)


def test_assigning_loads_nothing_that_only_finding_needs():
    code = "import sys, recommendations.engine.segments; sys.exit('sklearn' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

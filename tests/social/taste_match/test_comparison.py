from __future__ import annotations

import pytest
from django.urls import reverse

from social.people.relations import block, follow
from social.taste_match.affinity import Affinity
from social.taste_match.comparison import compare

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def titles(make_title):
    return [make_title(f"Title {n}") for n in range(8)]


@pytest.fixture
def both(member, ada, titles, make_entry):
    """Six titles scored by both members, and one on only one list for each."""
    for title, own, theirs in zip(titles, [10, 9, 8, 3, 7, 5], [9, 9, 4, 8, 7, 5], strict=False):
        make_entry(member, title, status="completed", score=own)
        make_entry(ada, title, status="completed", score=theirs)
    make_entry(member, titles[6], status="planned")
    make_entry(ada, titles[7], status="completed", score=10)


def names(pairs):
    return [(pair.title.name, pair.own, pair.theirs) for pair in pairs]


def test_two_lists_side_by_side(both, member, ada):
    found = compare(member, ada)

    assert (found.n_own, found.n_theirs, found.n_both) == (7, 7, 6)
    assert names(found.loved) == [("Title 0", 10, 9), ("Title 1", 9, 9)]
    assert names(found.apart) == [("Title 3", 3, 8), ("Title 2", 8, 4)]
    assert (found.affinity.n_common, found.affinity.is_known) == (6, True)


def test_only_what_the_viewer_may_see_counts(both, member, ada, titles):
    ada.entries.filter(title=titles[0]).update(visibility="private")
    ada.entries.filter(title=titles[3]).update(visibility="followers")
    titles[1].is_adult = True
    titles[1].save()

    assert names((found := compare(member, ada)).loved) == []
    assert (names(found.apart), found.n_own, found.n_theirs, found.n_both) == ([("Title 2", 8, 4)], 6, 4, 3)
    follow(member, ada)
    assert names(compare(member, ada).apart) == [("Title 3", 3, 8), ("Title 2", 8, 4)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.6, "Your scores are almost identical."),
        (0.59, "Your tastes are very similar."),
        (0.15, "Your tastes are somewhat similar."),
        (0.0, "Your tastes have little in common."),
        (-0.16, "Your tastes tend to differ."),
        (-1.0, "Your tastes tend to differ."),
    ],
)
def test_the_number_in_words(value, words):
    assert str(Affinity(value, 20).in_words) == words


class TestPages:
    def test_the_page_says_the_number_and_what_it_is_from(self, both, client, member, ada):
        client.force_login(member)
        content = client.get(reverse("social:compare", args=["ada"])).content.decode()
        value = compare(member, ada).affinity.value
        assert f'<p class="big num">{round(value * 100)}%</p>' in content
        assert "Based on 6 titles you both scored." in content

    def test_too_few_titles_are_said_instead_of_a_number(self, client, member, ada, titles, make_entry):
        for owner in (member, ada):
            make_entry(owner, titles[0], status="completed", score=8)
        client.force_login(member)
        content = client.get(reverse("social:compare", args=["ada"])).content.decode()
        assert "You’ve scored 1 title in common. Score more to see your taste match." in content
        assert 'class="big' not in content

    def test_a_line_of_it_for_the_members_page(self, both, client, member, ada):
        client.force_login(member)
        line = client.get(
            reverse("social:compare", args=["ada"]), headers={"hx-request": "true", "hx-target": "affinity"}
        )
        value = compare(member, ada).affinity.value
        assert f"6 titles in common · {round(value * 100)}% taste match" in line.content.decode()

    def test_nobody_is_compared_across_a_block_or_with_themselves(self, client, member, ada):
        client.force_login(member)
        assert client.get(reverse("social:compare", args=["member"])).headers["Location"] == "/members/member/"
        block(ada, member)
        paths = [reverse(name, args=["ada"]) for name in ("social:compare", "recommendations:of_theirs")]
        assert [client.get(path).status_code for path in paths] == [404, 404]

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_queries_are_as_many_for_many_titles(
        self, client, member, ada, titles, make_entry, n, django_assert_num_queries
    ):
        for title in titles[:n]:
            make_entry(member, title, status="completed", score=9)
            make_entry(ada, title, status="completed", score=9)
        client.force_login(member)
        client.get("/titles/")  # caches the catalogue's version
        with django_assert_num_queries(7):
            client.get(reverse("social:compare", args=["ada"]))

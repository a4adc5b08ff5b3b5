from __future__ import annotations

import pytest

from accounts.entries import writing as lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, make_member):
    member = make_member("staff", is_staff=True, is_superuser=True)
    client.force_login(member)
    return client


def test_staff_see_counts_above_the_catalogues(staff, make_member, make_title, make_entry):
    air, monster, endless = (
        make_title(name, episodes=n) for name, n in (("Air", 12), ("Monster", 74), ("Piece", None))
    )
    for number, (title, progress) in enumerate(
        [(air, 13), (air, 13), (air, 14), (air, 12), (monster, 75), (endless, 999)]
    ):
        make_entry(make_member(f"m{number}"), title, progress=progress)
    titles = staff.get("/staff/episode-counts/").context["titles"]
    assert [(title.name, title.episodes, title.usual_count, title.n_members) for title in titles] == [
        ("Air", 12, 13, 3),
        ("Monster", 74, 75, 1),
    ]


def test_a_corrected_number_leaves_the_page(staff, make_member, make_title, make_entry):
    title = make_title("Air", episodes=12)
    make_entry(make_member("m"), title, progress=13)
    type(title).objects.filter(pk=title.pk).update(episodes=13)
    assert "No list has more episodes than the catalogue." in staff.get("/staff/episode-counts/").content.decode()


def test_an_edit_of_another_value_keeps_the_hint(staff, make_member, make_title, make_entry):
    title, member = make_title("Air", episodes=12), make_member("m")
    make_entry(member, title, progress=13)
    lists.set_score(member, title, 9)
    assert [title.name for title in staff.get("/staff/episode-counts/").context["titles"]] == ["Air"]

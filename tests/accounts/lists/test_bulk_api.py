from __future__ import annotations

import itertools

import pytest

from accounts.lists.queries import SORTS
from accounts.models import ListEntry, User
from catalog.models import Relation

MY_LIST = "/api/v1/my/list/"
BULK = f"{MY_LIST}bulk/"


def send(api, *rows, **options):
    return api.post(BULK, {"rows": rows, **options}, format="json")


def stored(member) -> dict[int, tuple[str, int | None]]:
    return {pk: (status, score) for pk, status, score in member.entries.values_list("title", "status", "score")}


@pytest.fixture
def titles(make_title) -> list[int]:
    return [make_title(episodes=12).pk for _ in range(4)]


def test_each_row_is_changed_as_patch_would(api, member, titles, make_entry):
    first, second, third, fourth = titles
    for pk in (first, fourth):
        ListEntry.objects.create(user=member, title_id=pk, status="watching", score=5, notes="Kept.")
    answer = send(
        api,
        {"title_id": first, "progress": 12},
        {"title_id": second, "score": 9},
        {"title_id": third, "progress": 13},
        {"title_id": fourth, "remove": True},
        {"title_id": 10**9, "score": 1},
    )
    assert answer.json() == {
        "written": True,
        "rows": [
            {"title_id": first, "done": True},
            {"title_id": second, "done": True},
            {
                "title_id": third,
                "done": False,
                "errors": {"progress": ["Too many episodes watched (13). The title has 12."]},
            },
            {"title_id": fourth, "done": True},
            {"title_id": 10**9, "done": False, "errors": {"title_id": ["There is no such title."]}},
        ],
    }
    assert stored(member) == {first: ("completed", 5), second: ("completed", 9)}
    assert member.entries.get(title=first).notes == "Kept."


@pytest.mark.parametrize("wrong", [{"progress": 13}, {"title_id": 10**9}])
def test_all_or_nothing_is_nothing_where_one_row_cannot_be(api, member, titles, wrong):
    answer = send(api, {"title_id": titles[0], "score": 8}, {"title_id": titles[1], **wrong}, all_or_nothing=True)
    assert (answer.status_code, answer.json()["written"]) == (200, False)
    assert [row["done"] for row in answer.json()["rows"]] == [False, False]
    member.refresh_from_db()
    assert (stored(member), member.list_version) == ({}, 0)


@pytest.mark.parametrize(
    "rows",
    [[], [{}], [{"title_id": "x"}], [{"title_id": 1, "score": 11}], [{"title_id": 1, "scoer": 1}], [7],
     [{"title_id": 1}] * 501],
)  # fmt: skip
def test_what_is_ill_said_is_refused_as_a_whole(api, member, titles, rows):
    answer = send(api, {"title_id": titles[0], "score": 8}, *rows) if rows else send(api)
    assert (answer.status_code, list(answer.json()["errors"]), stored(member)) == (400, ["rows"], {})


@pytest.mark.parametrize("n", [1, 3])
def test_any_number_of_rows_takes_the_same_queries(api, titles, n, django_assert_num_queries):
    api.get(MY_LIST)
    with django_assert_num_queries(14):  # token, its member locked, titles, entries, write, history, savepoints
        send(api, *({"title_id": pk, "score": 7} for pk in titles[:n]))


def test_a_franchise_is_watched_up_to_a_part(api, member, make_title):
    first, second = make_title("First", started_on="2001"), make_title("Second", started_on="2002")
    for title in (first, second):
        title.franchise_entry = first
        title.save()
    Relation.objects.create(from_title=first, to_title=second, kind="sequel")
    answer = api.post(f"{MY_LIST}{second.pk}/watched-up-to/")
    assert answer.json() == {"created": 2, "updated": 0, "unchanged": 0}
    assert stored(member) == {first.pk: ("completed", None), second.pk: ("completed", None)}


@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_any_order_hold_every_entry_once_and_in_order(api, member, make_title, sort):
    values = itertools.product([None, 7, 9], ["", "2004-04"], [None, 6.5])
    for score, started, elsewhere in values:
        title = make_title(score=elsewhere, season_year=2020 if elsewhere else None, name="Same" if score else "Other")
        ListEntry.objects.create(user=member, title=title, score=score, started_on=started, finished_on=started)
    whole = [row["title"]["id"] for row in api.get(MY_LIST, {"sort": sort}).json()["results"]]
    pieces, address = [], f"{MY_LIST}?sort={sort}&limit=5"
    while address:
        page = api.get(address).json()
        pieces += [row["title"]["id"] for row in page["results"]]
        address = page["next"]
    assert (pieces, len(whole)) == (whole, 12)


def test_settings_are_read_and_changed_but_for_what_takes_a_password(api, member):
    changed = api.patch("/api/v1/my/settings/", {"theme": "dark", "shows_adult": True}, format="json").json()
    assert (changed["theme"], changed["shows_adult"], User.objects.get().theme) == ("dark", False, "dark")
    refused = api.patch("/api/v1/my/settings/", {"time_zone": "Mars/Olympus"}, format="json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["time_zone"])

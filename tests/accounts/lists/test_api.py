import re
from calendar import monthrange

import pytest

MY_LIST = "/api/v1/my/list/"
MY_HIDDEN = "/api/v1/my/hidden/"
BLANK = {
    "tags": [],
    "rewatched_on": [],
    "status": "planned",
    "score": None,
    "progress": 0,
    "volumes": 0,
    "started_on": None,
    "finished_on": None,
    "rewatches": 0,
    "notes": "",
    "visibility": "public",
}


def stored(entry) -> dict[str, object]:
    return {name: value and str(value) if name.endswith("_on") else value for name, value in entry.items()}


def entry_of(member, title):
    return stored(member.entries.filter(title=title).values(*BLANK).get())


def test_put_stores_an_entry_as_it_is_given_and_resets_the_rest(api, member, make_title):
    title = make_title(episodes=26)
    member.entries.create(title=title, status="dropped", score=3, notes="No.", rewatches=2)
    given = {"status": "watching", "score": 9, "progress": 5, "started_on": "2004-04"}

    response = api.put(f"{MY_LIST}{title.pk}/", given, format="json")

    answered = response.json()
    answered.pop("updated_at")
    assert answered == {**BLANK, **given}
    assert entry_of(member, title) == {**BLANK, **given}


def test_patch_changes_what_is_given_and_keeps_the_rest(api, member, make_title):
    title = make_title(episodes=26)
    member.entries.create(title=title, status="watching", progress=5, notes="Slow, and good.")

    api.patch(f"{MY_LIST}{title.pk}/", {"score": 8}, format="json")

    assert entry_of(member, title) == {
        **BLANK,
        "status": "watching",
        "score": 8,
        "progress": 5,
        "notes": "Slow, and good.",
    }


def test_a_score_alone_puts_a_seen_title_on_the_list(api, member, make_title):
    title = make_title(episodes=26)

    api.patch(f"{MY_LIST}{title.pk}/", {"score": 10}, format="json")

    assert entry_of(member, title) == {**BLANK, "status": "completed", "score": 10, "progress": 26}


def test_every_write_counts_the_list_version_up_once(api, member, make_title):
    title = make_title()

    api.put(f"{MY_LIST}{title.pk}/", {"status": "planned"}, format="json")
    api.delete(f"{MY_LIST}{title.pk}/")

    member.refresh_from_db()
    assert member.list_version == 2
    assert not member.entries.exists()


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"score": 11}, {"score": ["Ensure this value is less than or equal to 10."]}),
        ({"score": 0}, {"score": ["Ensure this value is greater than or equal to 1."]}),
        ({"score": 7.5}, {"score": ["A valid integer is required."]}),
        ({"score": True}, {"score": ["A valid integer is required."]}),
        ({"status": "loved"}, {"status": ['"loved" is not a valid choice.']}),
        ({"progress": 27}, {"progress": ["Too many episodes watched (27). The title has 26."]}),
        ({"started_on": "2004-02-30"}, {"started_on": ["2004-02 has no day 30"]}),
        ({"scoer": 9}, {"scoer": ["A list entry has no such field."]}),
        (
            {"started_on": "2005", "finished_on": "2004-12"},
            {"finished_on": ["Finish date (2004-12) is before the start date (2005)."]},
        ),
        ([1], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_bad_values_are_named_and_nothing_is_written(api, member, make_title, method, given, errors):
    title = make_title(episodes=26)

    response = getattr(api, method)(f"{MY_LIST}{title.pk}/", given, format="json")

    cannot_be = "progress" in errors or "finished_on" in errors  # well-formed, but semantically invalid
    assert response.json() == {
        "type": "about:blank",
        "title": "Unprocessable Entity" if cannot_be else "Bad Request",
        "status": 422 if cannot_be else 400,
        "detail": "The request contains invalid values.",
        "errors": errors,
    }
    assert response.status_code == response.json()["status"]
    assert not member.entries.exists()


def test_a_title_that_does_not_exist_is_not_found(api, member, make_title):
    title_id = make_title().pk + 1

    answers = [
        api.put(f"{MY_LIST}{title_id}/", {"score": 9}, format="json"),
        api.delete(f"{MY_LIST}{title_id}/"),
        api.put(f"{MY_HIDDEN}{title_id}/"),
    ]

    assert [(answer.status_code, answer["Content-Type"]) for answer in answers] == [
        (404, "application/problem+json")
    ] * 3


def test_an_adult_title_does_not_exist_for_those_who_did_not_ask_for_it(api, member, make_title):
    title = make_title(is_adult=True)
    member.entries.create(title=title)
    member.hidden.create(title=title)

    assert api.get(f"{MY_LIST}{title.pk}/").status_code == 404
    assert api.put(f"{MY_LIST}{title.pk}/", {"score": 9}, format="json").status_code == 404
    assert api.get(MY_LIST).json()["results"] == []
    assert api.get(MY_HIDDEN).json()["results"] == []


def test_my_list_is_mine_alone(api, member, make_member, make_title):
    other = make_member("other")
    other.entries.create(title=make_title(name="Theirs"), score=10, notes="A secret.")
    member.entries.create(title=make_title(name="Mine"), score=7)

    results = api.get(MY_LIST).json()["results"]

    assert [(entry["title"]["name"], entry["score"]) for entry in results] == [("Mine", 7)]


def test_the_list_is_filtered_and_sorted(api, member, make_title):
    for name, status, score in [("A", "completed", 6), ("B", "completed", 9), ("C", "dropped", 8)]:
        member.entries.create(title=make_title(name=name), status=status, score=score)

    results = api.get(MY_LIST, {"status": "completed", "sort": "score"}).json()["results"]
    refused = api.get(MY_LIST, {"sort": "height"})

    assert [entry["title"]["name"] for entry in results] == ["B", "A"]
    assert refused.json()["errors"] == {"sort": ['"height" is not a valid choice.']}


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_takes_the_same_queries_for_any_length(api, member, make_title, n, django_assert_num_queries):
    for _ in range(n):
        member.entries.create(title=make_title())

    with django_assert_num_queries(5):  # token, its first use, numbers, entries, titles
        results = api.get(MY_LIST).json()["results"]

    assert len(results) == n


def test_hiding_is_undone(api, member, make_title):
    title = make_title(name="Not for me")

    api.put(f"{MY_HIDDEN}{title.pk}/")
    hidden = api.get(MY_HIDDEN).json()["results"]
    api.delete(f"{MY_HIDDEN}{title.pk}/")

    assert [row["title"]["name"] for row in hidden] == ["Not for me"]
    assert api.get(MY_HIDDEN).json()["results"] == []


@pytest.mark.parametrize("n", [1, 3])
def test_hidden_titles_take_the_same_queries_for_any_length(api, member, make_title, n, django_assert_num_queries):
    for _ in range(n):
        member.hidden.create(title=make_title())

    with django_assert_num_queries(4):  # token, its first use, hidden titles, titles
        cards = api.get(MY_HIDDEN).json()["results"]

    assert len(cards) == n


@pytest.mark.parametrize("year", [1900, 1999, 2000, 2004])
def test_the_schema_s_pattern_of_a_date_fits_the_days_of_the_calendar_and_no_others(year):
    from accounts.lists.api import DATE

    written = {f"{year}-{month:02}-{day:02}" for month in range(14) for day in range(33)}
    days = {f"{year}-{m:02}-{day:02}" for m in range(1, 13) for day in range(1, monthrange(year, m)[1] + 1)}

    assert {text for text in written if re.search(DATE, text)} == days

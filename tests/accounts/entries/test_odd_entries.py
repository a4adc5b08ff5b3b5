"""Stored values that the rules of today refuse: they are kept, and never block an edit of something else."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.entries import writing as lists
from accounts.models import EntryStatus

pytestmark = pytest.mark.django_db
EPISODES = 12
ODD = {
    "progress": st.integers(EPISODES + 1, 30_000),
    "dates": st.just({"started_on": "2020-05-05", "finished_on": "2019-05-05"}),
    "tags": st.just({"tags": [f"tag {n}" for n in range(30)]}),
    "notes": st.just({"notes": "x" * 6_000}),
}
odd_entries = st.fixed_dictionaries({}, optional=ODD).map(
    lambda drawn: {
        **({"progress": drawn["progress"]} if "progress" in drawn else {}),
        **drawn.get("dates", {}), **drawn.get("tags", {}), **drawn.get("notes", {}),
    }
)  # fmt: skip
EDITS = {
    "score": st.integers(1, 10),
    "status": st.sampled_from(EntryStatus.values),
    "rewatches": st.integers(0, 20),
    "visibility": st.sampled_from(["public", "private"]),
}
edits = st.sampled_from(sorted(EDITS)).flatmap(lambda name: st.tuples(st.just(name), EDITS[name]))


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_entries, edits)
def test_an_edit_is_never_refused_for_a_value_it_does_not_touch(api, member, make_title, make_entry, odd, edit):
    title = make_title(episodes=EPISODES)
    make_entry(member, title, **odd)
    name, value = edit
    answer = api.patch(f"/api/v1/my/list/{title.pk}/", {name: value}, format="json")
    assert (answer.status_code, answer.json()[name]) == (200, value)
    stored = member.entries.get(title=title)
    assert len(stored.notes) == len(odd.get("notes", ""))
    if "progress" in odd and value not in ("completed", "rewatching"):
        assert stored.progress == odd["progress"]


def test_completing_keeps_a_count_above_the_catalogues(member, make_title, make_entry):
    title = make_title(episodes=12)
    make_entry(member, title, status="watching", progress=13)
    assert lists.set_status(member, title, "completed").progress == 13


def test_a_count_above_the_catalogues_may_stay_or_shrink_but_not_grow(member, make_title, make_entry):
    title = make_title(episodes=12)
    make_entry(member, title, status="watching", progress=15)
    with pytest.raises(ValidationError) as error:
        lists.set_progress(member, title, 16)
    assert list(error.value.message_dict) == ["progress"]
    assert [lists.set_progress(member, title, n).progress for n in (15, 14, 13)] == [15, 14, 13]


def test_watching_again_starts_with_the_first_episode_and_counts_at_the_end(member, make_title, make_entry):
    title = make_title(episodes=12)
    make_entry(member, title, status="completed", progress=12, rewatches=1)
    again = lists.set_status(member, title, "rewatching")
    assert (again.progress, again.rewatches) == (0, 1)
    done = lists.set_progress(member, title, 12)
    assert (done.status, done.rewatches) == ("completed", 2)

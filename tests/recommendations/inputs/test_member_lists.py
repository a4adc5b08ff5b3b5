"""When the entries of a list were watched, as far as that is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from accounts.models import ListEntry
from recommendations.engine.data.interactions import IdMap
from recommendations.inputs.member_lists import member_lists

pytestmark = pytest.mark.django_db

START = date(2015, 1, 1)


def day(text):
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def made(entry, at):
    """Let the entry have been made on a day."""
    ListEntry.objects.filter(pk=entry.pk).update(created_at=datetime(at.year, at.month, at.day, 23, tzinfo=UTC))


@pytest.fixture
def listed(member, make_title, make_entry):
    """Twenty entries with finish dates over three years."""
    finished = [START + timedelta(days=55 * number) for number in range(20)]
    return [make_entry(member, make_title(), status="completed", finished_on=str(on)) for on in finished]


def days_of(member, *entries):
    items = IdMap(np.array(sorted(entry.title_id for entry in ListEntry.objects.filter(user=member))))
    ((_, _, own),) = member_lists(items, [member.pk])
    if own.days is None:
        return None
    by_title = dict(zip(items.ids[own.items].tolist(), own.days.tolist(), strict=True))
    return [by_title[entry.title_id] for entry in entries]


def test_a_finish_date_is_the_day_and_parts_of_one_count_as_their_first(member, listed, make_entry):
    month, year = (make_entry(member, status="completed", finished_on=on) for on in ("2016-05", "2014"))

    assert days_of(member, listed[1], month, year) == [day("2015-02-25"), day("2016-05-01"), day("2014-01-01")]


def test_without_one_it_is_the_day_on_which_the_entry_was_made(member, listed, make_entry):
    entry = make_entry(member, status="watching")
    made(entry, date(2017, 3, 4))

    assert days_of(member, entry) == [day("2017-03-04")]


def test_entries_that_were_made_with_many_others_have_no_day(member, listed, make_entry):
    imported = [make_entry(member, status="completed") for _ in range(11)]
    for entry in (*imported, *listed):
        made(entry, date(2018, 6, 1))

    assert np.isnan(days_of(member, *imported)).all()
    assert np.isfinite(days_of(member, *listed)).all()


def test_a_list_without_dates_has_no_days(member, make_entry):
    for _ in range(30):
        make_entry(member, status="completed")

    assert days_of(member) is None

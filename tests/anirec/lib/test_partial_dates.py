from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from anirec.lib.partial_dates import PartialDate
from catalog.models import Title

DATES = st.dates().map(lambda day: PartialDate(day.year, day.month, day.day))


@pytest.mark.parametrize(
    ("text", "parsed", "label"),
    [
        ("2004-04-09", PartialDate(2004, 4, 9), "9 Apr 2004"),
        ("2004-04", PartialDate(2004, 4), "Apr 2004"),
        ("2004", PartialDate(2004), "2004"),
        ("2004-04-00", PartialDate(2004, 4), "Apr 2004"),
        ("2004-00-00", PartialDate(2004), "2004"),
    ],
)
def test_parts_may_be_unknown(text: str, parsed: PartialDate, label: str) -> None:
    assert PartialDate.parse(text) == parsed
    assert parsed.label == label


@pytest.mark.parametrize("text", ["", "  ", "0000-00-00"])
def test_nothing_known_is_no_date(text: str) -> None:
    assert PartialDate.parse(text) is None


@pytest.mark.parametrize("text", ["2004-13", "2004-02-30", "April 2004", "04-04-2004", "2004-4-9"])
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.parse(text)


@given(st.lists(DATES))
def test_the_order_of_the_text_is_the_order_in_time(dates: list[PartialDate]) -> None:
    by_time = sorted(dates, key=lambda day: date(day.year, day.month or 1, day.day or 1))

    assert sorted(dates) == by_time == sorted(dates, key=str)


@given(DATES)
def test_the_text_is_read_back(day: PartialDate) -> None:
    assert PartialDate.parse(str(day)) == day


@pytest.mark.django_db
@pytest.mark.parametrize("known", [PartialDate(2004), PartialDate(2004, 4), PartialDate(2004, 4, 9), None])
def test_the_database_keeps_what_is_known_and_no_more(known: PartialDate | None) -> None:
    pk = Title.objects.create(name="Mokomoko", started_on=known).pk

    assert Title.objects.get(pk=pk).started_on == known


def test_a_field_refuses_what_is_no_date() -> None:
    with pytest.raises(ValidationError, match="is not a date"):
        Title(name="Mokomoko", started_on="soon").clean_fields()

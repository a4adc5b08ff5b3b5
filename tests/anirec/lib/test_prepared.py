"""A prepared query is compiled once and runs with other values each time."""

from __future__ import annotations

import pytest
from django.db.models import IntegerField

from accounts.models import ListEntry
from anirec.lib import prepared

pytestmark = pytest.mark.django_db
USER, ENTRIES = (prepared.Parameter(name, IntegerField()) for name in ("user", "entries"))


def query():
    return ListEntry.objects.filter(user=USER, pk__any=ENTRIES).order_by("pk").values_list("pk", "score")


def test_runs_with_other_values_and_any_number_of_them(member, make_member, make_entry, monkeypatch):
    first, second = make_entry(member, score=4), make_entry(member, score=9)
    theirs = make_entry(make_member(), second.title, score=1)
    entries = [first.pk, second.pk, theirs.pk]
    monkeypatch.setattr(prepared, "_compiled", {})

    assert prepared.run("scores", query, user=member.pk, entries=entries) == [(first.pk, 4), (second.pk, 9)]

    def build_again():
        raise AssertionError("compiled before")

    assert prepared.run("scores", build_again, user=theirs.user_id, entries=entries[1:]) == [(theirs.pk, 1)]
    assert prepared.run("scores", build_again, user=member.pk, entries=[]) == []

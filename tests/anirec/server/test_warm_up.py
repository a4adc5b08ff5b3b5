from __future__ import annotations

import pytest
from django.db import OperationalError

from anirec.server import warm_up
from catalog import versioning


@pytest.mark.django_db
def test_the_index_of_titles_is_there_before_the_first_page(make_title, django_assert_num_queries, monkeypatch):
    make_title("Monster")
    versioning.forget()
    monkeypatch.setattr(warm_up.connections, "close_all", lambda: None)
    warm_up.warm_up()
    index = warm_up.title_index()
    assert warm_up.title_index() is index
    assert len(index.ids) == 1


def test_a_database_that_is_down_is_no_fault(monkeypatch, caplog):
    def down():
        raise OperationalError

    monkeypatch.setattr(warm_up, "title_index", down)
    monkeypatch.setattr(warm_up.connections, "close_all", lambda: None)
    warm_up.start_warming_up().join(5)
    assert "not built yet" in caplog.text

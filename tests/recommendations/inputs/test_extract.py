"""Training reads whole tables, from a replica if the site has one."""

from __future__ import annotations

import pytest
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from anirec.lib.storage.replica import replica
from recommendations.inputs.extract import training_data


@pytest.mark.django_db
def test_without_a_replica_there_is_one_database():
    assert replica() == "default"


@pytest.mark.django_db
def test_lists_are_read_from_the_replica(monkeypatch):
    """It isn't there, so reading fails, and names the database it wanted to read."""
    monkeypatch.setitem(connections.settings, "replica", dict(connections["default"].settings_dict))
    assert replica() == "replica"
    monkeypatch.undo()
    monkeypatch.setattr("recommendations.inputs.extract.replica", lambda: "replica")

    with pytest.raises(ConnectionDoesNotExist, match="replica"):
        training_data()

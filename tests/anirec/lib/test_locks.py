from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from anirec.lib.database.locks import CATALOGUE_IMPORT, MODEL_REBUILD, key_of, lock_in_transaction, try_lock
from catalog.importing.imports import import_catalogue

pytestmark = pytest.mark.django_db
CONNECT = {"dbname", "user", "password", "host", "port"}


@pytest.fixture
def other():
    """A second connection to the same database, as another process would have."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in CONNECT}
    with psycopg.connect(**parameters, autocommit=True) as other:
        yield other


def test_each_name_is_a_lock_of_its_own():
    assert key_of(CATALOGUE_IMPORT) != key_of(MODEL_REBUILD)


def test_an_import_does_not_wait_for_a_rebuild(other, tmp_path):
    """Regression: both had the same number, so an import waited for a rebuild."""
    file = tmp_path / "titles.json"
    file.write_text('[{"mal": 1, "name": "Monster", "format": "TV"}]')
    other.execute("SELECT pg_advisory_lock(%s)", [key_of(MODEL_REBUILD)])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
    assert import_catalogue([file], "sample").created == 1


def test_a_lock_that_is_held_elsewhere_is_not_got(other):
    other.execute("SELECT pg_advisory_lock(%s)", [key_of(MODEL_REBUILD)])
    with try_lock(MODEL_REBUILD) as is_held:
        assert is_held is False
    other.execute("SELECT pg_advisory_unlock(%s)", [key_of(MODEL_REBUILD)])
    with try_lock(MODEL_REBUILD) as is_held:
        assert is_held is True
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [key_of(MODEL_REBUILD)]).fetchone() == (False,)


def test_a_lock_of_a_transaction_is_waited_for(other):
    other.execute("SELECT pg_advisory_lock(%s)", [key_of(CATALOGUE_IMPORT)])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
    with pytest.raises(Exception, match="lock timeout"):
        lock_in_transaction(CATALOGUE_IMPORT)

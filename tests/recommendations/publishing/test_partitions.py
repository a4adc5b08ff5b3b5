"""Each model version has a partition of the table of recommendations, which goes with it."""

from __future__ import annotations

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from recommendations.models import MemberRecommendations, ModelVersion
from recommendations.publishing import partitions
from recommendations.publishing.partitions import TABLE, add_partition, drop_partitions


@pytest.fixture
def version(db) -> ModelVersion:
    return ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)


def add_row(version: ModelVersion, member) -> MemberRecommendations:
    arrays = {name: [] for name in ("title_ids", "scores", "predicted", "reason_ids", "reason_shares")}
    return MemberRecommendations.objects.create(
        version=version, user=member, list_version=1, n_inputs=1, computed_at=timezone.now(), **arrays
    )


def table_of(row: MemberRecommendations) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {TABLE} WHERE id = %s", [row.pk])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
class TestPartitions:
    def test_rows_of_a_version_are_in_its_partition(self, version, member):
        add_partition(version)

        assert table_of(add_row(version, member)) == f"{TABLE}_{version.pk}"

    def test_to_add_it_twice_does_no_harm(self, version, member):
        add_partition(version)
        row = add_row(version, member)

        add_partition(version)

        assert MemberRecommendations.objects.get() == row

    def test_a_version_without_one_is_in_the_default(self, version, member):
        assert table_of(add_row(version, member)) == f"{TABLE}_default"

    def test_dropping_takes_the_rows_of_other_versions_alone(self, version, member):
        kept = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)
        for each in (version, kept):
            add_partition(each)
            add_row(each, member)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit

        drop_partitions({kept.pk})

        assert [row.version for row in MemberRecommendations.objects.all()] == [kept]

    def test_a_member_has_one_row_a_version(self, version, member):
        add_partition(version)
        add_row(version, member)

        with pytest.raises(Exception, match="version_id"), transaction.atomic():
            add_row(version, member)

    def test_rows_go_with_their_member_and_their_version(self, version, make_member):
        add_partition(version)
        gone, other = make_member(), make_member()
        add_row(version, gone)
        add_row(version, other)

        gone.delete()
        assert [row.user for row in MemberRecommendations.objects.all()] == [other]
        version.delete()
        assert not MemberRecommendations.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_the_table_is_locked_rows_go_to_the_default(member, monkeypatch):
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT", "100ms")
    version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)
    other = connections.create_connection("default")
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE MODE")
        add_partition(version)
    finally:
        other.rollback()
        other.close()

    assert table_of(add_row(version, member)) == f"{TABLE}_default"

"""Setup of publishing benchmarks: synthetic members, and a version to publish."""

from __future__ import annotations

import shutil

from django.core.management.base import CommandError
from django.db import connection

from accounts.models import User
from recommendations.artifact_store import artifact_folder, load_recommender
from recommendations.engine.recommender import Recommender
from recommendations.models import MemberRecommendations, ModelVersion, SimilarTitles
from recommendations.pipelines.starter.synthetic_members import add_members


def create_members(n: int, typical_length: int) -> list[int]:
    """Create n synthetic members and return their ids. Raises CommandError on a site with real members."""
    if User.objects.filter(is_synthetic=False).count() > 1:
        raise CommandError("this site has members: use `make bench`, which creates its own site")
    add_members(n, typical_length=typical_length)
    return list(User.objects.filter(is_synthetic=True).order_by("pk").values_list("pk", flat=True)[:n])


def new_version_of_active() -> tuple[ModelVersion, Recommender]:
    """Return a new unpublished version of the active model, and of the one that was judged in its place, if any.

    Raises CommandError if no model is active.
    """
    active = ModelVersion.active()
    if active is None:
        raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
    recommender = load_recommender(active)
    version = ModelVersion.objects.create(
        kind=active.kind, message=f"the model of version {active.pk}, for a benchmark"
    )
    shutil.copytree(artifact_folder(active), artifact_folder(version))
    return version, recommender


def differing_rows(one: ModelVersion, other: ModelVersion) -> int:
    """Return the number of member and title rows that only one of the versions has."""
    return sum(
        _differing(model._meta.db_table, columns, one, other)
        for model, columns in (
            (MemberRecommendations, "user_id, list_version, n_inputs, title_ids, scores, predicted, "
                "reason_ids, reason_shares"),
            (SimilarTitles, "title_id, similar_ids, scores"),
        )
    )  # fmt: skip


def _differing(table: str, columns: str, one: ModelVersion, other: ModelVersion) -> int:
    rows = f"SELECT {columns} FROM {table} WHERE version_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (({rows} EXCEPT ALL {rows}) UNION ALL ({rows} EXCEPT ALL {rows})) differing",
            [one.pk, other.pk, other.pk, one.pk],
        )
        return cursor.fetchone()[0]

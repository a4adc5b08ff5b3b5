"""Writes recommendations and similar titles of a model version to the database. Writes can be repeated safely."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from threadpoolctl import threadpool_limits

from catalog.models import Title
from recommendations.engine.member_list import MemberList
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import Recommender
from recommendations.inputs.member_lists import member_lists
from recommendations.models import MemberRecommendations, ModelVersion, SimilarTitles
from recommendations.models.tables import SIMILAR, TOP
from recommendations.publishing import copy_binary as binary


def write_members(version: ModelVersion, recommender: Recommender, rules: TitleRules, user_ids: list[int]) -> int:
    """Replace these members' rows for the version. Return the number of rows written.

    Members without any watched title that the model knows get no row.
    """
    with transaction.atomic(), threadpool_limits(1, "blas"):  # one list is too little work for several cores
        members = list(
            member_lists(recommender.items, user_ids)
        )  # read it all now: a connection in COPY can't run queries
        MemberRecommendations.objects.filter(version=version, user__in=user_ids).delete()
        return binary.copy_rows(
            MemberRecommendations,
            (
                "version", "user", "list_version", "n_inputs", "computed_at",
                "title_ids", "scores", "predicted", "reason_ids", "reason_shares",
            ),
            _member_rows(version, recommender, rules, members),
        )  # fmt: skip


def has_current_row(version: ModelVersion, user_id: int) -> bool:
    """Return whether the member's row for the version matches their current list."""
    rows = MemberRecommendations.objects.filter(version=version, user=user_id, list_version=F("user__list_version"))
    return rows.exists()


def _member_rows(
    version: ModelVersion, recommender: Recommender, rules: TitleRules, members: list[tuple[int, int, MemberList]]
) -> Iterator[binary.Row]:
    computed_at = binary.timestamp(timezone.now())
    members = [row for row in members if len(row[2].items)]
    lists = [member for _, _, member in members]
    for (user_id, list_version, member), ranked in zip(
        members, recommender.recommend_many(lists, rules, TOP), strict=True
    ):
        yield (
            binary.bigint(version.pk),
            binary.bigint(user_id),
            binary.integer(list_version),
            binary.integer(len(member.items)),
            computed_at,
            binary.array(ranked.ids.astype(np.int32)),
            binary.array(ranked.scores),
            binary.array(ranked.predicted),
            binary.array(ranked.reason_ids.ravel().astype(np.int32)),
            binary.array(ranked.reason_shares.ravel()),
        )


def write_similar(version: ModelVersion, recommender: Recommender, rules: TitleRules) -> int:
    """Replace the version's similar titles, for titles still in the catalogue. Return the number of rows."""
    ids, scores = recommender.similar(SIMILAR, rules)
    filled = ids > 0
    with transaction.atomic():
        in_catalogue = set(Title.objects.values_list("pk", flat=True))
        SimilarTitles.objects.filter(version=version).delete()
        return binary.copy_rows(
            SimilarTitles,
            ("version", "title", "similar_ids", "scores"),
            (
                (
                    binary.bigint(version.pk),
                    binary.bigint(title_id),
                    binary.array(ids[item][filled[item]].astype(np.int32)),
                    binary.array(scores[item][filled[item]]),
                )
                for item, title_id in enumerate(recommender.items.ids.tolist())
                if title_id in in_catalogue
            ),
        )

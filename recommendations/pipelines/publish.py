"""Scores → tables: the only door out. Rows are written under the new version, then that version becomes active at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from threadpoolctl import threadpool_limits

from accounts.models import User
from recommendations.artifact_store import artifact_folder
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import MemberList, Recommender
from recommendations.models import MemberRecommendations, ModelVersion, SimilarTitles
from recommendations.pipelines import copy_binary as binary
from recommendations.pipelines.member_lists import member_lists
from recommendations.titles import title_rules

TOP = 200  # titles kept for each member
SIMILAR = 30  # titles kept for each title
MEMBERS_AT_ONCE = 1000
VERSIONS_KEPT = 3  # the active one and two to go back to

Progress = Callable[[str], None]


class NotPublishedError(ValueError):
    """The version can't be made active: it was never published, or its rows are gone."""


def publish(version: ModelVersion, recommender: Recommender, progress: Progress = lambda step: None) -> None:
    """Write all rows of the version and switch to it; until then, and after any error, the old version serves."""
    rules = title_rules(recommender.items)
    progress("writing similar titles")
    write_similar(version, recommender, rules)
    user_ids = list(
        User.objects.filter(is_active=True, entries__isnull=False)
        .distinct()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(user_ids), MEMBERS_AT_ONCE):
        chunk = user_ids[start : start + MEMBERS_AT_ONCE]
        write_members(version, recommender, rules, chunk)
        progress(f"recommendations written for {start + len(chunk):,} of {len(user_ids):,} members")
    version.status = ModelVersion.Status.PUBLISHED
    version.save()
    activate(version)
    remove_old_versions()


def activate(version: ModelVersion) -> None:
    """Serve this published version from now on, in one transaction. Raises NotPublishedError."""
    if version.status != ModelVersion.Status.PUBLISHED or not artifact_folder(version).is_dir():
        raise NotPublishedError(
            f"version {version.pk} is {version.get_status_display().lower()}, or its artifact is gone"
        )
    with transaction.atomic():
        ModelVersion.objects.select_for_update().filter(is_active=True).update(is_active=False)
        version.is_active, version.activated_at = True, timezone.now()
        version.save(update_fields=["is_active", "activated_at"])


def write_members(version: ModelVersion, recommender: Recommender, rules: TitleRules, user_ids: list[int]) -> int:
    """Replace these members' rows under the version; returns how many have one now.

    A member whose list holds nothing that the model knows has no row. Safe to repeat.
    """
    with transaction.atomic(), threadpool_limits(1, "blas"):  # one list is too little work to share between cores
        members = list(member_lists(recommender.items, user_ids))  # now: a connection in COPY can't read
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
    """Whether the member's row under the version was made from the list as it is now."""
    rows = MemberRecommendations.objects.filter(version=version, user=user_id, list_version=F("user__list_version"))
    return rows.exists()


def _member_rows(
    version: ModelVersion, recommender: Recommender, rules: TitleRules, members: list[tuple[int, int, MemberList]]
) -> Iterator[binary.Row]:
    computed_at = binary.timestamp(timezone.now())
    for user_id, list_version, member in members:
        if not len(member.items):
            continue
        ranked = recommender.recommend(member, rules, TOP)
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


def write_similar(version: ModelVersion, recommender: Recommender, rules: TitleRules) -> None:
    """Replace the similar titles under the version."""
    ids, scores = recommender.similar(SIMILAR, rules)
    filled = ids > 0
    with transaction.atomic():
        SimilarTitles.objects.filter(version=version).delete()
        binary.copy_rows(
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
            ),
        )


def remove_old_versions() -> None:
    """Delete the rows and artifacts of all but the newest published versions; what is known of the runs stays."""
    published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
    kept = list(published.order_by("-activated_at").values_list("pk", flat=True)[:VERSIONS_KEPT])
    for table in (MemberRecommendations, SimilarTitles):
        table.objects.exclude(version__in=kept).delete()
    for version in ModelVersion.objects.exclude(pk__in=kept):
        shutil.rmtree(artifact_folder(version), ignore_errors=True)

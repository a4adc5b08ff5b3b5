"""Publish a model version: any number of processes write its rows in shards, then it goes live in one transaction.

Pending shards are rows in the database, and a row lock claims one. So any number of processes can call `work_off` at
the same time, and killed processes or lost messages do no harm: the process that finds no shard left activates the
version.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import ListEntry, User
from recommendations.artifact_store import has_artifact, load_recommender, remove_artifacts, share_artifact
from recommendations.engine.artifacts import ArtifactError
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import Recommender
from recommendations.inputs.title_rules import title_rules
from recommendations.models import (
    MemberRecommendations,
    MemberSegment,
    ModelVersion,
    PublishShard,
    Segment,
    SimilarTitles,
)
from recommendations.publishing.partitions import add_partition, drop_partitions
from recommendations.publishing.rows import write_members, write_similar
from recommendations.signals import publication_begun, published

MEMBERS_IN_A_SHARD = 250
VERSIONS_KEPT = 3  # the active one and two to roll back to
MOST_HELPERS = 32
ATTEMPTS = 3  # IntegrityErrors per worker: a member or title may be deleted while its shard is written
WAIT_SECONDS = 0.2
UNFINISHED_FOR = timedelta(days=1)  # ignore older publications: they probably crash every worker

Progress = Callable[[str], None]


class NotPublishedError(ValueError):
    """The version can't go live: publishing failed, or its artifact is missing."""


# --- Publications ---------------------------------------------------------------------------------------------------


def publish(
    version: ModelVersion, recommender: Recommender, progress: Progress = lambda step: None, *, processes: int = 1
) -> None:
    """Write all rows of the version and activate it; until then, and after any error, the old version stays live.

    The recommender must already be saved in the version's artifact folder. processes: local processes to use, including
    this one; workers on the `publish` queue join in. Raises NotPublishedError if any process fails to write a row. If
    the database connection is lost, `resume` can finish the publication.
    """
    share_artifact(version)
    plan(version)
    _ask_workers(version)
    _complete(version, recommender, progress, processes)


def resume(progress: Progress = lambda step: None, *, processes: int = 1) -> ModelVersion | None:
    """Finish an interrupted or running publication and return its version, or None. Raises like `publish`."""
    version = _unfinished()
    if version is not None:
        _complete(version, _recommender_of(version), progress, processes)
    return version


def help_out(progress: Progress = lambda step: None) -> None:
    """Write the unclaimed shards of an unfinished publication, if there is one."""
    version = _unfinished()
    if version is not None:
        work_off(version, _recommender_of(version), progress)


def _complete(version: ModelVersion, recommender: Recommender, progress: Progress, processes: int) -> None:
    with _helping_processes(min(processes, version.shards.count() - 1) - 1):
        while not work_off(version, recommender, progress):
            time.sleep(WAIT_SECONDS)  # others hold the last shards, and may be killed
    version.refresh_from_db()
    if version.status != ModelVersion.Status.PUBLISHED:
        raise NotPublishedError(f"version {version.pk}: {version.message}")


def _unfinished() -> ModelVersion | None:
    begun_after = timezone.now() - UNFINISHED_FOR
    return ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHING, created_at__gt=begun_after).first()


def _recommender_of(version: ModelVersion) -> Recommender:
    try:
        return load_recommender(version)
    except ArtifactError as error:
        raise _give_up(version, f"{type(error).__name__}: {error}") from error


# --- Shards ---------------------------------------------------------------------------------------------------------


def plan(version: ModelVersion) -> None:
    """Create the version's shards and mark it as publishing. Give up any other unfinished publication."""
    add_partition(version)
    user_ids = list(_members().values_list("pk", flat=True))
    starts = range(0, len(user_ids), MEMBERS_IN_A_SHARD)
    chunks = (user_ids[start : start + MEMBERS_IN_A_SHARD] for start in starts)
    with transaction.atomic():
        for older in ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHING).exclude(pk=version.pk):
            _give_up(older, f"version {version.pk} is published instead")
        version.shards.all().delete()
        shards = [
            PublishShard(version=version),
            *(PublishShard(version=version, first_user=c[0], last_user=c[-1]) for c in chunks),
        ]
        PublishShard.objects.bulk_create(shards)
        version.status = ModelVersion.Status.PUBLISHING
        version.save()


def work_off(version: ModelVersion, recommender: Recommender, progress: Progress = lambda step: None) -> bool:
    """Write all unclaimed shards, then activate the version if none is left. Return whether no work remains.

    Raises like `publish`.
    """
    rules = title_rules(recommender.items)
    failed = 0
    try:
        while True:
            try:
                if not _write_a_shard(version, recommender, rules):
                    break
            except IntegrityError:
                failed += 1
                if failed == ATTEMPTS:
                    raise
            progress(f"{version.shards.count():,} shards of {MEMBERS_IN_A_SHARD:,} members left to write")
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise _give_up(version, f"{type(error).__name__}: {error}") from error
    return _finish(version)


def _write_a_shard(version: ModelVersion, recommender: Recommender, rules: TitleRules) -> bool:
    """Claim a shard, write its rows and delete it, in one transaction. Return whether there was one to claim."""
    with transaction.atomic():
        shard = version.shards.order_by("pk").select_for_update(skip_locked=True).first()
        if shard is None:
            return False
        if shard.first_user is None:
            write_similar(version, recommender, rules)
        else:
            members = _members().filter(pk__gte=shard.first_user, pk__lte=shard.last_user)
            write_members(version, recommender, rules, list(members.values_list("pk", flat=True)))
        shard.delete()
    return True


def _members() -> QuerySet[User]:
    """Return the members whose recommendations are precomputed: active accounts with a list."""
    entries = ListEntry.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(entries), is_active=True).order_by("pk")


def _finish(version: ModelVersion) -> bool:
    """Activate the version if no shard is left. Return whether it is no longer publishing: activated or failed."""
    with transaction.atomic():
        version = ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if version.status != ModelVersion.Status.PUBLISHING:
            return True
        if version.shards.exists():
            return False
        version.status = ModelVersion.Status.PUBLISHED
        version.save(update_fields=["status"])
        activate(version)
    remove_old_versions()
    return True


def _give_up(version: ModelVersion, reason: str) -> NotPublishedError:
    """Mark the publication as failed for all processes and return the error to raise.

    `remove_old_versions` later deletes the rows already written.
    """
    unfinished = ModelVersion.objects.filter(pk=version.pk, status=ModelVersion.Status.PUBLISHING)
    if unfinished.update(status=ModelVersion.Status.FAILED, message=reason):
        version.shards.all().delete()
    return NotPublishedError(f"version {version.pk}: {reason}")


# --- Helpers --------------------------------------------------------------------------------------------------------


def _ask_workers(version: ModelVersion) -> None:
    """Signal that workers can help, one per spare shard; publishing doesn't depend on any of them."""
    helpers = min(version.shards.count() - 2, MOST_HELPERS)
    send = partial(publication_begun.send_robust, sender=ModelVersion, n=helpers)
    transaction.on_commit(send, robust=True)


@contextmanager
def _helping_processes(n: int) -> Iterator[None]:
    """Run n extra local processes that write shards; wait for them at the end of the block, or stop them on errors."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "publish", "--processes", "1"]
    helpers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(n)]
    try:
        yield
    except BaseException:
        for process in helpers:
            process.terminate()
        raise
    finally:
        for process in helpers:
            process.wait()


# --- Versions -------------------------------------------------------------------------------------------------------


def activate(version: ModelVersion, by: User | None = None) -> None:
    """Make this published version the live one, in one transaction. Raises NotPublishedError."""
    if version.status != ModelVersion.Status.PUBLISHED or not has_artifact(version):
        status = version.get_status_display().lower()
        raise NotPublishedError(f"version {version.pk} can’t go live: {status}, or its artifact is missing")
    with transaction.atomic():
        ModelVersion.objects.filter(is_active=True).update(is_active=False)
        version.is_active, version.activated_at = True, timezone.now()
        version.save(update_fields=["is_active", "activated_at"])
        version.activations.create(at=version.activated_at, by=by)
        transaction.on_commit(partial(published.send_robust, sender=ModelVersion, version_id=version.pk))


def remove_old_versions() -> None:
    """Delete rows and artifacts of all but the most recently activated versions. The run records stay."""
    published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
    newest = list(published.order_by("-activated_at").values_list("pk", flat=True)[:VERSIONS_KEPT])
    running = (ModelVersion.Status.RUNNING, ModelVersion.Status.PUBLISHING)
    old = ModelVersion.objects.exclude(pk__in=newest).exclude(status__in=running)
    drop_partitions(set(ModelVersion.objects.exclude(pk__in=old).values_list("pk", flat=True)))
    for table in (MemberRecommendations, SimilarTitles, Segment, MemberSegment):
        table.objects.filter(version__in=old).delete()
    remove_artifacts(old)

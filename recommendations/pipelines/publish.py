"""Publish a model version: its rows are written in shards by whoever comes to help, then it becomes active at once.

Which shards are left stands in the database, and a claim to one is a row lock. So it does not matter who calls
`work_off`, how many do at the same time, which of them is killed, or whether a message is lost: the process that finds
nothing left switches to the version.
"""

from __future__ import annotations

import shutil
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
from recommendations.artifact_store import artifact_folder, load_recommender
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
from recommendations.pipelines.rows import write_members, write_similar
from recommendations.signals import publication_begun, published

MEMBERS_IN_A_SHARD = 250
VERSIONS_KEPT = 3  # the active one and two to go back to
MOST_HELPERS = 32
ATTEMPTS = 3  # at a shard of which a member or a title was deleted while it was being written
WAIT_SECONDS = 0.2
UNFINISHED_FOR = timedelta(days=1)  # what was not finished by then kills whoever tries

Progress = Callable[[str], None]


class NotPublishedError(ValueError):
    """The version can't be made active: it could not be published, or its rows are gone."""


# --- The whole ------------------------------------------------------------------------------------------------------


def publish(
    version: ModelVersion, recommender: Recommender, progress: Progress = lambda step: None, *, processes: int = 1
) -> None:
    """Write all rows of the version and switch to it; until then, and after any error, the old version serves.

    The recommender must be in the version's artifact folder already. processes: how many of this machine work at it,
    this one included; workers that listen to the queue `publish` join in. Raises NotPublishedError for an error in a
    row's making, whichever process it came up in; a lost database leaves the rest to `resume`.
    """
    plan(version)
    _ask_workers(version)
    _complete(version, recommender, progress, processes)


def resume(progress: Progress = lambda step: None, *, processes: int = 1) -> ModelVersion | None:
    """Finish the publication that was broken off, or is under way; None when there is none. Raises as `publish`."""
    version = _unfinished()
    if version is not None:
        _complete(version, _recommender_of(version), progress, processes)
    return version


def help_out(progress: Progress = lambda step: None) -> None:
    """Work off what is left and nobody has claimed, if anything."""
    version = _unfinished()
    if version is not None:
        work_off(version, _recommender_of(version), progress)


def _complete(version: ModelVersion, recommender: Recommender, progress: Progress, processes: int) -> None:
    with _helping_processes(min(processes, version.shards.count() - 1) - 1):
        while not work_off(version, recommender, progress):
            time.sleep(WAIT_SECONDS)  # the last shards are claimed by others: who may be killed
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
    """Write down what is to be done, for whoever works it off. An older version that is not finished never will be."""
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
    """Write all unclaimed shards, then switch versions if none is left. Return whether no work remains.

    Raises as `publish`.
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
            progress(f"{version.shards.count():,} parts of {MEMBERS_IN_A_SHARD:,} members are left to write")
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise _give_up(version, f"{type(error).__name__}: {error}") from error
    return _finish(version)


def _write_a_shard(version: ModelVersion, recommender: Recommender, rules: TitleRules) -> bool:
    """Claim a shard, write its rows and delete it, in one transaction; returns whether there was one to claim."""
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
    """Whose recommendations are computed ahead: everybody who may sign in and has a list."""
    entries = ListEntry.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(entries), is_active=True).order_by("pk")


def _finish(version: ModelVersion) -> bool:
    """Switch to the version if its last shard is written; returns whether it was switched to or given up, by anyone."""
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
    """For all processes; what was written is deleted with the next old version. Returns the error to raise."""
    unfinished = ModelVersion.objects.filter(pk=version.pk, status=ModelVersion.Status.PUBLISHING)
    if unfinished.update(status=ModelVersion.Status.FAILED, message=reason):
        version.shards.all().delete()
    return NotPublishedError(f"version {version.pk}: {reason}")


# --- Helpers --------------------------------------------------------------------------------------------------------


def _ask_workers(version: ModelVersion) -> None:
    """Call for as many workers as there are shards for; nothing depends on whether any of them hears it."""
    helpers = min(version.shards.count() - 2, MOST_HELPERS)
    send = partial(publication_begun.send_robust, sender=ModelVersion, n=helpers)
    transaction.on_commit(send, robust=True)


@contextmanager
def _helping_processes(n: int) -> Iterator[None]:
    """n more processes of this machine that work off shards; the block ends when they have."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "publish", "--processes", "1"]
    helping = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(n)]
    try:
        yield
    except BaseException:
        for process in helping:
            process.terminate()
        raise
    finally:
        for process in helping:
            process.wait()


# --- Versions -------------------------------------------------------------------------------------------------------


def activate(version: ModelVersion, by: User | None = None) -> None:
    """Serve this published version from now on, in one transaction. Raises NotPublishedError."""
    if version.status != ModelVersion.Status.PUBLISHED or not artifact_folder(version).is_dir():
        raise NotPublishedError(
            f"version {version.pk} is {version.get_status_display().lower()}, or its artifact is gone"
        )
    with transaction.atomic():
        ModelVersion.objects.filter(is_active=True).update(is_active=False)
        version.is_active, version.activated_at = True, timezone.now()
        version.save(update_fields=["is_active", "activated_at"])
        version.activations.create(at=version.activated_at, by=by)
        transaction.on_commit(partial(published.send_robust, sender=ModelVersion, version_id=version.pk))


def remove_old_versions() -> None:
    """Delete the rows and artifacts of all but the newest published versions; what is known of the runs stays."""
    published = ModelVersion.objects.filter(status=ModelVersion.Status.PUBLISHED)
    kept = list(published.order_by("-activated_at").values_list("pk", flat=True)[:VERSIONS_KEPT])
    running = (ModelVersion.Status.RUNNING, ModelVersion.Status.PUBLISHING)
    gone = ModelVersion.objects.exclude(pk__in=kept).exclude(status__in=running)
    for table in (MemberRecommendations, SimilarTitles, Segment, MemberSegment):
        table.objects.filter(version__in=gone).delete()
    for version in gone:
        shutil.rmtree(artifact_folder(version), ignore_errors=True)

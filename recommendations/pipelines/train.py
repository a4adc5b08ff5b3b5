"""extract → split → fit → evaluate → gate → publish. A run that fails or is refused changes nothing that is served."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from django.db import connection
from numpy.typing import NDArray

from recommendations.artifact_store import artifact_folder, load_recommender
from recommendations.engine.evaluation import evaluate_ranking, evaluate_ratings
from recommendations.engine.interactions import Histories, IdMap
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.recommender import Recommender
from recommendations.engine.splitting import Split, split
from recommendations.models import ModelVersion
from recommendations.pipelines.extract import training_data
from recommendations.pipelines.gate import Verdict, judge
from recommendations.pipelines.publish import NotPublishedError, publish, resume
from recommendations.pipelines.segments import publish_segments
from recommendations.starter import publish_starter

SEED = 0
LOCK = 0x616E6972  # PostgreSQL advisory lock: one rebuild at a time
Progress = Callable[[str], None]


class AlreadyRunningError(RuntimeError):
    """Another process is rebuilding the models."""


def rebuild(
    *, include_synthetic: bool = False, processes: int = 1, reason: str = "", progress: Progress = lambda step: None
) -> ModelVersion:
    """Train on everything there is, and publish what comes of it if the gate lets it pass.

    A publication that was broken off is finished first. Returns the version with status PUBLISHED or REFUSED. Raises
    AlreadyRunningError; any other error before publishing leaves the version FAILED, with its message, and is raised
    again. processes: how many of this machine publish. reason: what called for it, where something did.
    """
    with _only_one():
        _resume_publication(progress, processes)
        started = time.perf_counter()
        version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE, seed=SEED, reason=reason)
        try:
            _run(version, include_synthetic, processes, progress)
        except BaseException as error:
            running = ModelVersion.objects.filter(pk=version.pk, status=ModelVersion.Status.RUNNING)
            running.update(status=ModelVersion.Status.FAILED, message=f"{type(error).__name__}: {error}")
            raise
        finally:
            version.seconds = time.perf_counter() - started
            version.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            # Never the status: while it is published, other processes may change it.
            version.save(update_fields=["data_fingerprint", "parameters", "metrics", "seconds", "peak_mb"])
        if version.status == ModelVersion.Status.REFUSED:
            publish_starter(progress)  # which may have titles to win since it was published
        return version


def _resume_publication(progress: Progress, processes: int) -> None:
    try:
        resume(progress, processes=processes)
    except NotPublishedError as error:
        progress(f"a publication that was broken off is given up: {error}")


def _run(version: ModelVersion, include_synthetic: bool, processes: int, progress: Progress) -> None:
    progress("reading lists and archives")
    data = training_data(include_synthetic=include_synthetic)
    version.data_fingerprint = data.fingerprint
    parts = split(data.interactions)
    progress(
        f"{len(parts.train):,} ratings of {len(parts.train.items):,} titles by {len(parts.train.users):,} members to learn from"
    )
    if not len(parts.train) or not len(parts.validation.inputs):
        return _refuse(version, "there are no ratings yet of which to hold some out")

    candidate = fit(parts, progress)
    version.parameters = {part: getattr(candidate, part).parameters for part in ("linear", "ratings", "popularity")}
    progress("evaluating on held-out members")
    verdict, version.metrics = _examine(candidate, parts)
    if not verdict.passed:
        return _refuse(version, verdict.reason)

    version.message = verdict.reason
    version.save()
    candidate.save(artifact_folder(version), {"version": version.pk, "fingerprint": data.fingerprint, "seed": SEED})
    publish_segments(version, parts.train, progress)
    publish(version, candidate, progress, processes=processes)


def fit(parts: Split, progress: Progress = lambda step: None) -> Recommender:
    """All that is published, fitted on the training part."""
    progress("fitting popularity")
    popularity = Popularity().fit(parts.train)
    progress("fitting the linear model")
    linear = RatingAwareEase().fit(parts.train)
    progress("fitting the rating predictor (Surprise SVD)")
    ratings = Svd(seed=SEED).fit(parts.train)
    return Recommender(parts.train.items, linear, ratings, popularity)


def _examine(candidate: Recommender, parts: Split) -> tuple[Verdict, dict[str, object]]:
    """The gate's verdict on validation members; the figures recorded are those of the test members, which decide nothing."""
    audience = parts.train.item_counts() / len(parts.train.users)
    serving = ModelVersion.active()
    active = load_recommender(serving) if serving else None
    validation = {
        name: evaluate_ranking(model, parts.validation, audience)
        for name, model in (("candidate", candidate.linear), ("popularity", candidate.popularity))
    }
    judged = (
        None
        if active is None
        else evaluate_ranking(_OverOtherTitles(active, candidate.items), parts.validation, audience)  # type: ignore[arg-type]
    )
    verdict = judge(validation["candidate"], judged, validation["popularity"])
    return verdict, {
        "validation": validation["candidate"].as_dict(),
        "active_on_validation": judged.as_dict() if judged else None,
        "test": evaluate_ranking(candidate.linear, parts.test, audience).as_dict() if len(parts.test.inputs) else None,
        "ratings": evaluate_ratings(candidate.ratings, parts.ratings),
        "verdict": verdict.reason,
    }


@dataclass(frozen=True)
class _OverOtherTitles:
    """The active model, asked in the candidate's title indices."""

    active: Recommender
    items: IdMap

    def score(self, histories: Histories) -> NDArray[np.float32]:
        at = self.active.items.index_of(self.items.ids)
        known = np.flatnonzero(at >= 0)
        rows = histories.matrix[:, known].tocoo()
        shape = (len(histories), len(self.active.items))
        own = sp.csr_matrix((rows.data, (rows.row, at[known][rows.col])), shape=shape)
        scores = np.full(histories.shape, np.nan, dtype=np.float32)
        scores[:, known] = self.active.linear.score(Histories(own))[:, at[known]]
        return scores


def _refuse(version: ModelVersion, reason: str) -> None:
    version.status = ModelVersion.Status.REFUSED
    version.message = reason
    version.save()


@contextmanager
def _only_one() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError("the models are being rebuilt by another process already")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

"""extract → split → fit → evaluate → gate → publish. A failed or rejected run leaves the live version untouched."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from anirec.lib.database.locks import MODEL_REBUILD, try_lock
from catalog.models import Title
from recommendations.artifact_store import artifact_folder, judged_folder, judged_recommender
from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from recommendations.engine.data.leaks import check as check_leaks
from recommendations.engine.data.splitting import HeldOut, Split, all_over, split, truncated, widened
from recommendations.engine.evaluation import (
    MemberFigures,
    Ranks,
    evaluate_agreement,
    evaluate_members,
    evaluate_ranking,
    evaluate_ratings,
)
from recommendations.engine.metrics.bootstrap import paired_difference
from recommendations.engine.metrics.by_group import by_group, groups_of
from recommendations.engine.models.content import Content
from recommendations.engine.models.evidence.evidence import AUDIENCE, YEAR, Evidence
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.neural import NeuralCf
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase
from recommendations.engine.models.stacking import SHORT_LISTS, learn_together, lessons
from recommendations.engine.ranking import PUBLISHED, may_be_shown
from recommendations.engine.recommender import Recommender
from recommendations.inputs.extract import training_data
from recommendations.inputs.title_features import title_features
from recommendations.inputs.title_rules import title_rules
from recommendations.models import ModelVersion
from recommendations.models.tables import SIMILAR
from recommendations.pipelines.abandoned import fail_running_versions
from recommendations.pipelines.approximation import NoLinearModelError, choose
from recommendations.pipelines.cluster import cluster
from recommendations.pipelines.comparison import compare, embedding_neighbours, fit_others
from recommendations.pipelines.gate import Agreement, Verdict, judge, judge_sibling
from recommendations.pipelines.segments import publish_segments
from recommendations.pipelines.starter import publish_starter
from recommendations.pipelines.tuning import parameters_for
from recommendations.publishing.publish import NotPublishedError, publish, resume

SEED = 0
Progress = Callable[[str], None]


class AlreadyRunningError(RuntimeError):
    """Another process is rebuilding the models."""


def rebuild(
    *, include_synthetic: bool = False, processes: int = 1, reason: str = "", progress: Progress = lambda step: None
) -> ModelVersion:
    """Train on all available ratings, and publish the model if it passes the gate.

    Finishes an interrupted publication first. Returns the version, with status PUBLISHED or REFUSED. Raises
    AlreadyRunningError. Any other error is re-raised; before publishing, it marks the version as FAILED and stores the
    message. processes: local processes to publish with. reason: the drift that triggered the rebuild, if any.
    """
    with _only_one():
        fail_running_versions()
        _resume_publication(progress, processes)
        started = time.perf_counter()
        version = ModelVersion.objects.create(kind=ModelVersion.Kind.SITE, seed=SEED, reason=reason)
        try:
            with cluster():
                _run(version, include_synthetic, processes, progress)
        except BaseException as error:
            running = ModelVersion.objects.filter(pk=version.pk, status=ModelVersion.Status.RUNNING)
            running.update(status=ModelVersion.Status.FAILED, message=f"{type(error).__name__}: {error}")
            raise
        finally:
            version.seconds = time.perf_counter() - started
            version.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            # Not the status: other processes may change it during publishing.
            version.save(update_fields=["data_fingerprint", "parameters", "metrics", "seconds", "peak_mb"])
        if version.status == ModelVersion.Status.REFUSED:
            publish_starter(progress)  # the catalogue may have gained titles that the starter covers
        return version


def _resume_publication(progress: Progress, processes: int) -> None:
    try:
        resume(progress, processes=processes)
    except NotPublishedError as error:
        progress(f"gave up an interrupted publication: {error}")


def _run(version: ModelVersion, include_synthetic: bool, processes: int, progress: Progress) -> None:
    progress("reading lists and archives")
    data = training_data(include_synthetic=include_synthetic)
    version.data_fingerprint = data.fingerprint
    parts = split(data.interactions)
    progress(
        f"{len(parts.train):,} ratings of {len(parts.train.items):,} titles by {len(parts.train.users):,} members to "
        "train on"
    )
    if not len(parts.train) or not len(parts.judging.inputs):
        return _refuse(version, "there aren't enough ratings yet to hold some out")

    check_leaks(parts)
    parts, wide = with_titles(parts)
    try:
        linear = choose(wide, *_linear_models(), progress)
    except NoLinearModelError as error:
        return _refuse(version, str(error))
    candidate, others = _with_others(fit(wide, progress, linear.model), parts, progress)
    version.parameters = {**candidate.parameters, **{name: model.parameters for name, model in others.items()}}
    progress("evaluating on held-out members")
    verdict = _judge(candidate, parts)
    figures = _figures(candidate, parts, wide, others, progress) | {"verdict": verdict.reason}
    figures["card"]["linear"] = linear.figures
    version.metrics = _without_nan(figures)
    if not verdict.passed:
        return _refuse(version, verdict.reason)

    served, agreement = _for_everybody(candidate, data.interactions, wide, progress)
    version.message = f"{verdict.reason}; {agreement.reason}"
    version.metrics["served"] = agreement.figures
    version.save()
    description = {"version": version.pk, "fingerprint": data.fingerprint, "seed": SEED}
    served.save(artifact_folder(version), description)
    if served is not candidate:
        candidate.save(judged_folder(version), description)
    publish_segments(version, wide.train, progress)
    publish(version, served, progress, processes=processes)


def _with_others(candidate: Recommender, parts: Split, progress: Progress) -> tuple[Recommender, dict[str, Scorer]]:
    """Return the candidate with the neighbours of another model's titles, and all models fitted for comparison."""
    others = fit_others(parts, SEED, progress)
    neural = cast(NeuralCf, others[NeuralCf.name])
    at = candidate.items.index_of(parts.train.items.ids)
    return replace(candidate, alike=embedding_neighbours(neural, SIMILAR, at, len(candidate.items))), others


def _for_everybody(
    judged: Recommender, interactions: Interactions, parts: Split, progress: Progress
) -> tuple[Recommender, Agreement]:
    """Return what to serve: the judged model's sibling fitted on all members, or the model itself if they disagree."""
    progress("fitting the same models on all members")
    everybody = all_over(interactions, judged.items, parts.train.features)
    sibling = judged.refitted(everybody)
    agreement = judge_sibling(
        evaluate_agreement(judged.hybrid, sibling.hybrid, parts.judging.inputs), len(everybody.users)
    )
    return (sibling if agreement.passed else judged), agreement


def with_titles(parts: Split) -> tuple[Split, Split]:
    """Return the split with title features, and the same split extended by all other titles that may be published."""
    recommendable = Title.objects.recommendable().order_by("pk").values_list("pk", flat=True)
    new = IdMap(np.fromiter(recommendable, dtype=np.int64))
    publishable = new.ids[may_be_shown(title_rules(new), PUBLISHED)]
    items = IdMap(np.union1d(parts.train.items.ids, publishable))
    features = title_features(items)
    own = features.take(items.index_of(parts.train.items.ids))
    return replace(parts, train=replace(parts.train, features=own)), widened(parts, items, features)


def _linear_models() -> tuple[RatingAwareEase, SparseRatingAwareEase]:
    exact, approximate = RatingAwareEase, SparseRatingAwareEase
    return exact(**parameters_for(exact.name)), approximate(**parameters_for(approximate.name))


def fit(parts: Split, progress: Progress = lambda step: None, linear: RatingAwareEase | None = None) -> Recommender:
    """Fit everything that is published: the models on the training part, the networks on validation members.

    linear: with the parameters to use; the exact one by default.
    """
    progress("fitting popularity")
    popularity = Popularity(**parameters_for("popularity")).fit(parts.train)
    svd = Svd(**{"seed": SEED, **parameters_for("svd")})
    evidence = Evidence.fit(parts.train, linear or _linear_models()[0], svd, progress)
    content = None
    if parts.train.features is not None and parts.train.features.names:
        progress("fitting content")
        content = Content(**parameters_for("content")).fit(parts.train)
    taught = lessons(evidence, parts, SEED, progress)
    hybrid, ratings = Hybrid(seed=SEED).over(evidence), RatingBlend(seed=SEED).over(evidence)
    learn_together([hybrid, ratings], taught, SEED, progress)
    return Recommender(parts.train.items, hybrid, ratings, popularity, content)


def _judge(candidate: Recommender, parts: Split) -> Verdict:
    """Return the gate's verdict on validation members that neither this model nor the active one was trained on."""
    audience = parts.train.item_counts() / len(parts.train.users)
    active = judged_recommender(ModelVersion.active())

    def of_each(model: Ranks) -> MemberFigures:
        return evaluate_members(model, parts.judging, audience)

    items = parts.train.items
    popularity = of_each(Popularity(**candidate.popularity.parameters).fit(parts.train)).report()
    ours = of_each(OverTitles(candidate.hybrid, candidate.items, items))
    if active is None:
        return judge(ours.report(), None, popularity)
    theirs = of_each(OverTitles(active.hybrid, active.items, items))
    difference = paired_difference(ours.values["ndcg_10_liked"], theirs.values["ndcg_10_liked"])
    return judge(ours.report(), theirs.report(), popularity, difference)


def _figures(
    candidate: Recommender, parts: Split, wide: Split, others: Mapping[str, Scorer], progress: Progress
) -> dict[str, Any]:
    """Return the run's metrics: ranking on the judging and the test members, rating errors and training losses."""
    over = {
        name: OverTitles(model, candidate.items, parts.train.items)
        for name, model in (
            ("hybrid", candidate.hybrid),
            ("linear", candidate.linear),
            ("popularity", candidate.popularity),
            ("content", candidate.content),
        )
        if model is not None
    }
    audience = parts.train.item_counts() / len(parts.train.users)
    models = compare({**over, **others}, parts, progress)
    candidate.ratings.remember(wide.train)
    ratings = evaluate_ratings(candidate.ratings, wide.ratings)
    candidate.ratings.forget()
    return {
        "validation": evaluate_ranking(over["hybrid"], parts.judging, audience).as_dict(),
        "test": models.get("hybrid"),
        "models": models,
        "ratings": ratings,
        "card": _card(over["hybrid"], candidate, parts),
        "losses": {key: array.tolist() for key, array in others["ncf"].arrays.items() if key.startswith("loss_")},
    }


def _card(hybrid: Ranks, candidate: Recommender, parts: Split) -> dict[str, Any]:
    """Return what the model card adds: the data, and NDCG@10 liked by group of test members."""
    train, test = parts.train, parts.test
    data = {"members": len(train.users), "ratings": len(train), "titles": len(train.items)}
    if not len(test.inputs):
        return {"data": data, "groups": {}}
    audience = train.item_counts() / len(train.users)
    facts = candidate.evidence.facts.arrays["titles"][candidate.items.index_of(train.items.ids)]

    def ndcg(held_out: HeldOut) -> NDArray[np.float64]:
        return evaluate_members(hybrid, held_out, audience).values["ndcg_10_liked"]

    groups = groups_of(test.inputs, facts[:, YEAR], facts[:, AUDIENCE])
    short = {str(n): ndcg(truncated(test, n)) for n in (0, *SHORT_LISTS)}
    everybody = np.ones(len(test.inputs), dtype=bool)
    by_length = {n: by_group(values, {"short": {n: everybody}})["short"][n] for n, values in short.items()}
    return {"data": data, "groups": {**by_group(ndcg(test), groups), "short": by_length}}


@dataclass(frozen=True)
class OverTitles:
    """Adapts a model over `own` titles to histories over other `items`; titles the model lacks score NaN."""

    model: Scorer
    own: IdMap
    items: IdMap

    def score(self, histories: Histories) -> NDArray[np.float32]:
        at = self.own.index_of(self.items.ids)
        shared = np.flatnonzero(at >= 0)
        rows = histories.matrix[:, shared].tocoo()
        shape = (len(histories), len(self.own))
        own = sp.csr_matrix((rows.data, (rows.row, at[shared][rows.col])), shape=shape)
        scores = np.full(histories.shape, np.nan, dtype=np.float32)
        scores[:, shared] = self.model.score(Histories(own))[:, at[shared]]
        return scores


def _without_nan(figures: Any) -> Any:
    """Return the metrics with None instead of NaN, which JSON lacks."""
    if isinstance(figures, dict):
        return {name: _without_nan(value) for name, value in figures.items()}
    return None if isinstance(figures, float) and np.isnan(figures) else figures


def _refuse(version: ModelVersion, reason: str) -> None:
    version.status = ModelVersion.Status.REFUSED
    version.message = reason
    version.save()


@contextmanager
def _only_one() -> Iterator[None]:
    with try_lock(MODEL_REBUILD) as is_held:
        if not is_held:
            raise AlreadyRunningError("another process is already rebuilding the models")
        yield

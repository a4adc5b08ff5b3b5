"""Decides whether a new model may replace the active one, by metrics on members neither was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommendations.engine.evaluation import RankingReport
from recommendations.engine.metrics.bootstrap import Difference

LEAST_MEMBERS = 30  # too few held-out members can't tell two models apart
LEAST_COVERAGE = 0.5  # of the active model's; accuracy from recommending everyone the same titles doesn't count

# Between the judged model and its sibling fitted on everybody; measured: 0.82 and 0.83 (docs/decisions/0025)
LEAST_OVERLAP, LEAST_CORRELATION = 0.6, 0.7


@dataclass(frozen=True)
class Verdict:
    passed: bool
    reason: str


def judge(
    candidate: RankingReport,
    active: RankingReport | None,
    popularity: RankingReport,
    difference: Difference | None = None,
) -> Verdict:
    """Compare the candidate with popularity and the active model (None: no model), on the same members and titles.

    difference: of the candidate's NDCG@10 from the active model's, for the reason.
    """
    if candidate.members < LEAST_MEMBERS:
        return Verdict(
            False, f"{candidate.members} held-out members with 10 or more titles; {LEAST_MEMBERS} are needed to judge"
        )
    if not candidate.ndcg_10_liked > popularity.ndcg_10_liked:
        return Verdict(
            False,
            f"NDCG@10 {candidate.ndcg_10_liked:.4f} is no better than popularity's {popularity.ndcg_10_liked:.4f}",
        )
    if active is None:
        return Verdict(True, f"NDCG@10 {candidate.ndcg_10_liked:.4f}; there was no active model")
    by = f", difference {difference}" if difference is not None else ""
    if candidate.ndcg_10_liked < active.ndcg_10_liked:
        return Verdict(
            False, f"NDCG@10 {candidate.ndcg_10_liked:.4f} is below the active model's {active.ndcg_10_liked:.4f}{by}"
        )
    if candidate.coverage_10 < LEAST_COVERAGE * active.coverage_10:
        return Verdict(
            False, f"coverage {candidate.coverage_10:.3f} is less than half the active model's {active.coverage_10:.3f}"
        )
    return Verdict(True, f"NDCG@10 {candidate.ndcg_10_liked:.4f}, the active model's is {active.ndcg_10_liked:.4f}{by}")


@dataclass(frozen=True)
class Agreement(Verdict):
    """figures: for the version's metrics."""

    figures: dict[str, float]


def judge_sibling(agreement: Mapping[str, float], n_members: int) -> Agreement:
    """Decide whether a model fitted on everybody may be served; nobody is left to judge it but the judged model.

    agreement: of `evaluate_agreement`, between the two. n_members: that the sibling was fitted on.
    """
    text = (
        f"{agreement['overlap_20']:.0%} of the first 20 titles are the same, correlation of their places "
        f"{agreement['correlation']:.2f}"
    )
    passed = agreement["overlap_20"] >= LEAST_OVERLAP and agreement["correlation"] >= LEAST_CORRELATION
    figures = {**agreement, "fitted_on_members": n_members if passed else 0}
    if passed:
        return Agreement(True, f"served by the same models fitted on all members: {text}", figures)
    return Agreement(False, f"served as judged, because the same models fitted on all members differ: {text}", figures)

"""Decides whether a new model may replace the active one, by metrics on members neither was trained on."""

from __future__ import annotations

from dataclasses import dataclass

from recommendations.engine.evaluation import RankingReport

LEAST_MEMBERS = 30  # too few held-out members can't tell two models apart
LEAST_COVERAGE = 0.5  # of the active model's; accuracy from recommending everyone the same titles doesn't count


@dataclass(frozen=True)
class Verdict:
    passed: bool
    reason: str


def judge(candidate: RankingReport, active: RankingReport | None, popularity: RankingReport) -> Verdict:
    """Compare the candidate with popularity and the active model (None: no model), on the same members and titles."""
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
    if candidate.ndcg_10_liked < active.ndcg_10_liked:
        return Verdict(
            False, f"NDCG@10 {candidate.ndcg_10_liked:.4f} is below the active model's {active.ndcg_10_liked:.4f}"
        )
    if candidate.coverage_10 < LEAST_COVERAGE * active.coverage_10:
        return Verdict(
            False, f"coverage {candidate.coverage_10:.3f} is less than half the active model's {active.coverage_10:.3f}"
        )
    return Verdict(True, f"NDCG@10 {candidate.ndcg_10_liked:.4f}, the active model's is {active.ndcg_10_liked:.4f}")

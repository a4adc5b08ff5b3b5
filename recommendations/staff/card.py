"""A model card: what a version learned from, whose its figures are, and whom it serves how well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from recommendations.models import ModelVersion

KINDS = {
    "length": _("Titles on the list"),
    "years": _("Average year of the list"),
    "audience": _("Audience of the list’s titles"),
    "short": _("List cut to"),
}
NAMES = {
    "under_20": _("fewer than 20"),
    "20_to_99": _("20 to 99"),
    "100_to_299": _("100 to 299"),
    "300_or_more": _("300 or more"),
    "before_2004": _("before 2004"),
    "2004_to_2011": _("2004 to 2011"),
    "2012_or_later": _("2012 or later"),
    "niche": _("smallest third"),
    "mixed": _("middle third"),
    "mainstream": _("largest third"),
    "0": _("no titles"),
    "1": _("1 title"),
    "3": _("3 titles"),
    "10": _("10 titles"),
}
FAILURES = (
    _("Lists of one or two titles: little better than the most popular titles."),
    _("Titles that fewer than five members have watched are ranked by their content alone."),
    _("Titles outside the 300 candidates of the linear model are never recommended by taste."),
    _("Scores of members who give nearly all titles the same score are hard to predict."),
)


@dataclass(frozen=True)
class Row:
    """NDCG@10 of liked titles in a group of test members, with its 95 % interval."""

    name: Any
    members: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Card:
    """data: `members`, `ratings` and `titles` that were fitted on. served: agreement with what members are served.

    linear: the comparison of the approximate linear model with the exact one, empty without one (see
    `pipelines.approximation`). kinds: each kind of groups with its rows.
    """

    data: dict[str, Any]
    served: dict[str, Any]
    linear: dict[str, Any]
    kinds: list[tuple[Any, list[Row]]]
    failures: tuple[Any, ...] = FAILURES

    @property
    def overlap(self) -> int:
        """Return the share of the first 20 titles that judged and served model have in common, in percent."""
        return round(100 * self.served["overlap_20"])


def card_of(version: ModelVersion) -> Card | None:
    """Return the version's card, or None if it was made before there were cards."""
    metrics = version.metrics
    if "card" not in metrics:
        return None
    groups = metrics["card"]["groups"]
    kinds = [
        (label, [Row(NAMES[name], **groups[kind][name]) for name in NAMES if name in groups[kind]])
        for kind, label in KINDS.items()
        if groups.get(kind)
    ]
    return Card(metrics["card"]["data"], metrics.get("served", {}), metrics["card"].get("linear", {}), kinds)

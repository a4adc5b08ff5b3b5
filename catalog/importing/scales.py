"""One scale for what sources count differently: members and scores, fitted on the titles that two sources both have.

Numbers stay as their source says. Titles get `members_scale` and `comparable_score` beside them, for sorting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.importing.precedence import SAME_COMMUNITY_FIRST
from catalog.models import SourceScale

ENOUGH = 40  # titles that two sources both have
MOST = 1_500  # titles to fit on: pairs grow with the square
FOLDS = 5
NOTICEABLE = 0.05  # share of new or changed numbers from which on the scales are fitted again
Field = SourceScale.Field
Numbers = NDArray[np.float64]
VALUES = """
    SELECT record.source, record.title_id, (record.data->>%s)::float
    FROM catalog_sourcerecord record JOIN catalog_title title ON title.id = record.title_id
    WHERE record.data ? %s AND title.medium = 'anime' AND (record.data->>%s)::float > 0
"""
APPLY_MEMBERS = """
    UPDATE catalog_title title SET members_scale = new.scale
    FROM (
        SELECT title.id, CASE WHEN scale.is_used AND title.members > 0
            THEN power(10, scale.intercept + (scale.slope - 1) * log(title.members)) ELSE 1 END AS scale
        FROM catalog_title title
        LEFT JOIN catalog_sourcescale scale
            ON scale.field = 'members' AND scale.source = title.field_sources->>'members'
        WHERE title.id = ANY(%s) OR %s
    ) new
    WHERE title.id = new.id AND abs(title.members_scale - new.scale) > 0.001 * new.scale
"""
APPLY_SCORES = """
    UPDATE catalog_title title SET comparable_score = new.score
    FROM (
        SELECT title.id, CASE WHEN scale.is_used
            THEN least(10, greatest(1, scale.intercept + scale.slope * title.score)) END AS score
        FROM catalog_title title
        LEFT JOIN catalog_sourcescale scale ON scale.field = 'score' AND scale.source = title.field_sources->>'score'
        WHERE title.id = ANY(%s) OR %s
    ) new
    WHERE title.id = new.id AND title.comparable_score IS DISTINCT FROM new.score
"""


@dataclass(frozen=True)
class Line:
    """y = intercept + slope · x, rising."""

    slope: float = 1.0
    intercept: float = 0.0

    def of(self, x: Numbers) -> Numbers:
        return self.intercept + self.slope * x

    def then(self, other: Line) -> Line:
        """Return this mapping followed by another one."""
        return Line(self.slope * other.slope, other.intercept + other.slope * self.intercept)


@dataclass(frozen=True)
class Fit:
    """A mapping, the number of titles it was fitted on, and its median errors on others: without and with it."""

    line: Line
    n: int
    error_before: float | None
    error_after: float | None

    @property
    def is_used(self) -> bool:
        return self.error_before is not None and (self.error_after or 0.0) < self.error_before


def refresh_scales(changed: Collection[int]) -> None:
    """Compare the changed titles' numbers with others'. Fit the scales again if many numbers are new."""
    is_new = [_fit_field(field) for field in Field if _needs_fit(field)]
    with connection.cursor() as cursor:
        for statement in (APPLY_MEMBERS, APPLY_SCORES):
            cursor.execute(statement, [list(changed), any(is_new)])


def _needs_fit(field: str) -> bool:
    """Return whether a source is new, or many of its numbers changed since the last fit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT source, count(*) FROM catalog_sourcerecord WHERE data ? %s GROUP BY source", [field])
        counts = dict(cursor.fetchall())
    known = dict(SourceScale.objects.filter(field=field).values_list("source", "total"))
    return any(abs(n - known.get(source, 0)) > NOTICEABLE * n for source, n in counts.items())


def _fit_field(field: str) -> bool:
    """Fit every source's mapping to the reference, directly or by way of another source."""
    values, totals = _values(field)
    order = sorted(values, key=SAME_COMMUNITY_FIRST.__getitem__)
    if not order:
        return False
    reference, *others = order
    fits = {reference: Fit(Line(), len(values[reference]), None, None)}
    for source in others:
        fits[source] = _best_fit(field, values, source, fits)
    rows = [
        SourceScale(
            source=source, field=field, reference=reference, slope=fit.line.slope, intercept=fit.line.intercept,
            n=fit.n, total=totals[source], error_before=fit.error_before, error_after=fit.error_after,
            is_used=fit.is_used,
        )
        for source, fit in fits.items()
    ]  # fmt: skip
    SourceScale.objects.filter(field=field).exclude(source__in=fits).delete()
    SourceScale.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source", "field"],
        update_fields=["reference", "slope", "intercept", "n", "total", "error_before", "error_after", "is_used"],
    )
    return True


def _values(field: str) -> tuple[dict[str, dict[int, float]], dict[str, int]]:
    values: dict[str, dict[int, float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(VALUES, [field] * 3)
        for source, title_id, value in cursor.fetchall():
            values.setdefault(source, {})[title_id] = value
    return values, {source: len(some) for source, some in values.items()}


def _best_fit(field: str, values: dict[str, dict[int, float]], source: str, fits: dict[str, Fit]) -> Fit:
    """Map to the source with the largest overlap among the reference and those already mapped to it."""
    reference = next(iter(fits))
    bridges = [one for one, fit in fits.items() if fit.is_used or one == reference]
    overlaps = {one: sorted(values[source].keys() & values[one].keys()) for one in bridges}
    bridge = next(
        (one for one in bridges if len(overlaps[one]) >= 4 * ENOUGH), max(bridges, key=lambda one: len(overlaps[one]))
    )
    both = overlaps[bridge]
    x, y = (np.array([values[one][title_id] for title_id in both]) for one in (source, bridge))
    fit = fit_line(*((np.log10(x), np.log10(y)) if field == Field.MEMBERS else (x, y)))
    return Fit(fit.line.then(fits[bridge].line), fit.n, fit.error_before, fit.error_after)


def fit_line(x: Numbers, y: Numbers, seed: int = 0) -> Fit:
    """Fit a rising line through most of the points (Theil–Sen), and measure it on points that it was not fitted on.

    With fewer than ENOUGH points, the numbers stay as they are.
    """
    if len(x) < ENOUGH:
        return Fit(Line(), len(x), None, None)
    order = np.random.default_rng(seed).permutation(len(x))[:MOST]
    x, y = x[order], y[order]
    errors = []
    for fold in range(FOLDS):
        is_test = np.arange(len(x)) % FOLDS == fold
        line = theil_sen(x[~is_test], y[~is_test])
        errors += list(np.abs(line.of(x[is_test]) - y[is_test]))
    return Fit(theil_sen(x, y), len(x), float(np.median(np.abs(x - y))), float(np.median(errors)))


def theil_sen(x: Numbers, y: Numbers) -> Line:
    """Return the line with the median slope of all pairs of points. Source: Sen 1968. It never falls."""
    one, other = np.triu_indices(len(x), 1)
    across = x[other] - x[one]
    far = np.abs(across) > 1e-9
    slope = float(np.median((y[other] - y[one])[far] / across[far])) if far.any() else 1.0
    slope = max(slope, 1e-3)
    return Line(slope, float(np.median(y - slope * x)))

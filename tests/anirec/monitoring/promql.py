"""Evaluates PromQL over scraped text, as far as the alerts and the dashboard use it, with Prometheus's grammar.

`test_promql.py` compares it with Prometheus itself where promtool is installed.
"""

from __future__ import annotations

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import promql_parser as ast
from prometheus_client.parser import text_string_to_metric_families

LOOKBACK = 300.0  # seconds
Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": lambda a, b: a / b if b else math.nan,
}  # fmt: skip
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
MATCHES: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "=~": lambda value, pattern: re.fullmatch(pattern, value) is not None,
    "!~": lambda value, pattern: re.fullmatch(pattern, value) is None,
}


class Store:
    """Samples of all scrapes."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, Labels], list[tuple[float, float]]] = defaultdict(list)

    def scrape(self, text: str, at: float) -> None:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                self.series[sample.name, frozenset(sample.labels.items())].append((at, sample.value))

    def select(self, selector: Any) -> Iterator[tuple[Labels, list[tuple[float, float]]]]:
        checks = [(one.name, *_operator(str(one))) for one in selector.matchers.matchers]
        for (name, labels), samples in self.series.items():
            values = dict(labels)
            if name == selector.name and all(test(values.get(label, ""), value) for label, test, value in checks):
                yield labels, samples


def _operator(matcher: str) -> tuple[Callable[[str, str], bool], str]:
    sign, value = re.fullmatch(r'\w+(=~|!~|!=|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
    return MATCHES[sign], value


class UnsupportedError(Exception):
    """The expression uses a part of PromQL that no alert and no panel needs."""


def evaluate(expression: str, store: Store, at: float) -> Vector:
    """Return the instant vector. Raise UnsupportedError for what no alert uses."""
    found = _evaluate(ast.parse(expression), store, at)
    return found if isinstance(found, dict) else {frozenset(): found}


def _evaluate(node: Any, store: Store, at: float) -> Any:
    kind = type(node).__name__
    if kind not in RULES:
        raise UnsupportedError(kind)
    return RULES[kind](node, store, at)


def _instant(node: Any, store: Store, at: float) -> Vector:
    found = {}
    for labels, samples in store.select(node):
        recent = [value for time, value in samples if at - LOOKBACK < time <= at]
        if recent:
            found[labels | {("__name__", node.name)}] = recent[-1]
    return found


def _call(node: Any, store: Store, at: float) -> Any:
    name = node.func.name
    if name == "time":
        return at
    if name in ("rate", "increase"):
        return _increase(node.args[0], store, at, per_second=name == "rate")
    if name == "histogram_quantile":
        return _quantile(_evaluate(node.args[0], store, at), _evaluate(node.args[1], store, at))
    raise UnsupportedError(name)


def _increase(node: Any, store: Store, at: float, per_second: bool) -> Vector:
    seconds = node.range.total_seconds()
    found = {}
    for labels, samples in store.select(node.vector_selector):
        window = [(time, value) for time, value in samples if at - seconds <= time <= at]
        if len(window) > 1:
            increase, factor = _extrapolation(window, at, seconds)
            found[labels] = increase * (factor / seconds if per_second else factor)
    return found


def _extrapolation(window: list[tuple[float, float]], at: float, seconds: float) -> tuple[float, float]:
    """Return how much the counter grew, and Prometheus's factor for the whole range."""
    increase, before = 0.0, window[0][1]
    for _, value in window[1:]:
        increase += value - before if value >= before else value
        before = value
    sampled = window[-1][0] - window[0][0]
    between = sampled / (len(window) - 1)
    start, end = window[0][0] - (at - seconds), at - window[-1][0]
    if increase > 0 and window[0][1] >= 0:
        start = min(start, sampled * window[0][1] / increase)
    covered = sampled + sum(gap if gap < 1.1 * between else between / 2 for gap in (start, end))
    return increase, covered / sampled


def _quantile(share: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        bound = float(dict(labels)["le"])
        groups[frozenset(pair for pair in labels if pair[0] != "le")].append((bound, count))
    return {labels: _quantile_of(share, sorted(group)) for labels, group in groups.items()}


def _quantile_of(share: float, group: list[tuple[float, float]]) -> float:
    rank = share * group[-1][1]
    if not group[-1][1]:
        return math.nan
    i = next(i for i, (_, count) in enumerate(group) if count >= rank)
    if i == len(group) - 1:
        return group[-2][0]
    bound, count = group[i]
    lower, below = group[i - 1] if i else (0.0, 0.0)
    return lower + (bound - lower) * (rank - below) / (count - below)


def _aggregate(node: Any, store: Store, at: float) -> Vector:
    vector = _evaluate(node.expr, store, at)
    name = str(node.op)
    if name == "topk":
        n = int(_evaluate(node.param, store, at))
        return dict(sorted(vector.items(), key=lambda pair: -pair[1])[:n])
    if name != "sum":
        raise UnsupportedError(name)
    by = set(node.modifier.labels) if node.modifier else set()
    sums: Vector = defaultdict(float)
    for labels, value in vector.items():
        sums[frozenset(pair for pair in labels if pair[0] in by)] += value
    return dict(sums)


def _binary(node: Any, store: Store, at: float) -> Any:
    left, right, sign = _evaluate(node.lhs, store, at), _evaluate(node.rhs, store, at), str(node.op)
    if sign == "or":
        known = {_nameless(labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if _nameless(labels) not in known}
    pairs = list(_pairs(left, right))
    if sign in COMPARISONS:
        return {labels: a for labels, a, b in pairs if COMPARISONS[sign](a, b)}
    results = {_nameless(labels): ARITHMETIC[sign](a, b) for labels, a, b in pairs}
    return results if isinstance(left, dict) or isinstance(right, dict) else results[frozenset()]


def _pairs(left: Any, right: Any) -> Iterator[tuple[Labels, float, float]]:
    if isinstance(left, dict) and isinstance(right, dict):
        others = {_nameless(labels): value for labels, value in right.items()}
        for labels, value in left.items():
            if _nameless(labels) in others:
                yield labels, value, others[_nameless(labels)]
    elif isinstance(left, dict):
        yield from ((labels, value, right) for labels, value in left.items())
    elif isinstance(right, dict):
        yield from ((labels, left, value) for labels, value in right.items())
    else:
        yield frozenset(), left, right


def _nameless(labels: Labels) -> Labels:
    return frozenset(pair for pair in labels if pair[0] != "__name__")


RULES: dict[str, Callable[[Any, Store, float], Any]] = {
    "NumberLiteral": lambda node, store, at: node.val,
    "ParenExpr": lambda node, store, at: _evaluate(node.expr, store, at),
    "VectorSelector": _instant,
    "Call": _call,
    "AggregateExpr": _aggregate,
    "BinaryExpr": _binary,
}


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each metric of an expression, with the labels that are asked of it."""
    yield from _selectors(ast.parse(expression), set())


def _selectors(node: Any, grouped: set[str]) -> Iterator[tuple[str, set[str]]]:
    if isinstance(node, ast.VectorSelector):
        yield node.name, grouped | {one.name for one in node.matchers.matchers}
        return
    if isinstance(node, ast.AggregateExpr) and node.modifier:
        grouped = grouped | set(node.modifier.labels)
    children = [getattr(node, name, None) for name in ("expr", "lhs", "rhs", "vector_selector")]
    for child in [*children, *getattr(node, "args", [])]:
        if child is not None:
            yield from _selectors(child, grouped)
